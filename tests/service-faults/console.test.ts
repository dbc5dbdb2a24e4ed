/** The console, in a real Electron, and two workers share one group, and the workers are killed again and again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SmokeReport } from '../../electron/main/smoke-report.ts';
import { record } from './results.ts';
import { openRig, type Rig } from './rig.ts';
import { full } from './rounds.ts';

const repository = join(import.meta.dirname, '../..');
const seconds = full ? 120 : 20;
const rate = 1_000;

let rig: Rig;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-console-'));
  rig = await openRig();
});
afterAll(async () => {
  await rig?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A diagnostic run of the console: it simulates, drains, checks and reports. */
async function consoleRun(): Promise<SmokeReport> {
  const executable = process.env.REELMETRICS_ELECTRON;
  if (!executable) throw new Error('REELMETRICS_ELECTRON is not set: run the suite through npm run test:faults');
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const report = join(folder, 'report.json');
  const app = spawn(
    executable,
    [
      ...(asRoot ? ['--no-sandbox'] : []),
      repository,
      ...['--profile', 'local', '--smoke', String(seconds), '--rate', String(rate), '--report', report],
    ],
    { env: rig.env, stdio: 'ignore' },
  );
  await once(app, 'exit');
  return JSON.parse(await readFile(report, 'utf8')) as SmokeReport;
}

/** Two workers, of which one is killed every few seconds and started again, until the signal. Returns the kills. */
async function killWorkers(until: AbortSignal): Promise<number> {
  const workers = [rig.startWorker(), rig.startWorker()];
  let kills = 0;
  while (!until.aborted) {
    await sleep(2_000 + Math.random() * 4_000, undefined, { signal: until }).catch(() => {});
    if (until.aborted) break;
    const victim = Math.random() < 0.5 ? 0 : 1;
    await workers[victim]?.kill();
    workers[victim] = rig.startWorker();
    kills += 1;
  }
  return kills;
}

it(`stays exact on every screen while two workers beside the console are killed for ${seconds} s`, async () => {
  const over = new AbortController();
  const killing = killWorkers(over.signal);
  const report = await consoleRun();
  over.abort();
  const kills = await killing;
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ ok: true, profile: 'local', reconciliation: 'reconciled' });
  expect(report.produced).toBeGreaterThan((seconds * rate) / 2);
  expect(report.stored + report.duplicates + report.deadLettered).toBe(report.produced);
  expect(new Set(Object.values(report.grossCents)).size).toBe(1);
  expect(kills).toBeGreaterThanOrEqual(seconds / 10);
  await record({
    fault: `console and 2 workers in one group, workers killed at random for ${seconds} s`,
    rounds: kills,
    shownMs: null,
    recoveredMs: null,
    heapGrowthBytes: null,
  });
});
