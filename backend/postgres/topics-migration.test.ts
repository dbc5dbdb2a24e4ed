import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSourceDatabase } from '../testing/embedded-test-database.ts';
import { describeTopicsMigration } from '../testing/topics-migration-conformance.ts';

describeTopicsMigration('an embedded database of the version before', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-test-'));
  const database = await openSourceDatabase(dataDir);
  return {
    pool: database.pool,
    async close() {
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
});
