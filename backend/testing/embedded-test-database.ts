import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import type { EmbeddedDatabase } from '../embedded/embedded-database.ts';
import { openEmbeddedDatabase } from '../embedded/embedded-database.ts';
import { eventLogMigrations } from '../embedded/event-log-migrations.ts';
import { codeOf } from '../lib/app-error.ts';
import { silentLogger } from '../ports/logger.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';

const workerFile = new URL('../embedded/postgres-worker.ts', import.meta.url);

/** Starts the database worker from its source, as Node 24 can. */
export function startSourceWorker(): Worker {
  return new Worker(workerFile);
}

/** Opens the embedded database of a folder, made if need be, without migrations. */
export function openSourceDatabase(dataDir: string): Promise<EmbeddedDatabase> {
  return openEmbeddedDatabase({ dataDir, startWorker: startSourceWorker, onProgress: () => {}, logger: silentLogger });
}

export interface TestDatabase {
  readonly pool: pg.Pool;
  readonly dataDir: string;
  /** Closes the database and deletes its folder, if it was made by this call. */
  close(): Promise<void>;
}

/** Migrated data folders are kept in the temporary folder by what went into them: making one takes seconds, copying it does not. */
function templateFolder(): string {
  const ingredients = [
    readFileSync(fileURLToPath(workerFile), 'utf8'),
    readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
    ...[coreMigrations, eventLogMigrations].flatMap((family) => family.migrations.map((migration) => migration.text)),
  ];
  const key = createHash('sha256').update(ingredients.join('\n')).digest('hex').slice(0, 16);
  return join(tmpdir(), `reelmetrics-template-${key}`);
}

async function makeTemplate(template: string): Promise<void> {
  const unfinished = `${template}.${randomUUID()}`;
  const database = await openSourceDatabase(unfinished);
  await migrate(database.pool, coreMigrations);
  await migrate(database.pool, eventLogMigrations);
  await database.close();
  try {
    renameSync(unfinished, template);
  } catch (error) {
    // Another test process was faster.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    rmSync(unfinished, { recursive: true });
  }
}

/** Makes `dataDir` a data folder with a fresh database, all migrations applied. */
export async function makeDataFolder(dataDir: string): Promise<void> {
  const template = templateFolder();
  if (!existsSync(template)) await makeTemplate(template);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  cpSync(join(template, 'postgres'), join(dataDir, 'postgres'), { recursive: true });
}

/**
 * A fresh embedded database in a temporary folder, all migrations applied.
 * @param existing a data folder to open instead; closing keeps it
 */
export async function openTestDatabase(existing?: string): Promise<TestDatabase> {
  const dataDir = existing ?? (await mkdtemp(join(tmpdir(), 'reelmetrics-test-')));
  if (existing === undefined) await makeDataFolder(dataDir);
  const database = await openSourceDatabase(dataDir);
  return {
    pool: database.pool,
    dataDir,
    async close() {
      await database.close();
      if (existing === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
