import { expect, it } from 'vitest';
import { createServerTestDatabase } from '../testing/server-test-database.ts';
import { migrate } from './migrate.ts';
import { databaseIdentity, PostgresLogBases, servicesMigrations } from './shared-database.ts';

it('another topic of the same name goes on where the first was stored up to, in partitions that are added later, too', async () => {
  const database = await createServerTestDatabase({ migrated: true });
  const { pool, longPool } = database.open();
  await migrate(longPool, servicesMigrations);
  const bases = new PostgresLogBases(pool);
  const starts = (...partitions: number[]) => partitions.map((partition) => ({ partition, start: 2n, end: 9n }));
  for (const [partition, stored] of [70, 80, 90].entries()) {
    await pool.query('select begin_log_partition($1, $2, 0)', ['sales', partition]);
    await pool.query('update consumer_offset set next_offset = $1 where partition = $2', [stored, partition]);
  }
  expect(await bases.identify('sales', 'first', starts(0, 1, 2))).toBe(false);
  expect(await bases.identify('sales', 'first', starts(0, 1, 2))).toBe(false);
  expect(await bases.read('sales')).toEqual(new Map());
  const moved = await Promise.all([1, 2].map(() => bases.identify('sales', 'second', starts(0, 1))));
  expect(moved.toSorted()).toEqual([false, true]);
  expect(await bases.read('sales')).toEqual(
    new Map([
      [0, 68n],
      [1, 78n],
      [2, 90n],
    ]),
  );
  await database.drop();
});

it('a copy of a database has an identity of its own, and each keeps its own', async () => {
  const database = await createServerTestDatabase({ migrated: false });
  const original = database.open();
  await migrate(original.longPool, servicesMigrations);
  const identity = await databaseIdentity(original.pool);
  expect(await databaseIdentity(original.pool)).toBe(identity);
  await original.close();

  const name = `${database.settings.database}_copy`;
  await database.admin(`create database ${name} template ${database.settings.database}`);
  const copy = database.open({ database: name });
  const copied = await Promise.all([databaseIdentity(copy.pool), databaseIdentity(copy.pool)]);
  expect(new Set(copied).size).toBe(1);
  expect(copied[0]).not.toBe(identity);
  expect(await databaseIdentity(copy.pool)).toBe(copied[0]);
  expect(await databaseIdentity(database.open().pool)).toBe(identity);
  await copy.close();
  await database.admin(`drop database ${name} with (force)`);
  await database.drop();
});
