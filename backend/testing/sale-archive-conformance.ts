import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { checkStore } from '../postgres/check.ts';
import { changeCalendar, rebuildRollups } from '../postgres/rebuild.ts';
import { recentSales } from '../postgres/recent-sales.ts';
import { resetStore } from '../postgres/reset.ts';
import { PostgresRollupReader } from '../postgres/rollup-reader.ts';
import { PostgresSaleArchive } from '../postgres/sale-archive.ts';
import { saleTotalsByDay } from '../postgres/totals.ts';
import { saleLine } from './sale-line.ts';
import type { StoreFixture } from './store-fixture.ts';
import { batchOf, commit, TOPIC } from './store-fixture.ts';

const utc = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const dayMs = 86_400_000;
const perDay = 60;

/** What partitions and archives of days promise, on a database that `open` makes. */
export function describeSaleArchive(name: string, open: () => Promise<StoreFixture>): void {
  describe(name, () => {
    let fixture: StoreFixture;
    let archive: PostgresSaleArchive;
    let reader: PostgresRollupReader;
    /** Noon of today: partitions of its own have the days of the last month. */
    const noon = utc.startOf(utc.dayOf(Date.now())) - dayMs / 2;
    /** A day with a partition of its own, and one among the early days. */
    const recent = utc.dayOf(noon - 2 * dayMs);
    const early = utc.dayOf(noon - 400 * dayMs);

    beforeAll(async () => {
      fixture = await open();
      archive = new PostgresSaleArchive(fixture.pool);
      reader = new PostgresRollupReader(fixture.pool, () => 'UTC');
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    function salesOf(day: string, from: number) {
      return Array.from({ length: perDay }, (_, index) => {
        const number = from + index;
        const soldAt = utc.startOf(day) + 3_600_000 + index * 60_000;
        return saleLine(number, { soldAt, theaterId: 1 + (number % 3), kind: number % 9 === 0 ? -1 : 1 }, utc);
      });
    }

    async function storeTwoDays(): Promise<void> {
      await commit(fixture.store, batchOf([...salesOf(early, 0), ...salesOf(recent, perDay)]));
    }

    async function linesOf(day: string): Promise<string[]> {
      const lines: string[] = [];
      await archive.read(day, async (some) => {
        lines.push(...some);
      });
      return lines;
    }

    async function* giving(lines: readonly string[]) {
      for (let from = 0; from < lines.length; from += 25) yield lines.slice(from, from + 25);
    }

    async function remove(day: string): Promise<string[]> {
      const lines = await linesOf(day);
      const [totals] = (await archive.daysBefore(utc.addDays(day, 1))).filter((each) => each.day === day);
      await archive.remove({ ...totals!, file: `${day}.gz`, sha256: '00' });
      return lines;
    }

    const ends = (count: number) => [{ partition: 0, start: 0n, end: BigInt(count) }];
    const problems = async (count = 2 * perDay) => {
      const { I2, I3, I4 } = (await checkStore(fixture.pool, TOPIC, async () => ends(count))).problems;
      return [...I2, ...I3, ...I4];
    };
    const partitions = async () =>
      (await fixture.rows(`select relid::regclass::text as name from pg_partition_tree('sale') where isleaf`)).map(
        (row) => row.name,
      );

    it('a day of late has a partition of its own, days of long ago share one', async () => {
      await storeTwoDays();
      const own = `sale_${recent.replaceAll('-', '_')}`;
      expect(await partitions()).toContain(own);
      expect(await fixture.rows(`select count(*)::integer as rows from ${own}`)).toEqual([{ rows: perDay }]);
      expect(await fixture.rows('select count(*)::integer as rows from sale_early')).toEqual([{ rows: perDay }]);
      expect(await problems()).toEqual([]);
    });

    it('an id counts once over all days', async () => {
      await storeTwoDays();
      const again = salesOf(recent, perDay)[0]!;
      const offset = BigInt(2 * perDay);
      const moved = { ...again, soldAt: again.soldAt + dayMs, businessDay: utc.addDays(recent, 1), offset };
      const next = { ...saleLine(500, { soldAt: moved.soldAt }, utc), offset: offset + 1n };
      const batch = await commit(fixture.store, batchOf([moved, next]));
      expect(batch).toMatchObject({ duplicates: 1, inserted: [{ id: next.id }] });
      expect(await problems(2 * perDay + 2)).toEqual([]);
    });

    describe.each([
      ['with a partition of its own', recent],
      ['among the early days', early],
    ])('a day %s', (_where, day) => {
      it('is archived: its sales are gone, every figure stays', async () => {
        await storeTwoDays();
        const before = await reader.answer('theaterLeaderboard', { day });
        const totals = await saleTotalsByDay(fixture.pool, [early, recent]);
        const lines = await remove(day);
        expect(lines.map((line) => JSON.parse(line).business_day)).toEqual(Array(perDay).fill(day));
        expect(await fixture.rows(`select count(*)::integer as rows from sale where business_day = '${day}'`)).toEqual([
          { rows: 0 },
        ]);
        expect((await reader.answer('theaterLeaderboard', { day })).value).toEqual(before.value);
        expect(await saleTotalsByDay(fixture.pool, [early, recent])).toEqual(totals);
        expect(await problems()).toEqual([]);
        expect((await archive.daysBefore('2100-01-01')).map((each) => each.day)).not.toContain(day);
        expect(await archive.archived()).toMatchObject([{ day, events: perDay }]);
        expect(await recentSales(fixture.pool, { theaterId: 1, limit: 500 })).toHaveLength(perDay / 3);
      });

      it('is refused events that were never stored, and knows those that were', async () => {
        await storeTwoDays();
        await remove(day);
        const known = salesOf(day, day === early ? 0 : perDay)[5]!;
        const late = saleLine(700, { soldAt: utc.startOf(day) + 60_000 }, utc);
        const other = saleLine(701, { soldAt: noon }, utc);
        const offset = BigInt(2 * perDay);
        const sales = [known, late, other].map((sale, index) => ({ ...sale, offset: offset + BigInt(index) }));
        const batch = await commit(fixture.store, batchOf(sales));
        expect(batch).toMatchObject({ duplicates: 1, deadLetters: 1, inserted: [{ id: other.id }] });
        expect(await fixture.rows('select reason, detail from dead_letter')).toEqual([
          { reason: 'refused_by_database', detail: expect.stringContaining(`${day} is archived: restore it`) },
        ]);
        expect(await problems(2 * perDay + 3)).toEqual([]);
      });

      it('comes back as it was', async () => {
        await storeTwoDays();
        const everything = () => fixture.rows('select * from sale order by log_offset');
        const before = await everything();
        const lines = await remove(day);
        await archive.restore(day, giving(lines));
        expect(await everything()).toEqual(before);
        expect(await archive.archived()).toEqual([]);
        expect(await problems()).toEqual([]);
        const late = { ...saleLine(700, { soldAt: utc.startOf(day) + 60_000 }, utc), offset: BigInt(2 * perDay) };
        expect(await commit(fixture.store, batchOf([late]))).toMatchObject({
          deadLetters: 0,
          inserted: [{ id: late.id }],
        });
      });

      it('stays as it is when it is rebuilt, and is forgotten by a reset', async () => {
        await storeTwoDays();
        const before = await reader.answer('movieLeaderboard', { day });
        await remove(day);
        await rebuildRollups(fixture.pool);
        expect((await reader.answer('movieLeaderboard', { day })).value).toEqual(before.value);
        expect(await problems()).toEqual([]);
        await resetStore(fixture.pool);
        await storeTwoDays();
        expect(await problems()).toEqual([]);
        expect(await archive.archived()).toEqual([]);
      });

      it('is not archived with other sales than were read, nor restored from less', async () => {
        await storeTwoDays();
        const [totals] = (await archive.daysBefore(utc.addDays(day, 1))).filter((each) => each.day === day);
        const late = { ...saleLine(700, { soldAt: utc.startOf(day) + 60_000 }, utc), offset: BigInt(2 * perDay) };
        await commit(fixture.store, batchOf([late]));
        await expect(archive.remove({ ...totals!, file: 'f', sha256: '00' })).rejects.toMatchObject({
          code: 'data_changed',
        });
        const lines = await remove(day);
        expect(lines).toHaveLength(perDay + 1);
        await expect(archive.restore(day, giving(lines.slice(1)))).rejects.toMatchObject({ code: 'bad_request' });
        await expect(archive.restore('2026-01-01', giving([]))).rejects.toMatchObject({ code: 'bad_request' });
        expect(await problems(2 * perDay + 1)).toEqual([]);
      });

      it('keeps its zone and cut-over', async () => {
        await storeTwoDays();
        await remove(day);
        const tokyo = createBusinessCalendar({ zone: 'Asia/Tokyo', cutoverHour: 6 });
        await expect(changeCalendar(fixture.pool, tokyo)).rejects.toMatchObject({ code: 'bad_settings' });
        expect(await problems()).toEqual([]);
      });
    });
  });
}
