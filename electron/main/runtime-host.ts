import { AppError } from '../../backend/lib/app-error.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import type { Runtime, StartProgress } from '../../backend/runtime.ts';
import type { AppState } from '../contract/signatures.ts';
import { toFailure } from './failure.ts';

/**
 * Owns the runtime's life and the state the window sees:
 *
 *   no-source -> starting -> running -> stopping
 *                starting -> failed -> starting (try again)
 *   any -> stopping, which is final
 */
export class RuntimeHost {
  readonly #create: (onProgress: (progress: StartProgress) => void) => Promise<Runtime>;
  readonly #logger: Logger;
  readonly #listeners = new Set<(state: AppState) => void>();
  #state: AppState = { phase: 'no-source' };
  #runtime: Runtime | null = null;
  #starting: Promise<Runtime> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(create: (onProgress: (progress: StartProgress) => void) => Promise<Runtime>, logger: Logger) {
    this.#create = create;
    this.#logger = logger;
  }

  get state(): AppState {
    return this.#state;
  }

  /** The runtime when there is one. */
  get current(): Runtime | null {
    return this.#runtime;
  }

  /** Calls back after every change of state. Returns the unsubscriber. */
  onState(listener: (state: AppState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The running runtime. Throws `no_data_source` before the choice, `not_available` while starting, stopping or failed. */
  require(): Runtime {
    if (this.#runtime !== null) return this.#runtime;
    if (this.#state.phase === 'no-source') {
      throw new AppError('no_data_source', 'No data source is chosen yet.', {
        hint: 'Choose the built-in data or your services on the first screen.',
      });
    }
    throw new AppError('not_available', `The data source is not ready (${this.#state.phase}).`, {
      hint: 'Wait for it to start, or see the log.',
    });
  }

  /** Starts it once; while it starts or runs, later calls get the same one. Throws what creation threw. */
  start(): Promise<Runtime> {
    if (this.#stopped !== undefined) return Promise.reject(new AppError('cancelled', 'ReelMetrics is closing.'));
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<Runtime> {
    this.#become({ phase: 'starting', step: 'Starting', share: null });
    try {
      const runtime = await this.#create((progress) => {
        if (this.#state.phase === 'starting')
          this.#become({ phase: 'starting', step: progress.step, share: progress.share });
      });
      this.#runtime = runtime;
      if (this.#stopped === undefined) this.#become({ phase: 'running' });
      return runtime;
    } catch (error) {
      this.#starting = undefined;
      this.#logger.error('the data source did not start', { error });
      if (this.#stopped === undefined) this.#become({ phase: 'failed', error: toFailure(error) });
      throw error;
    }
  }

  /** Stops the simulator, drains and closes. Once; also after a start that is still under way or failed. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#become({ phase: 'stopping', step: 'Waiting for the data source' });
    // A start that fails has been told of already, and leaves nothing to close.
    await this.#starting?.catch(() => undefined);
    const runtime = this.#runtime;
    if (runtime === null) return;
    try {
      if (runtime.status().simulator.state !== 'stopped') {
        this.#become({ phase: 'stopping', step: 'Stopping the simulator' });
        await runtime.simulator.stop();
      }
    } finally {
      this.#become({ phase: 'stopping', step: 'Storing what was sold and closing the database' });
      await runtime.close();
    }
  }

  #become(state: AppState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
