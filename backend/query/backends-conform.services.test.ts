import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { describeBackendsOn } from '../testing/backends-on-database.ts';
import { createServerTestDatabase, type ServerTestDatabase } from '../testing/server-test-database.ts';

let database: ServerTestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createServerTestDatabase();
  pool = database.open().pool;
});
afterAll(() => database.drop());

describeBackendsOn('a PostgreSQL server', () => pool);
