import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../ports/clock.ts';
import type { ReadModel } from '../ports/read-model.ts';
import { type IngestFixture, openIngestFixture, saleMessage } from '../testing/ingest-fixture.ts';
import { TOPIC } from '../testing/store-fixture.ts';
import { type ReconciledParts, Reconciler } from './reconciliation.ts';

let fixture: IngestFixture;
let readModel: ReadModel;
const gross = 20n * 1299n;
let behind: number;

beforeAll(async () => {
  fixture = await openIngestFixture();
});
beforeEach(async () => {
  await fixture.empty();
  behind = 0;
  await fixture.log.append(Array.from({ length: 20 }, (_, index) => saleMessage(index)));
  const { consumer, ...started } = fixture.start();
  readModel = started.readModel;
  await consumer.drained();
  await consumer.stop();
});
afterAll(() => fixture.close());

/** @param stored what the live window has counted */
async function reconcile(over: Partial<ReconciledParts> = {}, events = 20) {
  const offsets = await fixture.store.offsets(TOPIC);
  const parts: ReconciledParts = {
    ...{ pool: fixture.pool, log: fixture.log, store: fixture.store, readModel, clock: systemClock, shared: false },
    ledger: () => ({ events, grossCents: BigInt(events) * 1299n }),
    ledgerPlace: () => ({ offsets, offsetsOfOthers: 0n }),
    onBehind: () => {
      behind += 1;
    },
    ...over,
  };
  return new Reconciler(parts).run({ events: 20, grossCents: gross });
}

describe('the reconciliation', () => {
  it('agrees when all is stored', async () => {
    expect(await reconcile()).toMatchObject({
      ...{ verdict: 'reconciled', produced: 20, stored: 20, inFlight: 0, differences: [], unknown: [] },
      places: [20, 20, 20, 20].map((events) => ({ events, grossCents: gross })),
    });
  });

  it('says what it does not know, with the reason, and never 0 for it', async () => {
    const away = async () => {
      throw new Error('Redis is away');
    };
    const model = await reconcile({ readModel: { ...readModel, days: away } });
    expect(model).toMatchObject({ verdict: 'unknown', produced: 20, differences: [] });
    expect(model.unknown).toEqual([expect.stringContaining('Redis is away')]);
    expect(model.places[2]).toEqual({ place: 'read-model', events: null, grossCents: null });

    const blind = await reconcile({ log: { topic: TOPIC, partitions: away } });
    expect(blind).toMatchObject({ verdict: 'unknown', produced: null, inFlight: null, stored: 20, differences: [] });
  });

  it('takes no offset for an event where some may hold none', async () => {
    await fixture.rows(
      'update consumer_offset set next_offset = next_offset + 2, empty = empty + 2 where partition = 1',
    );
    const ends = async () =>
      (await fixture.log.partitions()).map((each) => ({
        ...each,
        end: each.partition === 1 ? each.end + 2n : each.end,
      }));
    const marks = { topic: TOPIC, partitions: ends };
    expect(await reconcile({ log: marks, shared: true })).toMatchObject({ verdict: 'reconciled', produced: 20 });
    await fixture.log.append([saleMessage(20)]);
    expect(await reconcile({ log: marks, shared: true })).toMatchObject({
      ...{ verdict: 'in-flight', produced: null, inFlight: 1, differences: [] },
    });
    await fixture.rows('update consumer_offset set unexplained = empty, empty = 0');
    const unexplained = await reconcile({ log: marks, shared: true });
    expect(unexplained).toMatchObject({ verdict: 'unknown', produced: null, differences: [] });
    expect(unexplained.unknown[0]).toContain('2 offsets');
  });

  it('waits for the live totals where others have stored, and has them read again', async () => {
    await fixture.rows(
      `select begin_log_partition('another', 0, 0); update consumer_offset set next_offset = 1, duplicates = 1 where topic = 'another'`,
    );
    expect(await reconcile({}, 19)).toMatchObject({ verdict: 'in-flight', differences: [] });
    expect(behind).toBe(1);
  });

  it('finds live totals that are wrong though all was counted', async () => {
    expect(await reconcile({}, 19)).toMatchObject({
      verdict: 'broken',
      differences: [expect.stringContaining('Live totals: -1 events, -1299 cents')],
    });
    expect(behind).toBe(0);
  });
});
