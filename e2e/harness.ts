import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';

const repository = join(import.meta.dirname, '..');

/** A throw-away folder for settings, logs and data of one test. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'reelmetrics-e2e-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export interface RunningApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  close(): Promise<void>;
}

/** Starts the built app in a real Electron with its user data in `folder`. */
export async function launchApp(folder: string, extra: readonly string[] = []): Promise<RunningApp> {
  const executablePath = process.env.REELMETRICS_ELECTRON;
  if (!executablePath) throw new Error('REELMETRICS_ELECTRON is not set: run the suite through npm test');
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const app = await _electron.launch({
    executablePath,
    args: [...(asRoot ? ['--no-sandbox'] : []), repository, `--user-data-dir=${folder}`, ...extra],
    timeout: 60_000,
  });
  const page = await app.firstWindow();
  await page.waitForLoadState('domcontentloaded');
  return { app, page, close: () => app.close() };
}

/** Runs a headless command of the build and gives its output; throws with stderr on a non-zero exit. */
export async function cli(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(repository, 'out/main/cli.js'), ...args], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
