import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Measures } from '../domain/measures.ts';
import type { RollupRows } from '../domain/rollup.ts';
import type { ReadModel } from '../ports/read-model.ts';

/** A fresh, empty model that holds at most `maxDays` days. */
export type MakeReadModel = (options: { maxDays: number }) => Promise<{ model: ReadModel; close(): Promise<void> }>;

const day = '2026-11-22';
const otherDay = '2026-11-23';
const noRows: RollupRows = { theaterMovies: [], theaterQuarters: [], minutes: [], days: [] };
/** Beyond 2^53, which a double cannot hold to the cent. */
const hugeCents = 9_007_199_254_740_993n;

/** What every read model must do, whatever it is kept in. */
export function describeReadModel(name: string, make: MakeReadModel): void {
  describe(`read model: ${name}`, () => {
    let model: ReadModel;
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ model, close } = await make({ maxDays: 3 }));
    });
    afterEach(() => close());

    const build = async (of: string, rows: RollupRows) => {
      const token = await model.beginBuild(of);
      await model.apply(rows);
      await model.endBuild(of, token);
    };

    it('knows nothing of a day that was not built', async () => {
      expect(await model.theaterMovies(day)).toBeUndefined();
      expect(await model.theaterQuarters(day)).toBeUndefined();
      expect(await model.minutes(day)).toBeUndefined();
      expect(await model.days(day)).toBeUndefined();
      expect(await model.builtDays()).toEqual([]);
    });

    it('gives back the rows of a built day as they were written, of that day only', async () => {
      const rows = rowsOf(day, 1, 100n);
      await build(day, rows);
      await build(otherDay, rowsOf(otherDay, 1, 7n));
      expect(await model.theaterMovies(day)).toEqual({ rows: rows.theaterMovies, version: 1 });
      expect(await model.theaterQuarters(day)).toEqual({ rows: rows.theaterQuarters, version: 1 });
      expect(await model.minutes(day)).toEqual({ rows: rows.minutes, version: 1 });
      expect(await model.days(day)).toEqual({ rows: rows.days, version: 1 });
      expect(await model.builtDays()).toEqual([day, otherDay]);
    });

    it('keeps money to the cent beyond 2^53, and below zero', async () => {
      await build(day, rowsOf(day, 1, hugeCents));
      await build(otherDay, rowsOf(otherDay, 1, -hugeCents));
      expect((await model.days(day))?.rows[0]?.measures.grossCents).toBe(hugeCents);
      expect((await model.theaterMovies(otherDay))?.rows[0]?.measures.grossCents).toBe(-hugeCents);
    });

    it('keeps the newer of two versions, in whatever order they come', async () => {
      await build(day, noRows);
      await model.apply(rowsOf(day, 2, 200n));
      await model.apply(rowsOf(day, 3, 300n));
      await model.apply(rowsOf(day, 1, 100n));
      for (const held of await readAll(model, day)) {
        expect(held.version).toBe(3);
        expect(held.rows.map((row) => row.measures.grossCents)).toEqual([300n]);
      }
    });

    it('takes a delivery twice without counting it twice', async () => {
      await build(day, noRows);
      await model.apply(rowsOf(day, 1, 100n));
      const once = await readAll(model, day);
      await model.apply(rowsOf(day, 1, 100n));
      expect(await readAll(model, day)).toEqual(once);
    });

    it("adds the partitions' versions up to the version of the day", async () => {
      await build(day, noRows);
      await model.apply(rowsOf(day, 4, 100n, 0));
      await model.apply(rowsOf(day, 9, 50n, 2));
      const days = await model.days(day);
      expect(days?.version).toBe(13);
      expect(days?.rows.map((row) => row.partition).sort()).toEqual([0, 2]);
      expect((await model.minutes(day))?.version).toBe(13);
    });

    it('is at version 0 for a built day without rows', async () => {
      await build(day, noRows);
      expect(await readAll(model, day)).toEqual(Array.from({ length: 4 }, () => ({ rows: [], version: 0 })));
    });

    it('drops rows of a day that is neither built nor being built', async () => {
      await model.apply(rowsOf(day, 5, 500n));
      expect(await model.days(day)).toBeUndefined();
      await build(day, rowsOf(day, 4, 400n));
      expect((await model.days(day))?.version).toBe(4);
    });

    it('does not answer from a day whose build has not ended', async () => {
      await model.beginBuild(day);
      await model.apply(rowsOf(day, 1, 100n));
      expect(await model.days(day)).toBeUndefined();
      expect(await model.builtDays()).toEqual([]);
    });

    it('keeps a batch that was projected while the day was being built from older rows', async () => {
      const token = await model.beginBuild(day);
      await model.apply(rowsOf(day, 2, 200n));
      await model.apply(rowsOf(day, 1, 100n));
      await model.endBuild(day, token);
      expect((await model.days(day))?.version).toBe(2);
      expect((await model.theaterMovies(day))?.rows[0]?.measures.grossCents).toBe(200n);
    });

    it('goes on answering while a built day is built again', async () => {
      await build(day, rowsOf(day, 1, 100n));
      const token = await model.beginBuild(day);
      expect((await model.days(day))?.version).toBe(1);
      await model.apply(rowsOf(day, 2, 200n));
      await model.endBuild(day, token);
      expect((await model.days(day))?.version).toBe(2);
    });

    it('drops the rows of a day that is built afresh, and answers nothing of it until then', async () => {
      await build(day, rowsOf(day, 5, 500n));
      const token = await model.beginBuild(day, { afresh: true });
      expect(await model.days(day)).toBeUndefined();
      await model.apply(rowsOf(day, 2, 200n));
      await model.endBuild(day, token);
      expect((await model.days(day))?.version).toBe(2);
    });

    it('lets two build the same day, whoever ends first', async () => {
      const first = await model.beginBuild(day);
      const second = await model.beginBuild(day);
      await model.apply(rowsOf(day, 1, 100n));
      await model.endBuild(day, second);
      expect((await model.days(day))?.version).toBe(1);
      await model.apply(rowsOf(day, 1, 100n));
      await model.endBuild(day, first);
      expect((await model.days(day))?.version).toBe(1);
    });

    it('does not take the end of a build that began before the day was lost for the end of a later one', async () => {
      const first = await model.beginBuild(day);
      await model.apply(rowsOf(day, 1, 100n));
      await model.clear();
      const second = await model.beginBuild(day);
      await model.endBuild(day, first);
      expect(await model.days(day)).toBeUndefined();
      await model.apply(rowsOf(day, 1, 100n));
      await model.endBuild(day, second);
      expect((await model.days(day))?.version).toBe(1);
    });

    it('forgets everything when cleared, a build under way included', async () => {
      await build(day, rowsOf(day, 1, 100n));
      const token = await model.beginBuild(otherDay);
      await model.apply(rowsOf(otherDay, 1, 100n));
      await model.clear();
      await model.endBuild(otherDay, token);
      expect(await model.builtDays()).toEqual([]);
      expect(await model.days(day)).toBeUndefined();
      expect(await model.days(otherDay)).toBeUndefined();
    });

    it('holds only so many days and lets go the one used longest ago', async () => {
      for (const of of ['2026-01-01', '2026-01-02', '2026-01-03']) await build(of, rowsOf(of, 1, 1n));
      await model.days('2026-01-01');
      await build('2026-01-04', rowsOf('2026-01-04', 1, 1n));
      expect(await model.builtDays()).toEqual(['2026-01-01', '2026-01-03', '2026-01-04']);
      expect(await model.days('2026-01-02')).toBeUndefined();
    });

    it('reads rows and version of one moment while batches come in', async () => {
      await build(day, noRows);
      const reads: Promise<void>[] = [];
      for (let version = 1; version <= 100; version += 1) {
        const written = model.apply(rowsOf(day, version, BigInt(version)));
        reads.push(
          model.theaterMovies(day).then((held) => {
            expect(held?.rows[0]?.measures.grossCents ?? 0n).toBe(BigInt(held?.version ?? -1));
          }),
        );
        await written;
      }
      await Promise.all(reads);
      expect((await model.days(day))?.version).toBe(100);
    });
  });
}

async function readAll(model: ReadModel, of: string) {
  const held = [
    await model.theaterMovies(of),
    await model.theaterQuarters(of),
    await model.minutes(of),
    await model.days(of),
  ];
  return held.map((versioned) => {
    if (!versioned) throw new Error(`${of} is not built`);
    const rows: readonly { readonly measures: Measures }[] = versioned.rows;
    return { rows, version: versioned.version };
  });
}

/** One row of each family, all at `version` with the same gross. */
function rowsOf(of: string, version: number, grossCents: bigint, partition = 0): RollupRows {
  const at = Date.parse('2026-11-22T18:00:00Z');
  const measures: Measures = { grossCents, refundCents: 3n, sales: 2, refunds: 1, admits: 5 };
  return {
    theaterMovies: [{ day: of, theaterId: 12, movieId: 7, measures, version }],
    theaterQuarters: [{ day: of, theaterId: 12, at, measures, version }],
    minutes: [{ day: of, partition, at, measures, version }],
    days: [{ day: of, partition, measures, version }],
  };
}
