/**
 * The embedded PostgreSQL as a `pg` pool: a locked data folder, a worker thread that holds the database, a private
 * socket between the two.
 * States: opening -> open -> closed, and open -> failed when the worker dies; `#fail` is the only way to failed.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import pg from 'pg';
import { AppError, messageOf } from '../lib/app-error.ts';
import { ReleaseStack } from '../lib/release-stack.ts';
import { sql, wireTypes } from '../lib/sql.ts';
import type { Logger } from '../ports/logger.ts';
import { lockFolder } from './folder-lock.ts';
import { startMaintenance } from './maintenance.ts';
import { makePrivateSockets } from './private-sockets.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

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
  /** Calls back once when the database dies under us, with the reason (at once if it is dead already). Returns the unsubscriber. */
  onFailure(listener: (reason: string) => void): () => void;
  close(): Promise<void>;
}

/** A socket that goes to one address, whatever host and port `pg` asks for: the only way to reach a named pipe. */
class FixedSocket extends Socket {
  readonly #address: string;

  constructor(address: string) {
    super();
    this.#address = address;
  }

  override connect(): this {
    return super.connect({ path: this.#address });
  }
}

/** How long closing may take before the worker is ended by force. Nothing acknowledged is lost by that. */
const CLOSE_TIMEOUT_MS = 10_000;

const forgetStatements = sql`deallocate all`;

class WorkerHandle {
  readonly #worker: Worker;
  readonly #listeners = new Set<(reason: string) => void>();
  readonly #exited: Promise<void>;
  #failure: string | undefined;
  #closing = false;
  #onMessage: (message: FromWorker) => void = () => {};

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        if (!this.#closing) this.#fail(`The embedded database stopped unexpectedly (exit code ${code}).`);
        resolve();
      });
    });
    worker.on('error', (error) => this.#fail(`The embedded database failed: ${messageOf(error)}`));
    worker.on('messageerror', (error) =>
      this.#fail(`The embedded database sent an unreadable message: ${error.message}`),
    );
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'failed') this.#fail(`The embedded database failed: ${message.message}`);
      else this.#onMessage(message);
    });
  }

  onFailure(listener: (reason: string) => void): () => void {
    if (this.#failure !== undefined) listener(this.#failure);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the worker has done what is asked. */
  run(request: ToWorker, onProgress: EmbeddedDatabaseOptions['onProgress']): Promise<void> {
    return new Promise((resolve, reject) => {
      const unsubscribe = this.onFailure((reason) =>
        reject(
          new AppError('database_failed', reason, {
            hint: 'Start ReelMetrics again. If it fails again, choose another data folder or restore a backup of this one.',
          }),
        ),
      );
      this.#onMessage = (message) => {
        if (message.type === 'progress') onProgress({ step: message.step, share: message.share });
        if (message.type === 'ready') {
          unsubscribe();
          resolve();
        }
      };
      this.#worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#failure === undefined) this.#worker.postMessage({ type: 'close' } satisfies ToWorker);
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
    this.#listeners.clear();
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined || this.#closing) return;
    this.#failure = reason;
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
  }
}

/**
 * Opens the embedded database of a folder, making it when there is none.
 * Errors: `AppError` with code `data_folder_in_use`, `data_folder_unusable`, `database_failed`.
 */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { dataDir, logger } = options;
  const releases = new ReleaseStack();
  try {
    await prepareFolder(dataDir);
    const sockets = await makePrivateSockets();
    releases.push('private sockets', () => sockets.remove());
    const lock = await lockFolder(dataDir, sockets.address('lock'));
    releases.push('data folder lock', () => lock.release());

    const created = !existsSync(join(dataDir, 'postgres', 'PG_VERSION'));
    if (created) await createDatabase(options);
    const worker = new WorkerHandle(options.startWorker());
    releases.push('database worker', () => worker.close());
    const socketPath = sockets.address('postgres');
    await worker.run({ type: 'open', folder: dataDir, socketPath }, options.onProgress);

    const pool = makePool(socketPath, logger);
    releases.push('connection', () => pool.end());
    const stopMaintenance = startMaintenance(pool, logger);
    releases.push('maintenance', stopMaintenance);
    return { pool, created, onFailure: (listener) => worker.onFailure(listener), close: () => releases.release() };
  } catch (error) {
    await releases.release().catch((second: unknown) => {
      logger.warn('Cleaning up after a failed start failed too', { error: messageOf(second) });
    });
    throw error;
  }
}

async function createDatabase({ dataDir, startWorker, onProgress }: EmbeddedDatabaseOptions): Promise<void> {
  const creator = new WorkerHandle(startWorker());
  try {
    await creator.run({ type: 'create', folder: dataDir }, onProgress);
  } finally {
    await creator.close();
  }
}

async function prepareFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // A folder that was there before may be open to others.
    await chmod(dataDir, 0o700);
  } catch (error) {
    throw new AppError('data_folder_unusable', `The data folder ${dataDir} cannot be used: ${messageOf(error)}`, {
      hint: 'Choose a folder that you may write to.',
      cause: error,
    });
  }
}

function makePool(socketPath: string, logger: Logger): pg.Pool {
  const report = (error: Error) => logger.warn('Connection to the embedded database failed', { error: error.message });
  const pool = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    types: wireTypes,
    stream: () => new FixedSocket(socketPath),
    onConnect: async (client) => {
      // The pool listens on idle clients only; an error on one in use would end the process.
      client.on('error', report);
      // The backend outlives its connections, and with it the named statements of the one before.
      await client.query(forgetStatements);
    },
  });
  pool.on('error', report);
  return pool;
}
