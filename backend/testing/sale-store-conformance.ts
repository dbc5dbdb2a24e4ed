import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import { saleLine, uuidOf } from './sale-line.ts';
import type { StoreFixture } from './store-fixture.ts';
import { batchOf, commit, TOPIC } from './store-fixture.ts';

const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const noon = Date.UTC(2026, 10, 22, 12, 0, 30);

function sale(index: number, facts: Partial<SaleLine> = {}): SaleLine {
  const { id, ...rest } = facts;
  return { ...saleLine(index, { soldAt: noon + index * 1000, ...rest }, calendar), ...(id ? { id } : {}) };
}

/** What a sale store promises, on a database that `open` makes: the same for the embedded one and for a server. */
export function describeSaleStore(name: string, open: () => Promise<StoreFixture>): void {
  describe(name, () => {
    let fixture: StoreFixture;

    beforeAll(async () => {
      fixture = await open();
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    async function ids(): Promise<unknown[]> {
      return (await fixture.rows('select id::text from sale order by id')).map((row) => row.id);
    }

    describe('storing a batch', () => {
      it('stores every field as given and answers the new totals of each touched rollup row', async () => {
        const sold = sale(0, {
          amountCents: 2598,
          tickets: 2,
          theaterId: 12,
          movieId: 7,
          partition: 3,
          channel: 'kiosk',
        });
        const refund = sale(1, { kind: -1, amountCents: 1000, theaterId: 12, movieId: 7, partition: 3 });
        const batch = await commit(fixture.store, batchOf([sold, refund]));

        const measures = { grossCents: 1598n, refundCents: 1000n, sales: 1, refunds: 1, admits: 1 };
        const { version } = batch.changes.days[0]!;
        expect(batch.changes).toEqual({
          theaterMovies: [{ day: '2026-11-22', theaterId: 12, movieId: 7, measures, version }],
          theaterQuarters: [{ day: '2026-11-22', theaterId: 12, at: Date.UTC(2026, 10, 22, 12), measures, version }],
          minutes: [{ day: '2026-11-22', partition: 3, at: Date.UTC(2026, 10, 22, 12), measures, version }],
          days: [{ day: '2026-11-22', partition: 3, measures, version }],
        });
        expect(batch).toMatchObject({ partition: 3, nextOffset: 2n, duplicates: 0, deadLetters: 0 });
        expect(batch.inserted).toEqual([sold, refund]);
        expect(await fixture.rows('select * from sale order by log_offset')).toEqual([
          {
            id: sold.id,
            kind: 1,
            theater_id: 12,
            movie_id: 7,
            showtime: sold.showtime,
            channel: 'kiosk',
            tickets: 2,
            amount_cents: 2598n,
            currency: 'USD',
            sold_at: sold.soldAt,
            business_day: '2026-11-22',
            refund_of: null,
            log_partition: 3,
            log_offset: 0n,
          },
          expect.objectContaining({ id: refund.id, kind: -1, refund_of: refund.refundOf, amount_cents: 1000n }),
        ]);
      });

      it('adds to the totals that are there and raises versions by each batch', async () => {
        const first = await commit(fixture.store, batchOf([sale(0)]));
        const second = await commit(fixture.store, batchOf([sale(1), sale(2)]));
        expect(second.changes.days[0]?.measures).toMatchObject({ grossCents: 3000n, sales: 3 });
        expect(second.changes.days[0]!.version).toBeGreaterThan(first.changes.days[0]!.version);
        expect(second.changes.minutes).toHaveLength(1);
        expect(second.changes.minutes[0]!.version).toBeGreaterThan(first.changes.minutes[0]!.version);
      });

      it('splits quarters, minutes and days where they begin', async () => {
        const times = [
          Date.UTC(2026, 10, 22, 23, 44, 59, 999),
          Date.UTC(2026, 10, 22, 23, 45),
          Date.UTC(2026, 10, 22, 23, 59, 59, 999),
          Date.UTC(2026, 10, 23),
        ];
        const batch = await commit(fixture.store, batchOf(times.map((soldAt, index) => sale(index, { soldAt }))));
        expect(batch.changes.days.map(({ day, measures }) => [day, measures.sales]).sort()).toEqual([
          ['2026-11-22', 3],
          ['2026-11-23', 1],
        ]);
        expect(batch.changes.theaterQuarters.map(({ at, measures }) => [at, measures.sales]).sort()).toEqual([
          [Date.UTC(2026, 10, 22, 23, 30), 1],
          [Date.UTC(2026, 10, 22, 23, 45), 2],
          [Date.UTC(2026, 10, 23), 1],
        ]);
        expect(batch.changes.minutes).toHaveLength(4);
      });

      it('keeps a total exact beyond 2^53 cents', async () => {
        await commit(fixture.store, batchOf([sale(0)]));
        await fixture.rows('update rollup_day set gross_cents = 9007199254740993');
        const batch = await commit(fixture.store, batchOf([sale(1, { amountCents: 999_999_999 })]));
        expect(batch.changes.days[0]?.measures.grossCents).toBe(9_007_199_254_740_993n + 999_999_999n);
      });

      it('moves the offset of a batch that holds nothing to store', async () => {
        const batch = await commit(fixture.store, batchOf([], { nextOffset: 5n }));
        expect(batch.changes.days).toEqual([]);
        expect(await fixture.store.offsets(TOPIC)).toEqual(new Map([[0, 5n]]));
      });
    });

    describe('exactly once', () => {
      it('counts an id once within a batch, across batches and across partitions', async () => {
        const within = await commit(
          fixture.store,
          batchOf([sale(0), sale(1), sale(2, { id: uuidOf(0), amountCents: 5 })]),
        );
        expect(within.inserted.map(({ offset }) => offset)).toEqual([0n, 1n]);
        expect(within.duplicates).toBe(1);

        const across = await commit(fixture.store, batchOf([sale(3, { id: uuidOf(1) }), sale(4)]));
        expect(across.inserted.map(({ offset }) => offset)).toEqual([4n]);

        const other = await commit(fixture.store, batchOf([sale(0, { partition: 1 }), sale(9, { partition: 1 })]));
        expect(other.inserted.map(({ id }) => id)).toEqual([uuidOf(9)]);

        expect(await ids()).toEqual([0, 1, 4, 9].map(uuidOf));
        expect(await fixture.store.counters(TOPIC)).toEqual({ stored: 4, duplicates: 3, deadLettered: 0 });
        expect(await fixture.rollupProblems()).toEqual([]);
      });

      it('changes no rollup and no version when all of a batch was stored before', async () => {
        await commit(fixture.store, batchOf([sale(0), sale(1)]));
        const before = await fixture.rows('select * from rollup_day');
        const again = await commit(fixture.store, batchOf([sale(2, { id: uuidOf(0) }), sale(3, { id: uuidOf(1) })]));
        expect(again).toMatchObject({ duplicates: 2, inserted: [] });
        expect(again.changes).toEqual({ theaterMovies: [], theaterQuarters: [], minutes: [], days: [] });
        expect(await fixture.rows('select * from rollup_day')).toEqual(before);
      });

      it('writes nothing when the offset was moved by another owner, and says where it is', async () => {
        await commit(fixture.store, batchOf([sale(0), sale(1)]));
        const late = await fixture.store.apply(batchOf([sale(1, { id: uuidOf(77) })], { expectedOffset: 1n }));
        expect(late).toEqual({ kind: 'fenced', storedOffset: 2n });
        const replayed = await fixture.store.apply(
          batchOf([sale(5)], {
            expectedOffset: 0n,
            deadLetters: [
              { offset: 6n, key: null, headers: [], raw: Buffer.from('x'), reason: 'bad_json', detail: '' },
            ],
          }),
        );
        expect(replayed).toEqual({ kind: 'fenced', storedOffset: 2n });
        expect(await ids()).toEqual([uuidOf(0), uuidOf(1)]);
        expect(await fixture.rows('select * from dead_letter')).toEqual([]);
        expect(await fixture.store.counters(TOPIC)).toEqual({ stored: 2, duplicates: 0, deadLettered: 0 });
      });

      it('begins a partition where its first owner begins', async () => {
        await commit(fixture.store, batchOf([sale(40)], { expectedOffset: 40n }));
        expect(await fixture.rows('select first_offset, next_offset from consumer_offset')).toEqual([
          { first_offset: 40n, next_offset: 41n },
        ]);
      });
    });

    describe('dead letters', () => {
      it('keeps bytes, place, reason and detail, and counts them in the row of the offset', async () => {
        const key = Buffer.from([0xff, 0x00]);
        const headers = [{ name: 'trace', value: Buffer.from([0x80]) }];
        const raw = Buffer.from([0, 255, 92, 39, 34, 123]);
        const detail = 'a "quoted" \\ text, {with} NUL \0 in it';
        const batch = await commit(
          fixture.store,
          batchOf([sale(0)], { deadLetters: [{ offset: 1n, key, headers, raw, reason: 'bad_json', detail }] }),
        );
        expect(batch.deadLetters).toBe(1);
        expect(
          await fixture.rows('select topic, partition, log_offset, key, raw, reason, detail from dead_letter'),
        ).toEqual([
          {
            topic: TOPIC,
            partition: 0,
            log_offset: 1n,
            key,
            raw,
            reason: 'bad_json',
            detail: detail.replace('\0', '\uFFFD'),
          },
        ]);
        expect(await fixture.store.counters(TOPIC)).toEqual({ stored: 1, duplicates: 0, deadLettered: 1 });
      });

      it('stores all of a batch but the events that the database refuses, in one transaction', async () => {
        const sales = Array.from({ length: 40 }, (_, index) => sale(index));
        sales[7] = sale(7, { tickets: 0 });
        sales[23] = sale(23, { amountCents: 1_000_000_001 });
        sales[24] = sale(24, { id: uuidOf(3) });
        const batch = await commit(
          fixture.store,
          batchOf(sales, {
            deadLetters: [
              { offset: 40n, key: null, headers: [], raw: Buffer.from('?'), reason: 'bad_field', detail: 'x' },
            ],
          }),
        );

        expect(batch).toMatchObject({ nextOffset: 41n, duplicates: 1, deadLetters: 3 });
        expect(batch.inserted).toHaveLength(37);
        expect(batch.changes.days).toHaveLength(1);
        expect(batch.changes.days[0]?.measures.sales).toBe(37);
        const letters = await fixture.rows(
          'select log_offset, reason, detail, raw from dead_letter order by log_offset',
        );
        expect(letters.map(({ log_offset, reason }) => [log_offset, reason])).toEqual([
          [7n, 'refused_by_database'],
          [23n, 'refused_by_database'],
          [40n, 'bad_field'],
        ]);
        expect(letters[0]?.detail).toContain('23514');
        expect(letters[0]?.raw).toEqual(Buffer.from('raw 7'));
        expect(await fixture.store.counters(TOPIC)).toEqual({ stored: 37, duplicates: 1, deadLettered: 3 });
        expect(await fixture.store.offsets(TOPIC)).toEqual(new Map([[0, 41n]]));
        expect(await fixture.rollupProblems()).toEqual([]);
      });

      it('makes a dead letter of every event with a value that no column can hold', async () => {
        const sales = Array.from({ length: 12 }, (_, index) => sale(index));
        sales[1] = sale(1, { tickets: 3_000_000_000 });
        sales[2] = sale(2, { id: 'not-an-id' });
        sales[4] = sale(4, { currency: 'U\0D' });
        sales[5] = sale(5, { channel: 'a-channel-that-nobody-knows' as SaleLine['channel'] });
        sales[7] = sale(7, { amountCents: 0.5 });
        sales[8] = { ...sale(8), businessDay: '2026-02-30' };
        const batch = await commit(fixture.store, batchOf(sales));
        expect(batch).toMatchObject({ nextOffset: 12n, duplicates: 0, deadLetters: 6 });
        const letters = await fixture.rows('select log_offset from dead_letter order by log_offset');
        expect(letters.map(({ log_offset }) => log_offset)).toEqual([1n, 2n, 4n, 5n, 7n, 8n]);
        expect(await fixture.rollupProblems()).toEqual([]);
      });

      it('fences off a batch with a refused event as any other', async () => {
        await commit(fixture.store, batchOf([sale(0)]));
        const result = await fixture.store.apply(batchOf([sale(5, { tickets: 0 }), sale(6)], { expectedOffset: 0n }));
        expect(result).toEqual({ kind: 'fenced', storedOffset: 1n });
        expect(await fixture.rows('select * from dead_letter')).toEqual([]);
      });
    });

    describe('the outbox', () => {
      it('names each touched day until it is cleared with that version or a newer one', async () => {
        const first = await commit(fixture.store, batchOf([sale(0), sale(1, { soldAt: noon + 86_400_000 })]));
        expect(await fixture.store.outboxDays()).toEqual(['2026-11-22', '2026-11-23']);
        const second = await commit(fixture.store, batchOf([sale(2)]));
        await fixture.store.clearOutbox(first.changes);
        expect(await fixture.store.outboxDays()).toEqual(['2026-11-22']);
        await fixture.store.clearOutbox(second.changes);
        expect(await fixture.store.outboxDays()).toEqual([]);
      });

      it('is cleared per partition', async () => {
        const one = await commit(fixture.store, batchOf([sale(0)]));
        await commit(fixture.store, batchOf([sale(100, { partition: 1 })]));
        await fixture.store.clearOutbox(one.changes);
        expect(await fixture.rows('select log_partition from projection_outbox')).toEqual([{ log_partition: 1 }]);
      });

      it('tells the versions of days as the sum over their partitions', async () => {
        const one = await commit(fixture.store, batchOf([sale(0)]));
        const other = await commit(fixture.store, batchOf([sale(100, { partition: 1 })]));
        const versions = await fixture.store.dayVersions(['2026-11-22', '2026-11-25']);
        expect(versions).toEqual(
          new Map([['2026-11-22', one.changes.days[0]!.version + other.changes.days[0]!.version]]),
        );
      });
    });
  });
}
