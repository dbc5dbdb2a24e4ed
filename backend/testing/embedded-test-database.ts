import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import { openEmbeddedDatabase } from '../embedded/embedded-database.ts';
import { eventLogMigrations } from '../embedded/event-log-migrations.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';
import { silentLogger } from '../ports/logger.ts';

/** Starts the database worker from its source, as Node 24 can. */
export function startSourceWorker(): Worker {
  return new Worker(new URL('../embedded/postgres-worker.ts', import.meta.url));
}

export interface TestDatabase {
  readonly pool: pg.Pool;
  readonly dataDir: string;
  /** Closes the database and deletes its folder. */
  close(): Promise<void>;
}

/** A fresh embedded database with all migrations applied. Making one takes some seconds: share it within a test file. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-test-'));
  const database = await openEmbeddedDatabase({
    dataDir,
    startWorker: startSourceWorker,
    onProgress: () => {},
    logger: silentLogger,
  });
  await migrate(database.pool, coreMigrations);
  await migrate(database.pool, eventLogMigrations);
  return {
    pool: database.pool,
    dataDir,
    async close() {
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
