import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import { checkStore } from '../postgres/check.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';
import { rebuildRollups } from '../postgres/rebuild.ts';
import { PostgresSaleArchive } from '../postgres/sale-archive.ts';
import { PostgresSaleStore } from '../postgres/sale-store.ts';
import { saleLine } from './sale-line.ts';
import { batchOf, commit } from './store-fixture.ts';

const utc = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const day = '2026-11-22';
const noon = Date.parse(`${day}T12:00:00Z`);

export interface UnmigratedDatabase {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** What becomes of data of the version before, which knew one topic and took every offset for an event. */
export function describeTopicsMigration(name: string, open: () => Promise<UnmigratedDatabase>): void {
  describe(name, () => {
    let database: UnmigratedDatabase;
    let next = 0;
    beforeAll(async () => {
      database = await open();
    });
    beforeEach(async () => {
      next = 0;
      await database.pool.query('drop schema public cascade; create schema public');
      const place = coreMigrations.migrations.findIndex(({ text }) => text.includes('add column log_partition'));
      await migrate(database.pool, { ...coreMigrations, migrations: coreMigrations.migrations.slice(0, place) });
      await database.pool.query("insert into calendar (id, zone, cutover_hour) values (1, 'UTC', 0)");
      await database.pool.query(`select add_sale_partition('${day}')`);
    });
    afterAll(() => database.close());

    /** As that version left a partition: `count` sales from offset 0, and its row of counters. */
    async function leave(topic: string, partition: number, count: number, nextOffset: number, duplicates = 0) {
      await database.pool.query(
        `with stored as (
           insert into sale (id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at,
             business_day, log_partition, log_offset)
           select md5(n::text)::uuid, 1, 1, 1, $4, 'online', 1, 1000, 'USD', $4, '${day}', $1, n - $2
           from generate_series($2::integer, $2::integer + $3::integer - 1) as n returning id
         ) insert into sale_identity select id from stored`,
        [partition, next, count, new Date(noon)],
      );
      next += count;
      await database.pool.query(
        `insert into consumer_offset (topic, partition, first_offset, next_offset, stored, duplicates)
         values ($1, $2, 0, $3, $4, $5)`,
        [topic, partition, nextOffset, count, duplicates],
      );
    }

    /** As it computed the rollups. */
    async function rollUp() {
      const sums = `sum(amount_cents)::bigint, 0, count(*), 0, sum(tickets)`;
      for (const statement of [
        `insert into rollup_theater_movie select business_day, theater_id, movie_id, ${sums}, 1 from sale group by 1, 2, 3`,
        `insert into rollup_theater_quarter select business_day, theater_id, date_bin('15 minutes', sold_at, timestamptz 'epoch'),
           ${sums}, 1 from sale group by 1, 2, 3`,
        `insert into rollup_minute select business_day, date_bin('1 minute', sold_at, timestamptz 'epoch'), log_partition, ${sums}, 1
           from sale group by 1, 2, 3`,
        `insert into rollup_day select business_day, log_partition, ${sums}, 1 from sale group by 1, 2`,
        `insert into projection_outbox select business_day, partition, version from rollup_day`,
      ]) {
        await database.pool.query(statement);
      }
    }

    const check = (topic: string, ...ends: number[]) =>
      checkStore(database.pool, topic, async () =>
        ends.map((end, partition) => ({ partition, start: 0n, end: BigInt(end) })),
      );
    const numbers = async () =>
      (
        await database.pool.query(
          'select topic, partition, log_partition, mixed::integer, unexplained::integer from consumer_offset order by 1, 2',
        )
      ).rows;
    const more = (topic: string, partition: number, from: number, offset: number) => {
      const rows: SaleLine[] = [0, 1, 2].map((index) => ({
        ...saleLine(from + index, { soldAt: noon, partition }, utc),
        offset: BigInt(offset + index),
      }));
      return commit(new PostgresSaleStore(database.pool), batchOf(rows, { topic, partition }));
    };
    const noProblems = { I2: [], I3: [], I4: [] };

    it('of one topic: nothing changes', async () => {
      await leave('box', 0, 20, 22, 2);
      await leave('box', 1, 10, 10);
      await rollUp();
      await migrate(database.pool, coreMigrations);
      expect(await numbers()).toEqual([
        { topic: 'box', partition: 0, log_partition: 0, mixed: 0, unexplained: 0 },
        { topic: 'box', partition: 1, log_partition: 1, mixed: 0, unexplained: 0 },
      ]);
      await more('box', 0, 900, 22);
      expect(await check('box', 25, 10)).toMatchObject({
        stored: 33,
        duplicates: 2,
        produced: 35,
        problems: noProblems,
      });
    });

    it('of two topics: what is mixed is proved as a sum, what comes then for each', async () => {
      await leave('box-a', 0, 20, 20);
      await leave('box-b', 0, 7, 7);
      // Each is alone in a partition: one that stored nothing has no part in it.
      await leave('box-a', 1, 5, 5);
      await leave('box-b', 1, 0, 4, 4);
      await leave('box-b', 2, 6, 6);
      await rollUp();
      await migrate(database.pool, coreMigrations);
      expect(await numbers()).toEqual([
        { topic: 'box-a', partition: 0, log_partition: 3, mixed: 20, unexplained: 0 },
        { topic: 'box-a', partition: 1, log_partition: 1, mixed: 0, unexplained: 0 },
        { topic: 'box-b', partition: 0, log_partition: 5, mixed: 7, unexplained: 0 },
        { topic: 'box-b', partition: 1, log_partition: 6, mixed: 0, unexplained: 0 },
        { topic: 'box-b', partition: 2, log_partition: 2, mixed: 0, unexplained: 0 },
      ]);
      const both = async () => [(await check('box-a', 23, 5)).problems, (await check('box-b', 10, 7, 6)).problems];
      expect(await both()).toEqual([noProblems, noProblems]);
      await more('box-a', 0, 900, 20);
      await more('box-b', 0, 910, 7);
      await more('box-b', 1, 920, 4);
      await more('box-c', 0, 930, 0);
      expect(await both()).toEqual([noProblems, noProblems]);
      expect(await check('box-b', 10, 7, 6)).toMatchObject({ produced: 23, stored: 19, duplicates: 4, inFlight: 0 });
      await rebuildRollups(database.pool);
      expect(await both()).toEqual([noProblems, noProblems]);

      const archive = new PostgresSaleArchive(database.pool);
      const [totals] = await archive.daysBefore('2100-01-01');
      const lines: string[] = [];
      await archive.read(day, async (some) => {
        lines.push(...some);
      });
      await archive.remove({ ...totals!, file: 'f', sha256: '00' });
      expect(await both()).toEqual([noProblems, noProblems]);
      await archive.restore(
        day,
        (async function* () {
          yield lines;
        })(),
      );
      expect(await both()).toEqual([noProblems, noProblems]);

      await database.pool.query(`delete from sale where log_partition = 0 and log_offset = 9`);
      expect((await check('box-a', 23, 5)).problems.I4).toContain(
        'I4: partition 0 of several topics together counts 27 stored events, but 26 are there.',
      );
    });

    it('with offsets that were consumed and not accounted for: they are unexplained, and no problem of its own', async () => {
      await leave('box', 0, 20, 24);
      await rollUp();
      await migrate(database.pool, coreMigrations);
      await more('box', 0, 900, 24);
      const found = await check('box', 27);
      expect(found).toMatchObject({ produced: 23, stored: 23, empty: 0, unexplained: 4, problems: noProblems });
    });
  });
}
