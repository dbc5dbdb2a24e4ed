import { describeAccountStore } from '../testing/account-store-conformance.ts';
import { createServerTestDatabase } from '../testing/server-test-database.ts';

describeAccountStore('a PostgreSQL server', async () => {
  const database = await createServerTestDatabase({ migrated: false });
  return { pool: database.open().pool, close: () => database.drop() };
});
