import type { Worker } from 'node:worker_threads';
import type { PartStatus } from '../domain/status.ts';
import { openEmbeddedDatabase } from '../embedded/embedded-database.ts';
import { type EmbeddedEventLog, openEmbeddedEventLog } from '../embedded/embedded-event-log.ts';
import { eventLogMigrations } from '../embedded/event-log-migrations.ts';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import { systemClock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';
import { resetStore } from '../postgres/reset.ts';
import { PostgresSaleStore } from '../postgres/sale-store.ts';
import { type Platform, quiet } from './platform.ts';
import type { StartProgress } from './types.ts';

const topic = 'ticket-sales';
const retentionPeriodMs = 600_000;

/** Opens the built-in database, log and read model in a data folder. Errors: as of `openEmbeddedDatabase`. */
export async function openEmbeddedPlatform(
  options: { readonly dataDir: string; readonly startWorker: () => Worker; readonly logger: Logger },
  onProgress: (progress: StartProgress) => void,
  releases: ReleaseStack,
): Promise<Platform> {
  const database = await openEmbeddedDatabase({ ...options, onProgress });
  releases.push('database', () => database.close());
  const { pool } = database;
  onProgress({ step: 'Preparing tables', share: null });
  await migrate(pool, coreMigrations);
  await migrate(pool, eventLogMigrations);
  const log = await openEmbeddedEventLog(pool, { topic });
  releases.push('event log', () => log.close());
  const store = new PostgresSaleStore(pool);

  const up: PartStatus = { ...quiet, state: 'up', since: systemClock.now() };
  let status = up;
  database.onFailure((reason) => {
    const since = systemClock.now();
    status = { ...quiet, state: 'down', since, reason: `${reason} Start ReelMetrics again.`, code: 'database_failed' };
  });
  return {
    profile: 'embedded',
    pool,
    longPool: pool,
    store,
    log,
    readModel: new MemoryReadModel(),
    answers: new MemoryAnswerCache(),
    created: database.created,
    shared: false,
    parallel: 1,
    // The embedded log lives in the embedded database and shares its fate.
    states: () => ({ database: status, log: status, readModel: null }),
    onStatus: (listener) => database.onFailure(listener),
    onLost: (listener) => database.onFailure(listener),
    async reset() {
      let forgotten = () => {};
      await resetStore(pool, async (client) => {
        forgotten = await log.deleteRecords(client);
      });
      forgotten();
    },
    keepRetention: () => keepRetention(log, store, options.logger),
  };
}

/** Drops what the log need not hold any more, now and then. Returns the stop, which waits for the round in hand. */
function keepRetention(log: EmbeddedEventLog, store: PostgresSaleStore, logger: Logger): () => Promise<void> {
  let round: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    round = store
      .offsets(log.topic)
      .then((offsets) => log.applyRetention(offsets))
      .catch((error: unknown) => logger.warn('retention failed', { error }));
  }, retentionPeriodMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return round;
  };
}
