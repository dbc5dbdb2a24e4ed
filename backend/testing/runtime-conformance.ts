/** What the whole backend must do on any data source. Each call gets a source with nothing in it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measures } from '../domain/measures.ts';
import { silentLogger } from '../ports/logger.ts';
import { createRuntime, type DataSource, type Runtime, type RuntimeOptions } from '../runtime.ts';
import { defaultSettings } from '../settings/settings.ts';

export const runtimeOptions: Omit<RuntimeOptions, 'source'> = {
  calendar: { zone: 'UTC', cutoverHour: 0 },
  currency: 'USD',
  backend: 'sql',
  fallback: false,
  simulator: { ...defaultSettings.simulator, rate: 400 },
  logger: silentLogger,
  consume: true,
};

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sells for some time and waits until all is stored. */
export async function sell(runtime: Runtime, ms: number): Promise<void> {
  runtime.simulator.start();
  await sleep(ms);
  await runtime.simulator.stop();
  await runtime.drain();
}

async function summaries(runtime: Runtime): Promise<bigint> {
  let cents = 0n;
  for (const day of await runtime.days()) {
    const { value } = await runtime.query({ name: 'summary', params: { day } });
    cents += (value as Measures).grossCents;
  }
  return cents;
}

export interface SourceUnderTest {
  readonly source: DataSource;
  dispose(): Promise<void>;
}

export function describeRuntime(name: string, openSource: () => Promise<SourceUnderTest>): void {
  describe(`the runtime on ${name}`, () => {
    let source: SourceUnderTest;
    let runtime: Runtime;

    beforeAll(async () => {
      source = await openSource();
      runtime = await createRuntime({ ...runtimeOptions, source: source.source });
    });
    afterAll(async () => {
      await runtime.close();
      await source.dispose();
    });

    it('stores everything that it produces, malformed and repeated events included, and proves it', async () => {
      runtime.simulator.update({
        ...runtimeOptions.simulator,
        faults: { duplicates: 0.1, late: 0.05, outOfOrder: 0.1, malformed: 0.05 },
      });
      await sell(runtime, 2500);
      const report = await runtime.check();
      expect(report.problems).toEqual([]);
      expect(report.ok).toBe(true);
      expect(report.duplicates).toBeGreaterThan(0);
      expect(report.deadLettered).toBeGreaterThan(0);
      expect(report.stored + report.duplicates + report.deadLettered).toBe(report.produced);
      expect(new Set(Object.values(report.grossCents)).size).toBe(1);
      runtime.simulator.update(runtimeOptions.simulator);
    });

    it('reconciles with what a window shows, and names a window that shows something else', async () => {
      const { ledger } = runtime.live.snapshot();
      const good = await runtime.reconcile(ledger);
      expect(good.verdict).toBe('reconciled');
      expect(new Set(good.places.map((place) => place.grossCents)).size).toBe(1);
      const bad = await runtime.reconcile({ events: ledger.events, grossCents: ledger.grossCents + 1n });
      expect(bad.verdict).toBe('broken');
      expect(bad.differences).toEqual(['Window: 0 events, +1 cents against the stored sales.']);
    });

    it('reconciles while sales are streaming', async () => {
      runtime.simulator.start();
      try {
        for (let round = 0; round < 5; round += 1) {
          const window = runtime.live.snapshot().ledger;
          const found = await runtime.reconcile(window);
          expect(found.differences).toEqual([]);
          expect(['reconciled', 'in-flight']).toContain(found.verdict);
          await sleep(100);
        }
      } finally {
        await runtime.simulator.stop();
        await runtime.drain();
      }
    });

    it('switches the backend while it runs, and both give the same answers', async () => {
      const day = runtime.status().businessDay;
      const { verdict } = await runtime.compare({ name: 'theaterLeaderboard', params: { day } });
      expect(verdict).toEqual({ kind: 'equal' });
      const before = await summaries(runtime);
      runtime.switchBackend('materialized');
      expect(runtime.status().backend).toBe('materialized');
      expect(await summaries(runtime)).toBe(before);
      expect(runtime.status().marks.at(-1)?.kind).toBe('backend-switched');
    });

    it('recomputes business days for another zone and cut-over without losing a cent or a version', async () => {
      const before = await summaries(runtime);
      const versionBefore = runtime.live.snapshot().dayVersion;
      await runtime.changeCalendar('Asia/Kathmandu', 6);
      expect(runtime.status()).toMatchObject({ zone: 'Asia/Kathmandu', cutoverHour: 6, rebuild: null });
      expect(await summaries(runtime)).toBe(before);
      expect((await runtime.check()).problems).toEqual([]);
      await runtime.changeCalendar('UTC', 0);
      expect(runtime.live.snapshot().dayVersion).toBeGreaterThan(versionBefore);
    });

    it('refuses an unknown zone and a second rebuild beside the first', async () => {
      await expect(runtime.changeCalendar('Mars/Olympus', 0)).rejects.toMatchObject({ code: 'bad_settings' });
      const first = runtime.rebuild('rollups');
      await expect(runtime.rebuild('rollups')).rejects.toMatchObject({ code: 'not_available' });
      await first;
      expect((await runtime.check()).problems).toEqual([]);
    });

    it('goes on where it was after a restart', async () => {
      const { ledger } = runtime.live.snapshot();
      await runtime.close();
      runtime = await createRuntime({ ...runtimeOptions, source: source.source });
      expect(runtime.createdDatabase).toBe(false);
      expect(runtime.live.snapshot().ledger).toEqual(ledger);
      await sell(runtime, 500);
      expect(runtime.live.snapshot().ledger.events).toBeGreaterThan(ledger.events);
      expect((await runtime.check()).problems).toEqual([]);
    });

    it('fills in history, and reset deletes everything and goes on', async () => {
      runtime.simulator.startBackfill(1);
      await runtime.drain();
      expect((await runtime.days()).length).toBeGreaterThanOrEqual(2);
      expect((await runtime.check()).problems).toEqual([]);
      await runtime.reset();
      expect(runtime.live.snapshot().ledger).toEqual({ events: 0, grossCents: 0n });
      expect(await runtime.days()).toEqual([]);
      await sell(runtime, 500);
      const report = await runtime.check();
      expect(report.problems).toEqual([]);
      expect(report.stored).toBe(report.produced);
      expect(report.stored).toBeGreaterThan(0);
    });
  });
}
