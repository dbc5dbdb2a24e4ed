import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../backend/ports/logger.ts';
import { createRuntime, type Runtime } from '../../../../backend/runtime.ts';
import { defaultSettings } from '../../../../backend/settings/settings.ts';
import { makeDataFolder, startSourceWorker } from '../../../../backend/testing/embedded-test-database.ts';
import type { Services } from '../services.ts';
import { pipelineHandlers } from './pipeline.ts';

let dataDir: string;
let runtime: Runtime;
let handlers: ReturnType<typeof pipelineHandlers>;
let refreshed = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-pipeline-'));
  await makeDataFolder(dataDir);
  runtime = await createRuntime({
    source: { kind: 'embedded', dataDir, startWorker: startSourceWorker },
    calendar: { zone: 'UTC', cutoverHour: 0 },
    currency: 'USD',
    backend: 'sql',
    fallback: false,
    simulator: { ...defaultSettings.simulator, rate: 400 },
    logger: silentLogger,
    consume: true,
  });
  const services = { host: { require: () => runtime }, feed: { refresh } };
  handlers = pipelineHandlers(services as unknown as Services);
});
afterAll(async () => {
  await runtime?.close();
  await rm(dataDir, { recursive: true, force: true });
});

function refresh(): void {
  refreshed += 1;
}

async function sell(ms: number, faults: Partial<typeof defaultSettings.simulator.faults> = {}): Promise<void> {
  const { simulator } = defaultSettings;
  runtime.simulator.start({ ...simulator, rate: 400, faults: { ...simulator.faults, ...faults } });
  await delay(ms);
  await runtime.simulator.stop();
}

describe('the pipeline handlers', () => {
  it('pause the consumer so that the lag grows, and let it go on until nothing waits', async () => {
    await sell(500);
    await runtime.drain();
    await handlers['consumer.pause'](undefined);
    await delay(600);
    await sell(500);
    const { consumer } = await waitFor(() => (runtime.status().consumer.lagEvents ?? 0) > 50);
    expect(consumer).toMatchObject({ paused: true, observeOnly: false, timeToClear: 'not-falling' });
    expect(consumer.pausedAt).toBeLessThanOrEqual(Date.now());
    const waiting = consumer.partitions.filter(({ events }) => events !== 0);
    expect(waiting.every(({ seconds }) => seconds !== null && seconds >= 0)).toBe(true);
    await handlers['consumer.resume'](undefined);
    await runtime.drain();
    expect(runtime.status().consumer).toMatchObject({ paused: false, pausedAt: null, lagEvents: 0, timeToClear: 0 });
  });

  it('tell what passes through each stage and how long it takes', async () => {
    await runtime.query({ name: 'summary', params: { day: runtime.status().businessDay } });
    const { flows, latencies, topic } = runtime.status();
    expect(topic).toBe('ticket-sales');
    for (const flow of [flows.read, flows.stored, flows.appended]) expect(flow.lastAt).toBeGreaterThan(0);
    expect(flows.queries.sql).toMatchObject({ source: 'postgres', errors: 0, lastError: null });
    expect(flows.queries.materialized).toMatchObject({ perSecond: 0, lastAt: null, latency: null, source: null });
    for (const stage of ['waited', 'decoded', 'written', 'stored'] as const) {
      expect(latencies[stage]?.samples, stage).toBeGreaterThan(0);
    }
  });

  it('list dead letters and send those again that are valid by now, which keeps every invariant', async () => {
    await sell(1500, { malformed: 0.2 });
    await runtime.drain();
    const page = await handlers['deadLetters.list']({ resent: false, limit: 5 });
    expect(page.rows).toHaveLength(5);
    expect(page.waiting).toBe(runtime.status().consumer.deadLettered);
    const report = await handlers['deadLetters.redrive']({ dryRun: true, selection: 'all' });
    expect(report).toMatchObject({ checked: page.waiting, valid: 0, stillBad: page.waiting, sent: 0 });
    const [first] = page.rows;
    const one = await handlers['deadLetters.redrive']({ dryRun: false, selection: [first?.id ?? ''] });
    expect(one).toMatchObject({ checked: 1, stillBad: 1, sent: 0 });
    const { ok, problems, deadLettered } = await runtime.check();
    expect({ ok, problems, deadLettered }).toEqual({ ok: true, problems: [], deadLettered: page.waiting });
  });

  it('rebuild rollups and read model with progress, and show the result', async () => {
    const seen: string[] = [];
    const unsubscribe = runtime.onStatus(() => {
      const { rebuild } = runtime.status();
      if (rebuild !== null) seen.push(`${rebuild.what} ${rebuild.done}/${rebuild.total}`);
    });
    await handlers['data.rebuild']({ what: 'rollups' });
    expect(seen.at(-1)).toMatch(/^rollups (\d+)\/\1$/);
    const days = (await runtime.days()).length;
    await handlers['data.rebuild']({ what: 'read-model' });
    expect(seen.at(-1)).toBe(`read-model ${days}/${days}`);
    unsubscribe();
    expect(refreshed).toBe(2);
    expect(runtime.status().rebuild).toBeNull();
    expect((await runtime.check()).problems).toEqual([]);
  });
});

async function waitFor(condition: () => boolean) {
  await expect.poll(condition, { timeout: 10_000, interval: 20 }).toBe(true);
  return runtime.status();
}
