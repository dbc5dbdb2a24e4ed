import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import { saleLine, uuidOf } from '../testing/sale-line.ts';
import { createServerTestDatabase, type ServerTestDatabase } from '../testing/server-test-database.ts';
import { batchOf, TOPIC } from '../testing/store-fixture.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { checkStore } from './check.ts';
import { adoptCalendar, rebuildRollups } from './rebuild.ts';
import { PostgresSaleStore } from './sale-store.ts';

const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const noon = Date.UTC(2026, 10, 22, 12);

let database: ServerTestDatabase;
beforeEach(async () => {
  database = await createServerTestDatabase();
  await adoptCalendar(database.open().pool, { zone: 'UTC', cutoverHour: 0, currency: 'USD' });
});
afterEach(() => database.drop());

/** The events of a partition; `firstId` decides their ids, so that partitions can hold the same ones. */
function salesOf(partition: number, count: number, firstId = partition * 1_000_000): SaleLine[] {
  return Array.from({ length: count }, (_, index) => ({
    ...saleLine(index, { soldAt: noon + index * 500, partition, theaterId: 1 + (index % 9) }, calendar),
    id: uuidOf(firstId + index),
  }));
}

function openStore(port?: number): PostgresSaleStore {
  const { pool } = database.open(port === undefined ? {} : { host: '127.0.0.1', port });
  return new PostgresSaleStore(pool, { source: 'copy', copyFrom: 50 });
}

/** Stores a partition to its end, as a consumer does: whatever fails or is fenced off, it goes on from the stored offset. */
async function storeAll(store: PostgresSaleStore, sales: readonly SaleLine[], size: number) {
  const partition = sales[0]?.partition ?? 0;
  let at = 0;
  let fenced = 0;
  let failed = 0;
  while (at < sales.length) {
    // Small ones go through arrays, the others through COPY.
    const count = at % 3 === 0 ? 20 : size;
    try {
      const result = await store.apply(batchOf(sales.slice(at, at + count), { expectedOffset: BigInt(at) }));
      if (result.kind === 'outdated') throw new Error('nobody has recomputed anything');
      if (result.kind === 'fenced') fenced += 1;
      at = Number(result.kind === 'fenced' ? result.storedOffset : result.batch.nextOffset);
    } catch {
      failed += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      const offsets = await store.offsets(TOPIC).catch(() => undefined);
      if (offsets) at = Number(offsets.get(partition) ?? 0n);
    }
  }
  return { fenced, failed };
}

async function expectExact(partitions: readonly number[], events: number, duplicates = 0): Promise<void> {
  const ends = partitions.map((partition) => ({ partition, start: 0n, end: BigInt(events) }));
  const check = await checkStore(database.open().pool, TOPIC, async () => ends);
  expect(check.problems).toEqual({ I2: [], I3: [], I4: [] });
  const produced = partitions.length * events;
  expect(check).toMatchObject({ produced, stored: produced - duplicates, duplicates, deadLettered: 0, inFlight: 0 });
  expect(check.grossCents.rollups).toBe(check.grossCents.recomputed);
}

describe('storing on a server', () => {
  it('is exact when two programs have the same partition at the same time: they fence each other off', async () => {
    const sales = salesOf(0, 6_000);
    const outcomes = await Promise.all([
      storeAll(openStore(), sales, 100),
      storeAll(openStore(), sales, 130),
      storeAll(openStore(), sales, 70),
    ]);
    expect(outcomes.reduce((sum, { fenced }) => sum + fenced, 0)).toBeGreaterThan(0);
    await expectExact([0], 6_000);
  });

  it('counts each id once when partitions that are stored at the same time hold the same ids in another order', async () => {
    const ascending = salesOf(0, 3_000, 0);
    const descending = salesOf(1, 3_000, 0).map((sale, index) => ({ ...sale, id: uuidOf(2_999 - index) }));
    const store = openStore();
    await Promise.all([storeAll(store, ascending, 300), storeAll(store, descending, 300)]);
    await expectExact([0, 1], 3_000, 3_000);
  });

  it('is exact while every connection is ended again and again', async () => {
    const store = openStore();
    let storing = true;
    const partitions = [0, 1, 2];
    const breaking = (async () => {
      while (storing) {
        await database.endConnections();
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })();
    const outcomes = await Promise.all(partitions.map((each) => storeAll(store, salesOf(each, 8_000), 400)));
    storing = false;
    await breaking;
    expect(outcomes.reduce((sum, { failed }) => sum + failed, 0)).toBeGreaterThan(3);
    await expectExact(partitions, 8_000);
  });

  it('is exact when connections are cut, and when they hang and go on', async () => {
    const proxy = await TcpProxy.open(database.settings.port);
    const store = openStore(proxy.port);
    const storing = Promise.all([0, 1, 2].map((each) => storeAll(store, salesOf(each, 10_000), 200)));
    let done = false;
    void storing.finally(() => {
      done = true;
    });
    for (let round = 0; !done && round < 20; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (round % 3 === 0) {
        proxy.stall();
        await new Promise((resolve) => setTimeout(resolve, 100));
        proxy.resume();
      }
      if (round % 2 === 0) proxy.cut();
    }
    await storing;
    await expectExact([0, 1, 2], 10_000);
    await proxy.close();
  });

  it('goes on after connections have hung until they were given up', async () => {
    const proxy = await TcpProxy.open(database.settings.port);
    const store = openStore(proxy.port);
    const sales = salesOf(0, 20_000);
    await storeAll(store, sales.slice(0, 1_000), 200);
    const storing = storeAll(store, sales, 200);
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.stall();
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    proxy.resume();
    expect((await storing).failed).toBeGreaterThan(0);
    await expectExact([0], 20_000);
    await proxy.close();
  });

  it('waits for a rebuild of the rollups by another program, which misses nothing', async () => {
    const store = openStore();
    const { longPool } = database.open();
    let storing = true;
    let rebuilds = 0;
    const rebuilding = (async () => {
      while (storing) {
        await rebuildRollups(longPool);
        rebuilds += 1;
      }
    })();
    await Promise.all([0, 1].map((each) => storeAll(store, salesOf(each, 6_000), 200)));
    storing = false;
    await rebuilding;
    expect(rebuilds).toBeGreaterThan(1);
    await expectExact([0, 1], 6_000);
  });
});
