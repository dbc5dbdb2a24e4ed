import { createServerTestDatabase } from '../testing/server-test-database.ts';
import { describeTopicsMigration } from '../testing/topics-migration-conformance.ts';

describeTopicsMigration('a database on a server of the version before', async () => {
  const database = await createServerTestDatabase({ migrated: false });
  return { pool: database.open().longPool, close: () => database.drop() };
});
