import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommittedBatch } from '../ports/sale-store.ts';
import { readModelDifferences } from '../query/read-model-check.ts';
import { type IngestFixture, openServerIngestFixture, saleMessage } from '../testing/ingest-fixture.ts';

let fixture: IngestFixture;
beforeAll(async () => {
  fixture = await openServerIngestFixture({ source: 'copy', copyFrom: 100 });
});
beforeEach(() => fixture.empty());
afterAll(() => fixture.close());

const tuning = { parallel: 3, pollRecords: 400 };
const messages = (count: number) => Array.from({ length: count }, (_, index) => saleMessage(index));

async function append(count: number): Promise<void> {
  const all = messages(count);
  for (let from = 0; from < count; from += 1_000) await fixture.log.append(all.slice(from, from + 1_000));
}

async function expectExact(stored: number): Promise<void> {
  const check = await fixture.check();
  expect(check).toMatchObject({ produced: stored, stored, duplicates: 0, deadLettered: 0, inFlight: 0 });
  expect(check.problems).toEqual({ I2: [], I3: [], I4: [] });
}

describe('a consumer that stores three partitions at the same time', () => {
  it('stores and projects everything, and tells of the commits of each partition in order', async () => {
    await append(12_000);
    const { consumer, readModel } = fixture.start({}, tuning);
    const told: CommittedBatch[] = [];
    consumer.onCommitted((batch) => told.push(batch));
    await consumer.drained();
    await expectExact(12_000);
    const partitions = new Set(told.map(({ partition }) => partition));
    expect(partitions.size).toBeGreaterThan(3);
    for (const partition of partitions) {
      const offsets = told.filter((batch) => batch.partition === partition).map(({ nextOffset }) => nextOffset);
      expect(offsets).toEqual([...offsets].sort((a, b) => Number(a - b)));
    }
    expect(told.reduce((sum, { inserted }) => sum + inserted.length, 0)).toBe(12_000);
    expect(await readModelDifferences(readModel, fixture.rollups)).toEqual([]);
    expect(await fixture.store.outboxDays()).toEqual([]);
  });

  it('is exact, and projects everything, while its connections are ended again and again', async () => {
    await append(20_000);
    const { consumer, readModel } = fixture.start({}, tuning);
    let storing = true;
    const breaking = (async () => {
      while (storing) {
        await fixture
          .rows('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()')
          .catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 150));
        consumer.retryNow();
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    storing = false;
    await breaking;
    await consumer.drained();
    expect(consumer.status().restarts).toBeGreaterThan(0);
    await expectExact(20_000);
    expect(await readModelDifferences(readModel, fixture.rollups)).toEqual([]);
  });
});
