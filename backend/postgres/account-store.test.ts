import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeAccountStore } from '../testing/account-store-conformance.ts';
import { openSourceDatabase } from '../testing/embedded-test-database.ts';

describeAccountStore('the embedded database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-accounts-'));
  const database = await openSourceDatabase(join(folder, 'data'));
  return {
    pool: database.pool,
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
