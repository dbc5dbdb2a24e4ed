/**
 * The embedded PostgreSQL as a `pg` pool: a data folder of which this process is the only owner, a worker thread that
 * holds the database, a private socket between the two, and what keeps it honest when the disk is not.
 *
 * States (`PartState`, changed in `#set` alone):
 *   up -> degraded             a page cannot be read; the rest can
 *   up, degraded -> down       no room: storing is paused, questions are still answered
 *   up, degraded -> down       the worker failed or hangs: it is ended, and opened again when that can help
 *   down -> up                 there is room again; opened again
 *   any -> down for good       the folder is gone, another's, or damaged; opening it failed again and again
 *   any -> off                 close()
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type pg from 'pg';
import type { PartStatus } from '../domain/status.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import { ReleaseStack } from '../lib/release-stack.ts';
import { sql } from '../lib/sql.ts';
import type { Logger } from '../ports/logger.ts';
import { findDatabase, identifyFolder, markFolder, prepareFolder } from './data-folder.ts';
import { asError, type DatabaseFailure, explainFailure, folderGone, restoreHint } from './database-failure.ts';
import { makePool } from './database-pool.ts';
import { DatabaseWatch } from './database-watch.ts';
import { type FolderLock, lockFolder, ownerFile } from './folder-lock.ts';
import { startMaintenance } from './maintenance.ts';
import { makePrivateSockets, type PrivateSockets } from './private-sockets.ts';
import { WorkerHandle, within } from './worker-handle.ts';

export interface EmbeddedDatabaseOptions {
  /** Made when missing, for this user only (0700). The database lies in its folder `postgres`. */
  readonly dataDir: string;
  /** Starts backend/embedded/postgres-worker.ts. */
  readonly startWorker: () => Worker;
  readonly onProgress: (progress: { readonly step: string; readonly share: number | null }) => void;
  readonly logger: Logger;
}

export interface EmbeddedDatabase {
  /** One connection: the database has a single backend. */
  readonly pool: pg.Pool;
  /** Whether this call made the database. */
  readonly created: boolean;
  status(): PartStatus;
  /** Calls back after a change of the status. Returns the unsubscriber. */
  onStatus(listener: () => void): () => void;
  /** Calls back when nothing can be stored until a person does something (at once if it is so). Returns the unsubscriber. */
  onStuck(listener: (error: AppError) => void): () => void;
  /** Resolves when something may be stored. Errors: `AppError` by what keeps it from that. */
  admit(): Promise<void>;
  /** Within seconds, whatever state it is in. */
  close(): Promise<void>;
}

const LOOK_MS = 1_000;
/** A look this young is good enough for a write. */
const FRESH_MS = 250;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 8_000;
/** For failures that nothing explains. */
const MAX_ATTEMPTS = 5;
/** After so long without a failure the attempts count from the first again. */
const STABLE_MS = 60_000;
const CLOSE_STEP_MS = 2_000;
/** A checkpoint may need a new segment of the write-ahead log. */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;

const checkpoint = sql`checkpoint`;

/**
 * Opens the embedded database of a folder, making it when there is none.
 * Errors: `AppError` with code `data_folder_in_use`, `data_folder_unusable`, `data_damaged`, `disk_full`, `database_failed`.
 */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { dataDir, logger } = options;
  const releases = new ReleaseStack();
  try {
    await prepareFolder(dataDir);
    const sockets = await makePrivateSockets(dataDir);
    releases.push('private sockets', () => sockets.remove());
    const lock = await lockFolder(dataDir, {
      address: sockets.address('lock'),
      onWait: () => options.onProgress({ step: 'Looking whether the data folder is in use', share: null }),
    });
    releases.push('data folder lock', () => lock.release());
    const created = !(await findDatabase(dataDir));
    if (created) await createDatabase(options, lock);
    await markFolder(dataDir);
    const folder = await identifyFolder(dataDir);
    if (!folder) throw asError(folderGone(dataDir));
    const watch = new DatabaseWatch(dataDir, lock, folder);
    const database = new SupervisedDatabase(options, { created, lock, sockets, watch });
    releases.push('database', () => database.shut());
    await database.begin();
    database.whenClosed = () => releases.release();
    return database;
  } catch (error) {
    await releases.release().catch((second: unknown) => {
      logger.warn('Cleaning up after a failed start failed too', { error: messageOf(second) });
    });
    throw error instanceof AppError ? error : asError(explainFailure(messageOf(error), dataDir));
  }
}

async function createDatabase(options: EmbeddedDatabaseOptions, { token }: FolderLock): Promise<void> {
  const { dataDir, startWorker, onProgress } = options;
  const guard = { ownerPath: join(dataDir, ownerFile), token };
  const creator = new WorkerHandle(startWorker(), { dataDir, guard, onProgress, onDamage: () => {} });
  try {
    await creator.run({ type: 'create' });
  } finally {
    await creator.close();
  }
}

interface DatabaseParts {
  readonly created: boolean;
  readonly lock: FolderLock;
  readonly sockets: PrivateSockets;
  readonly watch: DatabaseWatch;
}

class SupervisedDatabase implements EmbeddedDatabase {
  readonly pool: pg.Pool;
  readonly created: boolean;
  whenClosed: () => Promise<void> = () => Promise.resolve();
  readonly #options: EmbeddedDatabaseOptions;
  readonly #parts: DatabaseParts;
  readonly #listeners = new Set<() => void>();
  #sockets: PrivateSockets;
  #address = '';
  #openings = 0;
  #worker: WorkerHandle | undefined;
  #stopMaintenance: () => Promise<void> = () => Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Why nothing may be stored. */
  #failure: DatabaseFailure | null = null;
  /** Whether the worker itself has ended. */
  #ended = false;
  #attempts = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #nextAttempt = 0;
  #closed = false;
  #status: PartStatus = { state: 'up', since: Date.now(), reason: null, code: null, nextAttemptAt: null };

  constructor(options: EmbeddedDatabaseOptions, parts: DatabaseParts) {
    this.#options = options;
    this.#parts = parts;
    this.#sockets = parts.sockets;
    this.created = parts.created;
    this.pool = makePool({
      ...options,
      address: () => this.#address,
      closedBy: () => (this.#ended && this.#failure !== null ? asError(this.#failure) : null),
    });
  }

  async begin(): Promise<void> {
    await this.#open();
    this.#stopMaintenance = startMaintenance(this.pool, this.#options.logger, () => this.#failure === null);
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
    await this.#look();
  }

  status(): PartStatus {
    return this.#status;
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onStuck(listener: (error: AppError) => void): () => void {
    const tell = () => {
      if (this.#failure !== null && this.#failure.comesBack !== 'soon') listener(asError(this.#failure));
    };
    tell();
    return this.onStatus(tell);
  }

  async admit(): Promise<void> {
    if (performance.now() - this.#lookedAt > FRESH_MS) await this.#look();
    if (this.#failure !== null) throw asError(this.#failure);
  }

  close(): Promise<void> {
    return this.whenClosed();
  }

  /** Ends everything but the folder's lock, each step bounded. */
  async shut(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await within(this.#stopMaintenance(), CLOSE_STEP_MS);
    await within(this.pool.end(), CLOSE_STEP_MS);
    await this.#worker?.close();
    if (this.#sockets !== this.#parts.sockets) await this.#sockets.remove();
    this.#set('off', null, null);
  }

  async #open(): Promise<void> {
    const { dataDir, startWorker, onProgress } = this.#options;
    this.#openings += 1;
    const address = this.#sockets.address(`db${this.#openings}`);
    const worker = new WorkerHandle(startWorker(), {
      dataDir,
      guard: { ownerPath: join(dataDir, ownerFile), token: this.#parts.lock.token },
      onProgress,
      onDamage: (words) => this.#damaged(words),
    });
    this.#worker = worker;
    await worker.run({ type: 'open', socketPath: address });
    this.#address = address;
    this.#ended = false;
    worker.onFailure((failure) => void this.#workerFailed(failure));
  }

  /** One at a time; whoever asks meanwhile gets the one under way. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      this.#lookedAt = performance.now();
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    if (this.#closed || this.#failure?.comesBack === 'never') return;
    const found = await this.#parts.watch.look();
    if (this.#closed) return;
    if (found?.comesBack === 'never') return this.#giveUp(found);
    if (this.#ended) return this.#reopen(found);
    if (found === null) {
      if (this.#failure !== null) this.#recovered();
      await this.#keepReachable();
    } else if (this.#failure?.code !== found.code) {
      this.#fails(found);
      // Gives back what is left of the write-ahead log, while there is room to do so.
      if (found.code === 'disk_full' && this.#parts.watch.room > CHECKPOINT_BYTES)
        void this.pool.query(checkpoint).catch(() => undefined);
    }
  }

  /** A connection that breaks could not be made again once the socket's folder was cleaned away. */
  async #keepReachable(): Promise<void> {
    if (await this.#sockets.exist()) return;
    const { dataDir, logger } = this.#options;
    logger.warn('The folder of the private sockets was removed; the embedded database is opened again', { dataDir });
    const sockets = await makePrivateSockets(dataDir);
    if (this.#sockets !== this.#parts.sockets) await this.#sockets.remove();
    this.#sockets = sockets;
    await this.#parts.lock.moveTo(sockets.address('lock'));
    await this.#worker?.close();
    await this.#workerFailed({
      ...explainFailure('the folder of its sockets was removed', dataDir),
      comesBack: 'soon',
    });
  }

  async #workerFailed(failure: DatabaseFailure): Promise<void> {
    if (this.#closed || this.#ended) return;
    this.#ended = true;
    this.#options.logger.error('The embedded database failed', { reason: failure.reason });
    const found = await this.#parts.watch.look();
    // Gone, or another's: that explains whatever the database said of it.
    const cause = found?.comesBack === 'never' ? found : failure;
    if (cause.comesBack === 'never') return this.#giveUp(cause);
    const now = performance.now();
    this.#attempts = now - this.#failedAt > STABLE_MS ? 0 : this.#attempts;
    this.#failedAt = now;
    this.#nextAttempt = now + (this.#attempts === 0 ? 0 : FIRST_RETRY_MS);
    this.#fails(found ?? cause);
  }

  async #reopen(found: DatabaseFailure | null): Promise<void> {
    const failure = found ?? this.#failure;
    if (failure === null) return;
    if (found !== null) return this.#fails(found);
    if (performance.now() < this.#nextAttempt || !(await this.#mayOpen(failure))) return this.#fails(failure);
    this.#attempts += 1;
    try {
      await this.#open();
    } catch (error) {
      const again = this.#worker?.failure ?? explainFailure(messageOf(error), this.#options.dataDir);
      await this.#worker?.close();
      if (this.#closed) return;
      if (again.comesBack === 'never') return this.#giveUp(again);
      if (again.comesBack === 'soon' && this.#attempts >= MAX_ATTEMPTS) {
        return this.#giveUp({ ...again, comesBack: 'never' });
      }
      this.#nextAttempt = performance.now() + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts);
      return this.#fails(again);
    }
    if (this.#closed) return;
    this.#options.logger.info('The embedded database is open again');
    this.#recovered();
  }

  async #mayOpen(failure: DatabaseFailure): Promise<boolean> {
    if (failure.comesBack !== 'when-writable') return true;
    return access(join(this.#options.dataDir, 'postgres'), constants.W_OK).then(
      () => true,
      () => false,
    );
  }

  #giveUp(failure: DatabaseFailure): void {
    this.#fails(failure);
    this.#ended = true;
    this.#worker?.end(failure);
    this.#options.logger.error('The embedded database is lost', { reason: failure.reason });
  }

  #fails(failure: DatabaseFailure): void {
    this.#failure = failure;
    const next = failure.comesBack === 'never' ? null : Date.now() + LOOK_MS;
    this.#set('down', `${failure.reason} ${failure.hint}`, failure.code, next);
  }

  #recovered(): void {
    this.#failure = null;
    this.#set('up', null, null);
  }

  #damaged(words: string): void {
    if (this.#failure !== null) return;
    const { dataDir } = this.#options;
    this.#set('degraded', `The database in ${dataDir} is damaged: ${words}. ${restoreHint(dataDir)}`, 'data_damaged');
  }

  #set(
    state: PartStatus['state'],
    reason: string | null,
    code: string | null,
    nextAttemptAt: number | null = null,
  ): void {
    const before = this.#status;
    const since = state === before.state ? before.since : Date.now();
    this.#status = { state, since, reason, code, nextAttemptAt };
    if (state === before.state && reason === before.reason) return;
    for (const listener of [...this.#listeners]) listener();
  }
}
