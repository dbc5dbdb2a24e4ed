import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestDatabase } from '../testing/embedded-test-database.ts';
import { openTestDatabase } from '../testing/embedded-test-database.ts';
import { maintain } from './maintenance.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function number(text: string): Promise<number> {
  // Statistics are written once a second at most, unless asked to.
  await database.pool.query('select pg_stat_force_next_flush()');
  const { rows } = await database.pool.query<{ value: number }>(text);
  return Number(rows[0]?.value);
}

const walBytes = 'select (pg_current_wal_insert_lsn() - redo_lsn)::float8 as value from pg_control_checkpoint()';
const deadRows = "select n_dead_tup::float8 as value from pg_stat_user_tables where relname = 'busy'";

describe('maintenance of the embedded database', () => {
  it('vacuums tables with many dead rows and keeps the log that a recovery must read short', async () => {
    const { pool } = database;
    await pool.query("create table busy as select n as id, repeat('x', 500) as text from generate_series(1, 20000) n");
    for (let round = 0; round < 8; round += 1) await pool.query('update busy set id = id + 1');
    expect(await number(deadRows)).toBeGreaterThan(100_000);
    expect(await number(walBytes)).toBeGreaterThan(64 * 1024 * 1024);

    await maintain(pool);
    expect(await number(deadRows)).toBeLessThan(1_000);
    expect(await number(walBytes)).toBeLessThan(8 * 1024 * 1024);
  });

  it('does nothing when there is nothing to do', async () => {
    const before = await number(walBytes);
    await maintain(database.pool);
    expect(await number(walBytes)).toBeLessThan(before + 100_000);
  });
});
