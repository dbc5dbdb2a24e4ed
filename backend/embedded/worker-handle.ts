/**
 * The worker that holds the embedded PostgreSQL, seen from the main thread. It counts as hung when, for as long as the
 * limit, it neither answers (it does between two queries) nor asks anything of its files (it does in a long query).
 * States: running -> ended, by `close` or by a failure; `#fail` is the only way to a failure.
 */
import type { Worker } from 'node:worker_threads';
import { messageOf } from '../lib/app-error.ts';
import { asError, type DatabaseFailure, explainFailure, lockLost } from './database-failure.ts';
import { beganAt, endedAt, type FileGuardSettings, type FromWorker, type ToWorker } from './worker-protocol.ts';

export interface WorkerHandleOptions {
  readonly dataDir: string;
  readonly guard: Omit<FileGuardSettings, 'calls'>;
  readonly onProgress: (progress: { readonly step: string; readonly share: number | null }) => void;
  readonly onDamage: (words: string) => void;
  /** How often it is looked at; a test need not wait for seconds. */
  readonly lookMs?: number;
}

type Work = { readonly type: 'create' } | { readonly type: 'open'; readonly socketPath: string };

const LOOK_MS = 1_000;
/** Looks without a sign of life; counted, so that a program that was suspended itself blames nobody. */
const SILENT_LOOKS = 10;
/** Compiling the WASM and starting it asks nothing of the files. */
const SILENT_LOOKS_AT_START = 60;
/** How long closing may take before the worker is ended by force. Nothing acknowledged is lost by that. */
const CLOSE_TIMEOUT_MS = 4_000;
/** A thread that waits for its disk cannot be ended; the program then ends without it. */
const TERMINATE_TIMEOUT_MS = 1_000;

export class WorkerHandle {
  readonly #worker: Worker;
  readonly #options: WorkerHandleOptions;
  readonly #calls = new Int32Array(new SharedArrayBuffer(8));
  readonly #exited: Promise<void>;
  readonly #listeners = new Set<(failure: DatabaseFailure) => void>();
  #failure: DatabaseFailure | undefined;
  #closing = false;
  #onReady: () => void = () => {};
  #ready = false;
  #watch: NodeJS.Timeout | undefined;
  #pings = 0;
  #pongs = 0;

  constructor(worker: Worker, options: WorkerHandleOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        clearInterval(this.#watch);
        if (!this.#closing) this.#failed(`it stopped unexpectedly (exit code ${code})`);
        resolve();
      });
    });
    worker.on('error', (error) => this.#failed(messageOf(error)));
    worker.on('messageerror', (error) => this.#failed(`it sent an unreadable message (${error.message})`));
    worker.on('message', (message: FromWorker) => this.#receive(message));
  }

  /** What it has failed of. */
  get failure(): DatabaseFailure | undefined {
    return this.#failure;
  }

  /** Calls back once, at once if it has failed already. Returns the unsubscriber. */
  onFailure(listener: (failure: DatabaseFailure) => void): () => void {
    if (this.#failure !== undefined) listener(this.#failure);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the worker has done what is asked. Errors: `AppError` by what it failed of. */
  run(work: Work): Promise<void> {
    const { dataDir: folder } = this.#options;
    const guard: FileGuardSettings = { ...this.#options.guard, calls: this.#calls };
    return new Promise((resolve, reject) => {
      const unsubscribe = this.onFailure((failure) => reject(asError(failure)));
      this.#onReady = () => {
        unsubscribe();
        resolve();
      };
      this.#worker.postMessage({ ...work, folder, guard } satisfies ToWorker);
      this.#startWatch();
    });
  }

  /** Ends it within some seconds, in order when it answers. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#watch);
    if (this.#failure === undefined) {
      this.#worker.postMessage({ type: 'close' } satisfies ToWorker);
      await within(this.#exited, CLOSE_TIMEOUT_MS);
    }
    void this.#worker.terminate();
    await within(this.#exited, TERMINATE_TIMEOUT_MS);
    this.#listeners.clear();
  }

  /** Ends it now, as failed. */
  end(failure: DatabaseFailure): void {
    this.#fail(failure);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'progress':
        this.#options.onProgress({ step: message.step, share: message.share });
        return;
      case 'ready':
        this.#ready = true;
        this.#onReady();
        return;
      case 'pong':
        this.#pongs = message.number;
        return;
      case 'damaged':
        this.#options.onDamage(message.words);
        return;
      case 'failed':
        if (message.lost)
          this.#fail(lockLost(`Another ReelMetrics has taken the data folder ${this.#options.dataDir}.`));
        else this.#failed(message.words);
        return;
      case 'closed':
        return;
    }
  }

  #startWatch(): void {
    let silent = 0;
    let before = '';
    this.#watch = setInterval(() => {
      const began = Atomics.load(this.#calls, beganAt);
      const now = `${began} ${Atomics.load(this.#calls, endedAt)} ${this.#pongs}`;
      const answers = this.#ready && this.#pongs === this.#pings;
      silent = answers || now !== before ? 0 : silent + 1;
      before = now;
      const limit = this.#ready ? SILENT_LOOKS : SILENT_LOOKS_AT_START;
      if (silent >= limit) {
        const waits = began !== Atomics.load(this.#calls, endedAt);
        this.#failed(waits ? 'its disk does not answer' : `it has not answered for ${limit} s`);
      } else if (answers) {
        this.#pings += 1;
        this.#worker.postMessage({ type: 'ping', number: this.#pings } satisfies ToWorker);
      }
    }, this.#options.lookMs ?? LOOK_MS);
    this.#watch.unref();
  }

  #failed(words: string): void {
    this.#fail(explainFailure(words, this.#options.dataDir));
  }

  #fail(failure: DatabaseFailure): void {
    if (this.#failure !== undefined || this.#closing) return;
    this.#failure = failure;
    clearInterval(this.#watch);
    void this.#worker.terminate();
    for (const listener of this.#listeners) listener(failure);
    this.#listeners.clear();
  }
}

/** Resolves with the promise, or after `ms` whatever becomes of it. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, end]);
  clearTimeout(timer);
}
