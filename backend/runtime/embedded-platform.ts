import type { Worker } from 'node:worker_threads';
import type pg from 'pg';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../embedded/embedded-database.ts';
import { type EmbeddedEventLog, openEmbeddedEventLog } from '../embedded/embedded-event-log.ts';
import { eventLogMigrations } from '../embedded/event-log-migrations.ts';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import { within } from '../embedded/worker-handle.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import type { Logger } from '../ports/logger.ts';
import type { ApplyResult, StoreBatch } from '../ports/sale-store.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';
import { resetStore } from '../postgres/reset.ts';
import { PostgresSaleStore } from '../postgres/sale-store.ts';
import type { Platform } from './platform.ts';
import type { StartProgress } from './types.ts';

const topic = 'ticket-sales';
const retentionPeriodMs = 600_000;
/** For the append under way when the log closes. */
const logCloseMs = 3_000;

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
  const log = await prepared(database, async () => {
    await migrate(pool, coreMigrations);
    await migrate(pool, eventLogMigrations);
    return openEmbeddedEventLog(pool, { topic, admit: () => database.admit() });
  });
  releases.push('event log', () => within(log.close(), logCloseMs));
  const store = new AdmittedSaleStore(pool, () => database.admit());
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
    states: () => ({ database: database.status(), log: database.status(), readModel: null }),
    onStatus: (listener) => database.onStatus(listener),
    onStuck: (listener) => database.onStuck(listener),
    async reset() {
      await database.admit();
      let forgotten = () => {};
      await resetStore(pool, async (client) => {
        forgotten = await log.deleteRecords(client);
      });
      forgotten();
    },
    keepRetention: () => keepRetention(log, store, options.logger),
  };
}

/** Stores nothing while the disk is full or the data folder is not ours. */
class AdmittedSaleStore extends PostgresSaleStore {
  readonly #admit: () => Promise<void>;

  constructor(pool: pg.Pool, admit: () => Promise<void>) {
    super(pool);
    this.#admit = admit;
  }

  override async apply(batch: StoreBatch): Promise<ApplyResult> {
    await this.#admit();
    return super.apply(batch);
  }
}

/** What fails because the database has, fails with the database's reason. */
async function prepared<T>(database: EmbeddedDatabase, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await database.admit();
    throw error;
  }
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
