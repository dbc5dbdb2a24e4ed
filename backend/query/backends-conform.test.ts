import { afterAll, beforeAll } from 'vitest';
import { describeBackendsOn } from '../testing/backends-on-database.ts';
import { openTestDatabase, type TestDatabase } from '../testing/embedded-test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describeBackendsOn('the embedded PostgreSQL', () => database.pool);
