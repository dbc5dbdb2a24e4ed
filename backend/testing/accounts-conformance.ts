import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { StoreBatch } from '../ports/sale-store.ts';
import { checkStore, type StoreCheck } from '../postgres/check.ts';
import { rebuildRollups } from '../postgres/rebuild.ts';
import { recentSales } from '../postgres/recent-sales.ts';
import { PostgresRollupReader } from '../postgres/rollup-reader.ts';
import { PostgresSaleArchive } from '../postgres/sale-archive.ts';
import { saleLine } from './sale-line.ts';
import type { StoreFixture } from './store-fixture.ts';
import { batchOf, commit } from './store-fixture.ts';

const utc = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const day = '2026-11-22';
const noon = Date.parse(`${day}T12:00:00Z`);

/** Events `from`.. as sales at offsets `offset`.. of a partition. */
function sales(from: number, count: number, { partition = 0, offset = 0 } = {}): SaleLine[] {
  return Array.from({ length: count }, (_, index) => ({
    ...saleLine(from + index, { soldAt: noon + (from + index) * 1000, partition }, utc),
    offset: BigInt(offset + index),
  }));
}

/** What proves the totals of several topics, and of logs in which not every offset is an event, on a database that `open` makes. */
export function describeAccounts(name: string, open: () => Promise<StoreFixture>): void {
  describe(name, () => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await open();
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const store = (topic: string, rows: readonly SaleLine[], facts: Partial<StoreBatch> = {}) =>
      commit(fixture.store, batchOf(rows, { topic, ...facts }));
    /** @param end of every partition */
    const check = (topic: string, end: number, partitions = [0]): Promise<StoreCheck> =>
      checkStore(fixture.pool, topic, async () =>
        partitions.map((partition) => ({ partition, start: 0n, end: BigInt(end) })),
      );
    const noProblems = { I2: [], I3: [], I4: [] };

    describe('offsets that hold no event', () => {
      it('are counted, beside events and alone, and are no produced events', async () => {
        await store('box', sales(0, 3), { nextOffset: 4n, emptyOffsets: 1 });
        await store('box', [], { expectedOffset: 4n, nextOffset: 7n, emptyOffsets: 3 });
        await store('box', sales(3, 2, { offset: 8 }), { expectedOffset: 7n, nextOffset: 10n, emptyOffsets: 1 });
        expect(await check('box', 10)).toMatchObject({
          ...{ produced: 5, stored: 5, empty: 5, inFlight: 0, unexplained: 0 },
          problems: noProblems,
        });
      });

      it('are counted once when the database refuses an event of the batch', async () => {
        const [good, bad] = sales(0, 2) as [SaleLine, SaleLine];
        const batch = await store('box', [good, { ...bad, tickets: 5000 }], { nextOffset: 5n, emptyOffsets: 3 });
        expect(batch).toMatchObject({ deadLetters: 1, nextOffset: 5n });
        expect(await check('box', 5)).toMatchObject({ produced: 2, stored: 1, deadLettered: 1, problems: noProblems });
      });

      it('are not those of events that the log has deleted: these break I4', async () => {
        await store('box', sales(0, 3));
        await store('box', sales(3, 2, { offset: 10 }), { expectedOffset: 3n, nextOffset: 13n, emptyOffsets: 1 });
        expect((await check('box', 13)).problems).toEqual({
          ...noProblems,
          I4: ['I4: partition 0 of box consumed 13 offsets, but accounts for 6.'],
        });
      });
    });

    describe('two topics over one database', () => {
      /** Both with partitions 0 and 1; the second is ahead of the first. */
      async function storeBoth(): Promise<void> {
        await store('box-a', sales(0, 3));
        await store('box-b', sales(100, 8));
        await store('box-b', sales(200, 4, { partition: 1 }));
        await store('box-a', sales(300, 5, { partition: 1 }), { emptyOffsets: 1, nextOffset: 6n });
        // An event of one topic that comes again in the other.
        await store('box-a', sales(100, 1, { offset: 3 }), {
          ...{ expectedOffset: 3n, nextOffset: 5n },
          deadLetters: [
            { offset: 4n, key: null, headers: [], raw: Buffer.from('x'), reason: 'bad_json', detail: 'no JSON' },
          ],
        });
      }
      const accountA = { stored: 8, duplicates: 1, deadLettered: 1, empty: 1, unexplained: 0 };
      const accountB = { stored: 12, duplicates: 0, deadLettered: 0, empty: 0, unexplained: 0 };

      it('are each proved', async () => {
        await storeBoth();
        const ends = [
          { partition: 0, start: 0n, end: 5n },
          { partition: 1, start: 0n, end: 6n },
        ];
        expect(await checkStore(fixture.pool, 'box-a', async () => ends)).toMatchObject({
          ...accountA,
          ...{ produced: 10, inFlight: 0, problems: noProblems, others: [{ topic: 'box-b', ...accountB }] },
          grossCents: { recomputed: 20_000n, rollups: 20_000n },
        });
        const found = await checkStore(fixture.pool, 'box-b', async () => [
          { partition: 0, start: 0n, end: 9n },
          { partition: 1, start: 0n, end: 4n },
        ]);
        expect(found).toMatchObject({ ...accountB, produced: 13, inFlight: 1, problems: noProblems });
        expect(found.others).toEqual([{ topic: 'box-a', ...accountA }]);
      });

      it('stay proved by a rebuild, and by archiving and restoring', async () => {
        await storeBoth();
        const problems = async () => [(await check('box-a', 20)).problems, (await check('box-b', 20)).problems];
        await rebuildRollups(fixture.pool);
        expect(await problems()).toEqual([noProblems, noProblems]);
        const archive = new PostgresSaleArchive(fixture.pool);
        const lines: string[] = [];
        await archive.read(day, async (some) => {
          lines.push(...some);
        });
        const [totals] = await archive.daysBefore('2100-01-01');
        await archive.remove({ ...totals!, file: 'f', sha256: '00' });
        expect(await problems()).toEqual([noProblems, noProblems]);
        await archive.restore(
          day,
          (async function* () {
            yield lines;
          })(),
        );
        expect(await problems()).toEqual([noProblems, noProblems]);
        await rebuildRollups(fixture.pool);
        expect(await problems()).toEqual([noProblems, noProblems]);
      });

      it('name the one whose account is wrong', async () => {
        await storeBoth();
        await fixture.rows(`update consumer_offset set stored = stored - 1 where topic = 'box-b' and partition = 1`);
        expect((await check('box-a', 20)).problems.I4).toEqual([
          'I4: partition 1 of box-b consumed 4 offsets, but accounts for 3.',
          'I4: partition 1 of box-b counts 3 stored events, but 4 are there.',
        ]);
        await fixture.rows(
          `update consumer_offset set next_offset = 2, stored = 2 where topic = 'box-a' and partition = 0`,
        );
        expect((await check('box-b', 20)).problems.I3).toContain(
          'I3: partition 0 of box-a holds offset 2, but its stored offset is 2.',
        );
      });

      it('have rows of their own in the day, its minutes and the outbox, and the day has the sum', async () => {
        const [a] = [await store('box-a', sales(0, 3)), await store('box-b', sales(100, 8))];
        const reader = new PostgresRollupReader(fixture.pool, () => 'UTC');
        const { days, minutes } = await reader.dayRows(day);
        expect(days.map(({ measures }) => measures.sales)).toEqual([3, 8]);
        expect(new Set(days.map(({ partition }) => partition)).size).toBe(2);
        expect(minutes).toHaveLength(2);
        expect((await reader.answer('summary', { day })).value.sales).toBe(11);
        await fixture.store.clearOutbox(a!.changes);
        expect(await fixture.store.outboxDays()).toEqual([day]);
        expect(
          (await recentSales(fixture.pool, { theaterId: 1, limit: 20 })).map(({ partition }) => partition),
        ).toEqual(Array(11).fill(0));
      });

      it('get partitions later, whose numbers others have', async () => {
        await store('box-a', sales(0, 3));
        for (let partition = 0; partition < 3; partition += 1)
          await store('box-b', sales(100 + 10 * partition, 2, { partition }));
        for (const partition of [1, 2, 3]) await store('box-a', sales(200 + 10 * partition, 2, { partition }));
        expect((await check('box-a', 3, [0, 1, 2, 3])).problems).toEqual(noProblems);
        const numbers = await fixture.rows('select count(distinct log_partition)::integer as count from sale');
        expect(numbers).toEqual([{ count: 7 }]);
      });

      it('begin at the same time', async () => {
        const begun = ['box-a', 'box-b', 'box-c', 'box-d'].flatMap((topic, place) =>
          [0, 1].map((partition) => store(topic, sales(100 * place + 10 * partition, 2, { partition }))),
        );
        await Promise.all(begun);
        const found = await check('box-a', 2, [0, 1]);
        expect(found.problems).toEqual(noProblems);
        expect(found.others.map(({ stored }) => stored)).toEqual([4, 4, 4]);
      });
    });

    it('hold while others store', async () => {
      let storing = true;
      const writers = ['box-a', 'box-b'].map(async (topic, place) => {
        for (let batch = 0; storing; batch += 1)
          await store(topic, sales(place * 100_000 + 3 * batch, 3, { offset: 4 * batch }), {
            ...{ nextOffset: BigInt(4 * batch + 4), emptyOffsets: 1 },
          });
      });
      const ends = async () => [{ partition: 0, start: 0n, end: (await fixture.store.offsets('box-a')).get(0) ?? 0n }];
      const found: StoreCheck[] = [];
      while (found.length < 5) found.push(await checkStore(fixture.pool, 'box-a', ends));
      storing = false;
      await Promise.all(writers);
      for (const { problems, grossCents, stored, others } of found) {
        expect(problems).toEqual(noProblems);
        expect(grossCents.recomputed).toBe(1000n * BigInt(stored + (others[0]?.stored ?? 0)));
        expect(grossCents.rollups).toBe(grossCents.recomputed);
      }
    });
  });
}
