import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { RequestName } from '../electron/contract/names.ts';
import type { Bridge, RequestInput, RequestOutput } from '../electron/contract/signatures.ts';

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

/** Asks over the page's own bridge, as the page does; throws with the refusal's code and words. */
export async function ask<N extends RequestName>(
  page: Page,
  name: N,
  input: RequestInput<N>,
): Promise<RequestOutput<N>> {
  const reply = await page.evaluate(
    async ([requestName, requestInput]) => {
      const { reelmetrics } = globalThis as unknown as { reelmetrics: Bridge };
      return reelmetrics.request(requestName as N, requestInput as RequestInput<N>);
    },
    [name, input] as const,
  );
  if (!reply.ok) throw new Error(`${name} was refused: ${reply.error.code} ${reply.error.message}`);
  return reply.value;
}

/** Goes to a screen by its place in the rail. */
export async function goTo(
  page: Page,
  screen: 'Live' | 'Theatres' | 'Pipeline' | 'Simulator' | 'Settings',
): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByText(screen, { exact: true }).click();
  await page.getByRole('heading', { name: screen, exact: true, level: 1 }).waitFor();
}

/** Waits until the frame is in a state: its word stands in the head of the screen and in the status bar alike. */
export async function waitForState(page: Page, word: string, ms: number): Promise<void> {
  await page.locator('main [data-frame]').filter({ hasText: word }).first().waitFor({ timeout: ms });
  await page.getByRole('contentinfo').getByText(word).first().waitFor({ timeout: ms });
}

/**
 * Notes from now on what the head of the screen and the status bar say, so that a state is seen however fast it passes.
 * `passed` waits until both have said the word at the same time, or what makes the state is done: on a fast machine that
 * takes less time than two updates of the window are apart.
 */
export async function recordStates(
  page: Page,
): Promise<{ passed(word: string, done: Promise<unknown>): Promise<void> }> {
  await page.evaluate(`(() => {
    const seen = [];
    const look = () => {
      const head = [...document.querySelectorAll('main [data-frame]')].map((each) => each.textContent).join(' ');
      const bar = document.querySelector('footer')?.textContent ?? '';
      if (seen.at(-1)?.head !== head || seen.at(-1)?.bar !== bar) seen.push({ head, bar });
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    globalThis.statesSeen = seen;
  })()`);
  const seen = () => page.evaluate('globalThis.statesSeen') as Promise<{ head: string; bar: string }[]>;
  return {
    passed: async (word, done) => {
      let over = false;
      done.then(
        () => (over = true),
        () => (over = true),
      );
      const said = async () => (await seen()).some(({ head, bar }) => head.includes(word) && bar.includes(word));
      await until(`head and status bar say ${word}`, 120_000, async () => over || (await said()));
    },
  };
}

/** Waits until the condition gives a value; throws with `what` after `ms`. */
export async function until<T>(what: string, ms: number, look: () => Promise<T | null | false>): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
