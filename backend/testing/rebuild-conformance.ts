import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { noMeasures } from '../domain/measures.ts';
import { checkStore } from '../postgres/check.ts';
import { changeCalendar, readStoredCalendar, rebuildRollups } from '../postgres/rebuild.ts';
import { resetStore } from '../postgres/reset.ts';
import { PostgresRollupReader } from '../postgres/rollup-reader.ts';
import { saleLine } from './sale-line.ts';
import type { StoreFixture } from './store-fixture.ts';
import { batchOf, commit } from './store-fixture.ts';

const utc = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
/** Clocks go back an hour on 1 November 2026 and forward on 8 March. */
const newYork = createBusinessCalendar({ zone: 'America/New_York', cutoverHour: 6 });

/** What rebuilding, a change of the calendar, a reset and the check promise, on a database that `open` makes. */
export function describeRebuild(name: string, open: () => Promise<StoreFixture>): void {
  describe(name, () => {
    let fixture: StoreFixture;
    let reader: PostgresRollupReader;

    beforeAll(async () => {
      fixture = await open();
      reader = new PostgresRollupReader(fixture.pool, () => 'UTC');
    });
    beforeEach(async () => {
      await fixture.empty();
      await changeCalendar(fixture.pool, utc);
    });
    afterAll(() => fixture.close());

    const day = 86_400_000;

    /** 400 sales over ten days around the change of the clocks, and some in March. */
    async function storeSales(): Promise<void> {
      const sales = Array.from({ length: 400 }, (_, index) =>
        saleLine(
          index,
          {
            soldAt: (index % 5 === 0 ? Date.UTC(2026, 2, 6) : Date.UTC(2026, 9, 28)) + index * 2_160_000,
            theaterId: 1 + (index % 40),
            movieId: 1 + (index % 24),
            amountCents: 1000 + index,
            kind: index % 11 === 0 ? -1 : 1,
          },
          utc,
        ),
      );
      await commit(fixture.store, batchOf(sales));
    }

    async function misplaced(calendar: typeof utc): Promise<number> {
      const rows = await fixture.rows('select sold_at, business_day from sale');
      return rows.filter((row) => calendar.dayOf(row.sold_at as number) !== row.business_day).length;
    }

    describe('rebuilding the rollups', () => {
      it('restores them from the sales, with versions above all earlier ones, and puts every day in the outbox', async () => {
        await storeSales();
        const [before] = await reader.days();
        const version = (await reader.answer('summary', { day: before! })).version;
        await fixture.rows('update rollup_theater_movie set gross_cents = gross_cents + 1');
        await fixture.rows('delete from rollup_minute where log_partition = 0');
        await fixture.rows('delete from projection_outbox');
        expect(await fixture.rollupProblems()).toHaveLength(2);

        const progress: number[] = [];
        await rebuildRollups(fixture.pool, (done, total) => progress.push(done / total));
        expect(await fixture.rollupProblems()).toEqual([]);
        expect(progress.at(-1)).toBe(1);
        expect((await reader.answer('summary', { day: before! })).version).toBeGreaterThan(version);
        expect(await fixture.store.outboxDays()).toEqual(await reader.days());
      });

      it('lets later batches go on from it', async () => {
        await storeSales();
        await rebuildRollups(fixture.pool);
        const rebuilt = (await reader.answer('summary', { day: '2026-11-01' })).version;
        const batch = await commit(
          fixture.store,
          batchOf([saleLine(1_000, { soldAt: Date.UTC(2026, 10, 1, 12) }, utc)], { expectedOffset: 400n }),
        );
        expect(batch.changes.days[0]!.version).toBeGreaterThan(rebuilt);
        expect(await fixture.rollupProblems()).toEqual([]);
      });
    });

    describe.each([
      ['day by day', false],
      ['at once', true],
    ] as const)('changing the calendar %s', (_how, atOnce) => {
      it('puts every sale in its new business day and recomputes the rollups', async () => {
        await storeSales();
        const gross = (await fixture.rows('select sum(gross_cents)::bigint as gross from rollup_day'))[0]?.gross;
        expect(await misplaced(newYork)).toBeGreaterThan(50);
        const progress: [number, number][] = [];
        await changeCalendar(fixture.pool, newYork, {
          atOnce,
          onProgress: (done, total) => progress.push([done, total]),
        });
        expect(await misplaced(newYork)).toBe(0);
        expect(await fixture.rollupProblems()).toEqual([]);
        expect((await fixture.rows('select sum(gross_cents)::bigint as gross from rollup_day'))[0]?.gross).toBe(gross);
        expect(progress.at(-1)).toEqual([400, 400]);
        expect(await readStoredCalendar(fixture.pool)).toMatchObject({
          zone: 'America/New_York',
          cutoverHour: 6,
          pending: null,
        });
      });

      it('that was interrupted is finished by calling it again; it says so, or has changed nothing', async () => {
        await storeSales();
        await expect(
          changeCalendar(fixture.pool, newYork, {
            atOnce,
            onProgress: (done, total) => {
              if (done > total / 2) throw new Error('the program ends here');
            },
          }),
        ).rejects.toThrow('the program ends here');
        expect(await readStoredCalendar(fixture.pool)).toMatchObject({
          zone: 'UTC',
          cutoverHour: 0,
          pending: atOnce ? null : { zone: 'America/New_York', cutoverHour: 6 },
        });
        if (atOnce) expect(await misplaced(utc)).toBe(0);
        await changeCalendar(fixture.pool, newYork, { atOnce });
        expect(await misplaced(newYork)).toBe(0);
        expect(await fixture.rollupProblems()).toEqual([]);
        expect((await readStoredCalendar(fixture.pool))?.pending).toBeNull();
      });

      it('never lets the version of a day fall, also of one that has lost all its sales', async () => {
        const soldAt = Date.UTC(2026, 10, 22, 3);
        await commit(fixture.store, batchOf([saleLine(0, { soldAt }, utc)]));
        const before = (await reader.answer('summary', { day: '2026-11-22' })).version;
        await changeCalendar(fixture.pool, newYork, { atOnce });
        expect(await reader.days()).toEqual(['2026-11-21']);
        const after = await reader.answer('summary', { day: '2026-11-22' });
        expect(after.value).toEqual(noMeasures);
        expect(after.version).toBeGreaterThan(before);
      });
    });

    it.each([
      ['a rebuild', () => rebuildRollups(fixture.pool)],
      ['another calendar', () => changeCalendar(fixture.pool, newYork, { atOnce: true })],
      ['a reset', () => resetStore(fixture.pool)],
    ] as const)('%s refuses batches that were made before it', async (_what, change) => {
      await storeSales();
      const { generation } = (await readStoredCalendar(fixture.pool))!;
      const sales = [saleLine(500, { soldAt: Date.UTC(2026, 10, 1, 12) }, utc)];
      const batch = batchOf(sales, { expectedOffset: 400n, generation });
      await change();
      const stored = await fixture.rows('select count(*) from sale');
      expect(await fixture.store.apply(batch)).toEqual({ kind: 'outdated' });
      expect(await fixture.rows('select count(*) from sale')).toEqual(stored);
      const { generation: next } = (await readStoredCalendar(fixture.pool))!;
      expect(next).toBeGreaterThan(generation);
      expect(await fixture.store.apply({ ...batch, generation: next })).toMatchObject({ kind: 'committed' });
      expect(await fixture.rollupProblems()).toEqual([]);
    });

    describe('a reset', () => {
      it('deletes all that was stored, and versions go on above the old ones', async () => {
        await storeSales();
        const before = (await reader.answer('summary', { day: '2026-11-01' })).version;
        await resetStore(fixture.pool);
        for (const table of [
          'sale',
          'sale_identity',
          'rollup_theater_movie',
          'rollup_day',
          'consumer_offset',
          'projection_outbox',
          'dead_letter',
        ]) {
          expect(await fixture.rows(`select count(*)::integer as rows from ${table}`)).toEqual([{ rows: 0 }]);
        }
        const batch = await commit(
          fixture.store,
          batchOf([saleLine(0, { soldAt: Date.UTC(2026, 10, 1) + day / 2 }, utc)]),
        );
        expect(batch.changes.days[0]!.version).toBeGreaterThan(before);
      });

      it('takes other work into its transaction: all or nothing', async () => {
        await storeSales();
        await expect(resetStore(fixture.pool, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
        expect(await fixture.rows('select count(*)::integer as rows from sale')).toEqual([{ rows: 400 }]);
      });
    });

    describe('the check of the invariants', () => {
      const ends = [{ partition: 0, start: 0n, end: 400n }];

      it('finds nothing wrong with what was stored', async () => {
        await storeSales();
        const check = await checkStore(fixture.pool, 'ticket-sales', async () => ends);
        expect(check).toMatchObject({ produced: 400, stored: 400, duplicates: 0, deadLettered: 0, inFlight: 0 });
        expect(check.problems).toEqual({ I2: [], I3: [], I4: [] });
      });

      it.each([
        ['I2', 'update rollup_theater_quarter set admits = admits + 1 where theater_id = 3'],
        ['I2', 'delete from rollup_day'],
        ['I2', 'update sale set amount_cents = amount_cents + 1 where log_offset = 7'],
        ['I3', 'update consumer_offset set next_offset = 401, stored = 401'],
        ['I3', 'update consumer_offset set next_offset = 399, stored = 399'],
        ['I4', 'update consumer_offset set duplicates = 1'],
        ['I4', 'delete from sale where log_offset = 9'],
        ['I4', 'delete from sale_identity where id = (select id from sale where log_offset = 9)'],
      ] as const)('finds a broken %s: %s', async (invariant, damage) => {
        await storeSales();
        await fixture.rows(damage);
        const check = await checkStore(fixture.pool, 'ticket-sales', async () => ends);
        expect(check.problems[invariant].length).toBeGreaterThan(0);
      });
    });
  });
}
