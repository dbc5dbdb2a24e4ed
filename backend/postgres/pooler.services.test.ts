import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { changingConnections, OwnPgBouncer } from '../testing/own-pgbouncer.ts';
import { saleLine, uuidOf } from '../testing/sale-line.ts';
import { describeSaleStore } from '../testing/sale-store-conformance.ts';
import { createServerTestDatabase, type ServerTestDatabase } from '../testing/server-test-database.ts';
import { batchOf, commit, openPooledStoreFixture, TOPIC } from '../testing/store-fixture.ts';
import { checkStore } from './check.ts';
import { coreMigrations } from './core-migrations.ts';
import { migrate } from './migrate.ts';
import { adoptCalendar, rebuildRollups } from './rebuild.ts';
import { PostgresSaleStore } from './sale-store.ts';
import { testPostgres } from './test-postgres.ts';

const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const noon = Date.UTC(2026, 10, 22, 12);

describeSaleStore('behind PgBouncer in transaction mode, through arrays', () =>
  openPooledStoreFixture({ source: 'arrays' }),
);
describeSaleStore('behind PgBouncer in transaction mode, through COPY', () =>
  openPooledStoreFixture({ source: 'copy', copyFrom: 1 }),
);

describe('behind PgBouncer', () => {
  let database: ServerTestDatabase;
  let pooler: OwnPgBouncer | undefined;
  beforeEach(async () => {
    database = await createServerTestDatabase({ migrated: false });
  });
  afterEach(async () => {
    // It would open its connections again while the database is dropped.
    await pooler?.remove();
    pooler = undefined;
    await database.drop();
  });

  const through = async (...settings: string[]) => {
    pooler = await OwnPgBouncer.start(database.settings, database.password, ...settings);
    return { host: '127.0.0.1', port: pooler.port };
  };

  it('makes its tables, stores three partitions at a time and recomputes, exactly, in transaction mode', async () => {
    const place = await through(...changingConnections);
    const { pool, longPool } = database.open(place);
    await migrate(longPool, coreMigrations);
    await adoptCalendar(pool, { zone: 'UTC', cutoverHour: 0, currency: 'USD' });
    const store = new PostgresSaleStore(pool, { source: 'copy', copyFrom: 100 });
    const store1 = async (partition: number) => {
      for (let at = 0; at < 6_000; at += 300) {
        // Every third one goes through arrays.
        for (const [from, count] of at % 900 === 0
          ? ([
              [at, 40],
              [at + 40, 260],
            ] as const)
          : ([[at, 300]] as const)) {
          const sales = Array.from({ length: count }, (_, index) => ({
            ...saleLine(from + index, { soldAt: noon + (from + index) * 100, partition }, calendar),
            id: uuidOf(partition * 1_000_000 + from + index),
          }));
          await commit(store, batchOf(sales));
        }
      }
    };
    await Promise.all([0, 1, 2].map(store1));
    await rebuildRollups(longPool, () => {});
    const check = await checkStore(database.open().pool, TOPIC, async () =>
      [0, 1, 2].map((partition) => ({ partition, start: 0n, end: 6_000n })),
    );
    expect(check.problems).toEqual({ I2: [], I3: [], I4: [] });
    expect(check).toMatchObject({ produced: 18_000, stored: 18_000, duplicates: 0, inFlight: 0 });
  });

  it('has its settings in every transaction, whatever the role has, and leaves none on the connections', async () => {
    const { database: name, user } = database.settings;
    const odd = [
      "timezone = 'Asia/Tokyo'",
      "datestyle = 'SQL, DMY'",
      "bytea_output = 'escape'",
      "statement_timeout = '900ms'",
    ];
    for (const setting of [...odd, "default_transaction_isolation = 'serializable'", 'synchronous_commit = off'])
      await database.admin(`alter role ${user} in database ${name} set ${setting}`);
    const { pool, longPool } = database.open(await through(...changingConnections));
    const settings = `select current_setting('timezone') as zone, current_setting('bytea_output') as bytes,
      current_setting('transaction_isolation') as isolation, current_setting('synchronous_commit') as commit`;
    const wanted = { zone: 'UTC', bytes: 'hex', isolation: 'read committed', commit: 'on' };
    for (let round = 0; round < 4; round += 1) {
      expect((await pool.query(settings)).rows).toEqual([wanted]);
      await longPool.query('select pg_sleep(1)');
    }
    const beside = await Promise.all(Array.from({ length: 6 }, () => pool.connect()));
    const left = await Promise.all(
      beside.map((client) => client.query("select current_setting('statement_timeout') as timeout")),
    );
    expect(new Set(left.map(({ rows }) => rows[0].timeout))).toEqual(new Set(['900ms']));
    for (const client of beside) client.release();
  });

  it('is told by the test of a profile: transaction mode works, statement mode is named', async () => {
    const transactions = await testPostgres(
      { ...database.settings, ...(await through(...changingConnections)) },
      database.password,
    );
    expect(transactions.detail).toContain('through a connection pooler');
    await pooler?.remove();
    const statements = testPostgres(
      { ...database.settings, ...(await through('pool_mode = statement')) },
      database.password,
    );
    await expect(statements).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('transaction blocks not allowed in statement pooling mode'),
      hint: expect.stringContaining('pool_mode'),
    });
  });
});
