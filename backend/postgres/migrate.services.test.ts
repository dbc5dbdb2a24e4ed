import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServerTestDatabase, type ServerTestDatabase } from '../testing/server-test-database.ts';
import { coreMigrations } from './core-migrations.ts';
import { migrate } from './migrate.ts';
import { findOurTables } from './whose-tables.ts';

const program = fileURLToPath(new URL('../testing/migrate-once.ts', import.meta.url));
const run = promisify(execFile);

let database: ServerTestDatabase;
beforeEach(async () => {
  database = await createServerTestDatabase({ migrated: false });
});
afterEach(() => database.drop());

describe('migrations on a server', () => {
  it('are applied once each when several programs start at the same time', async () => {
    const env = { ...process.env, DATABASE_URL: database.url };
    const programs = await Promise.all([1, 2, 3, 4].map(() => run(process.execPath, [program], { env })));
    const applied = programs.map(({ stdout }) => Number(stdout));
    expect(applied.reduce((sum, count) => sum + count, 0)).toBe(coreMigrations.migrations.length);
    const { rows } = await database.open().pool.query("select number from migration where family = 'core' order by 1");
    expect(rows.map((row) => row.number)).toEqual(coreMigrations.migrations.map((_, index) => index + 1));
  });

  it.each([
    ['no table', 0],
    ['no table', 1],
    ['the ledger', 1],
    ['the ledger', 2],
  ])(
    'are ours when another program makes them, where there is %s, after %i of our questions',
    async (begun, questions) => {
      const { pool, longPool } = database.open();
      if (begun === 'the ledger') await migrate(longPool, { ...coreMigrations, migrations: [] });
      let asked = 0;
      // Between our questions, as a second program that starts at the same time would.
      const query = async (...question: unknown[]) => {
        if (asked === questions) await migrate(longPool, coreMigrations);
        asked += 1;
        return Reflect.apply(pool.query, pool, question);
      };
      await expect(findOurTables({ query } as unknown as typeof pool, 'reelmetrics')).resolves.toBeTypeOf('boolean');
      await expect(findOurTables(pool, 'reelmetrics')).resolves.toBe(true);
    },
  );

  it('partition the sales while a program of before goes on storing: every id is noted, and that program stores no more', async () => {
    const { pool, longPool } = database.open();
    const before = coreMigrations.migrations.findIndex(({ prepare }) => prepare !== undefined) - 1;
    await migrate(longPool, { ...coreMigrations, migrations: coreMigrations.migrations.slice(0, before) });
    let next = 0;
    /** What that program did: a batch of new events over 60 days, and one that was stored already. */
    const store = async (count: number) => {
      const from = next;
      next += count;
      await pool.query(
        `insert into sale (id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at,
           business_day, partition, log_offset)
         select md5(n::text)::uuid, 1, 1 + n % 9, 1, now(), 'online', 1, 1000, 'USD', now() - n % 60 * interval '1 day',
           current_date - n % 60, 0, n
         from generate_series($1::integer, $2::integer) as n order by 1
         on conflict do nothing`,
        [Math.max(0, from - 1), from + count - 1],
      );
    };
    await store(120_000);
    let refused: unknown;
    const storing = (async () => {
      for (;;) await store(50);
    })().catch((error: unknown) => {
      refused = error;
    });
    const atStart = next;
    await migrate(longPool, coreMigrations);
    await storing;
    // undefined_column: the program cannot store, and says so, instead of storing what is not noted.
    expect(refused).toMatchObject({ code: '42703' });
    const { rows } = await pool.query(
      `select (select count(*)::integer from sale) as sales, (select count(*)::integer from sale_identity) as ids,
         (select count(*)::integer from sale join sale_identity using (id)) as both,
         (select count(*)::integer from pg_partition_tree('sale') where isleaf) as partitions,
         (select count(*)::integer from sale_early) as early`,
    );
    const { sales } = rows[0];
    expect(sales).toBeGreaterThan(atStart);
    expect(sales).toBe(next - 50);
    expect(rows[0]).toEqual({ sales, ids: sales, both: sales, partitions: 1, early: sales });
  }, 60_000);

  it('that a newer program has made are refused when they break this one, and say so', async () => {
    const { longPool } = database.open();
    await migrate(longPool, coreMigrations);
    const next = coreMigrations.migrations.length + 1;
    await longPool.query("insert into migration values ('core', $1, 'something new', false)", [next]);
    expect(await migrate(longPool, coreMigrations)).toBe(0);
    await longPool.query("insert into migration values ('core', $1, 'something else', true)", [next + 1]);
    await expect(migrate(longPool, coreMigrations)).rejects.toMatchObject({
      code: 'newer_schema',
      message: expect.stringContaining('something else'),
    });
  });
});
