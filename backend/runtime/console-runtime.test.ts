import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../ports/logger.ts';
import { createRuntime, type Runtime } from '../runtime.ts';
import { defaultSettings } from '../settings/settings.ts';
import { makeDataFolder, startSourceWorker } from '../testing/embedded-test-database.ts';

let dataDir: string;
let runtime: Runtime;
let worker: Worker;

async function start(): Promise<void> {
  runtime = await createRuntime({
    source: {
      kind: 'embedded',
      dataDir,
      startWorker: () => {
        worker = startSourceWorker();
        return worker;
      },
    },
    calendar: { zone: 'UTC', cutoverHour: 0 },
    currency: 'USD',
    backend: 'sql',
    fallback: false,
    simulator: { ...defaultSettings.simulator, rate: 400 },
    logger: silentLogger,
    consume: true,
  });
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function sell(ms: number): Promise<void> {
  runtime.simulator.start();
  await sleep(ms);
  await runtime.simulator.stop();
  await runtime.drain();
}

async function stopped(): Promise<void> {
  await expect.poll(() => runtime.status().consumer.state, { interval: 1 }).toBe('off');
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-runtime-'));
  await makeDataFolder(dataDir);
  await start();
});
afterEach(async () => {
  await runtime.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe('work that needs the consumer stopped', () => {
  it('is done one at a time: a reset is refused beside a rebuild, and a rebuild beside a reset', async () => {
    await sell(300);
    const change = runtime.changeCalendar('Asia/Tokyo', 6);
    await expect(runtime.reset()).rejects.toMatchObject({ code: 'not_available' });
    await change;
    const reset = runtime.reset();
    await expect(runtime.changeCalendar('UTC', 0)).rejects.toMatchObject({ code: 'not_available' });
    await reset;
    expect(runtime.status()).toMatchObject({ zone: 'Asia/Tokyo', rebuild: null });
    expect((await runtime.check()).problems).toEqual([]);
  });

  it('is waited for by checking and reconciling, which otherwise would find half of it', async () => {
    await sell(1000);
    runtime.simulator.start();
    const change = runtime.changeCalendar('Pacific/Kiritimati', 0);
    await stopped();
    const found = await Promise.all([runtime.reconcile(null), runtime.reconcile(null)]);
    const report = await runtime.check();
    await change;
    await runtime.simulator.stop();
    expect([...found.flatMap(({ differences }) => differences), ...report.problems]).toEqual([]);
  });

  it('leaves nothing running when the console is closed in the middle of it', async () => {
    await sell(300);
    const rebuilt = runtime.rebuild('rollups').catch(() => undefined);
    await stopped();
    await runtime.close();
    await rebuilt;
    expect(runtime.status().consumer.state).toBe('off');
    await start();
    expect((await runtime.check()).problems).toEqual([]);
  });
});

describe('reconciling', () => {
  it('knows the state with which the console has started as one that a window may still show', async () => {
    const first = runtime.live.snapshot().ledger;
    await sell(300);
    expect(runtime.live.snapshot().ledger.events).toBeGreaterThan(first.events);
    expect(await runtime.reconcile(first)).toMatchObject({ differences: [], verdict: 'in-flight' });
  });

  it('does not take a window for wrong that shows what was deleted a moment ago', async () => {
    await sell(300);
    const before = runtime.live.snapshot().ledger;
    await runtime.reset();
    expect(await runtime.reconcile(before)).toMatchObject({ differences: [], verdict: 'in-flight' });
  });
});

const soon = { interval: 1, timeout: 60_000 };

it('stores everything also when the worker of the database dies meanwhile', async () => {
  runtime.simulator.startBackfill(1);
  await expect.poll(() => runtime.status().simulator.backfill?.produced ?? 0, soon).toBeGreaterThan(0);
  const draining = runtime.drain();
  await worker.terminate();
  await draining;
  expect(await runtime.check()).toMatchObject({ ok: true, inFlight: 0 });
});

it('ends the wait for everything to be stored when the data folder is gone, and says so', async () => {
  runtime.simulator.startBackfill(300);
  await expect.poll(() => runtime.status().simulator.backfill?.produced ?? 0, soon).toBeGreaterThan(0);
  const draining = runtime.drain();
  const moved = rename(dataDir, `${dataDir}.moved`);
  await expect(draining).rejects.toMatchObject({ code: 'data_folder_gone' });
  await moved;
  await expect(runtime.drain()).rejects.toMatchObject({ code: 'data_folder_gone' });
  expect(runtime.status().database).toMatchObject({ state: 'down', code: 'data_folder_gone', nextAttemptAt: null });
  await rm(`${dataDir}.moved`, { recursive: true });
});

it('is not harmed by a listener of the status that throws: neither the simulator nor the consumer', async () => {
  let calls = 0;
  const unsubscribe = runtime.onStatus(() => {
    calls += 1;
    throw new Error('a fault of the listener');
  });
  await sell(300);
  unsubscribe();
  expect(calls).toBeGreaterThan(0);
  expect(runtime.status()).toMatchObject({ consumer: { state: 'up', restarts: 0 }, simulator: { failed: 0 } });
  expect((await runtime.check()).problems).toEqual([]);
});
