import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedEventLog } from '../embedded/embedded-event-log.ts';
import { appendTo, describeDataSet } from '../testing/data-set-conformance.ts';
import { makeDataFolder, openTestDatabase, startSourceWorker } from '../testing/embedded-test-database.ts';

describeDataSet('embedded data', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-data-set-'));
  await makeDataFolder(dataDir);
  return {
    source: { kind: 'embedded', dataDir, startWorker: startSourceWorker },
    async change(work) {
      const database = await openTestDatabase(dataDir);
      await work(database.pool);
      await database.close();
    },
    async produce(...events) {
      const database = await openTestDatabase(dataDir);
      const log = await openEmbeddedEventLog(database.pool, { topic: 'ticket-sales' });
      await appendTo(log, events);
      await log.close();
      await database.close();
    },
    dispose: () => rm(dataDir, { recursive: true, force: true }),
  };
});
