import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const rounds = 20;
const rate = 2000;
const repository = join(import.meta.dirname, '../..');
const commandLine = join(repository, 'out/main/cli.js');

interface Check {
  readonly ok: boolean;
  readonly produced: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLettered: number;
  readonly grossCents: Record<string, string>;
  readonly problems: readonly string[];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-kill-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the console selling into `folder` and kills its whole process group `ms` after it has begun to store. */
async function killedAfter(ms: number): Promise<void> {
  const executable = process.env.REELMETRICS_ELECTRON;
  if (!executable) throw new Error('REELMETRICS_ELECTRON is not set: run the suite through npm test');
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const app = spawn(
    executable,
    [...(asRoot ? ['--no-sandbox'] : []), repository, '--smoke', '600', '--rate', String(rate), '--data-dir', folder],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = new Promise((resolve) => app.once('exit', resolve));
  let told = '';
  app.stderr.on('data', (chunk) => {
    told += String(chunk);
  });
  await expect.poll(() => told, { timeout: 120_000 }).toContain('sales are being stored');
  await new Promise((resolve) => setTimeout(resolve, ms));
  expect(app.exitCode, 'the console must still run when it is killed').toBeNull();
  process.kill(-(app.pid ?? 0), 'SIGKILL');
  await gone;
}

async function check(): Promise<Check> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    commandLine,
    'check',
    '--data-dir',
    folder,
    '--json',
  ]);
  return JSON.parse(stdout) as Check;
}

it(`loses and doubles nothing over ${rounds} kills of the whole console while it stores ${rate} events a second`, async () => {
  let stored = 0;
  for (let round = 1; round <= rounds; round += 1) {
    await killedAfter(Math.random() * 2500);
    const report = await check();
    expect(report.problems, `round ${round}`).toEqual([]);
    expect(report.stored + report.duplicates + report.deadLettered).toBe(report.produced);
    expect(new Set(Object.values(report.grossCents)).size).toBe(1);
    expect(report.stored).toBeGreaterThan(stored);
    stored = report.stored;
  }
});
