import type { Mark, SimulatorStatus } from '../../backend/domain/status.ts';
import { AppError, messageOf } from '../../backend/lib/app-error.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import type { Runtime, StartProgress } from '../../backend/runtime.ts';
import type { AppState } from '../contract/signatures.ts';
import { toFailure } from './failure.ts';

/**
 * Starts the backend on a data source: 'embedded', or the id of a profile. The signal ends a start that waits; the marks
 * are those of the charts from before, when the same source is started again.
 */
export type CreateRuntime = (
  source: string,
  onProgress: (progress: StartProgress) => void,
  signal: AbortSignal,
  marks: readonly Mark[],
) => Promise<Runtime>;

/** What a source that is left, and taken again, is given back. */
interface Left {
  readonly source: string;
  readonly at: number;
  readonly marks: readonly Mark[];
  readonly simulator: SimulatorStatus;
}

interface Attempt {
  readonly source: string;
  readonly runtime: Promise<Runtime>;
  readonly abort: AbortController;
}

/** How long a source that is switched to may take to start before the one before is taken again, ms. */
const switchLimitMs = 20_000;

/**
 * Owns the runtime's life and the state the window sees:
 *
 *   no-source -> starting -> running -> stopping
 *                starting -> failed -> starting (try again)
 *   running, starting, failed -> starting another source (switch), and back to the one that ran when that fails
 *   running -> starting it again (restart)
 *   what is taken again has its marks, and its simulator runs if it ran
 *   any -> stopping, which is final
 */
export class RuntimeHost {
  readonly #create: CreateRuntime;
  readonly #logger: Logger;
  readonly #nameOf: (source: string) => string;
  readonly #listeners = new Set<(state: AppState) => void>();
  #state: AppState = { phase: 'no-source' };
  #runtime: Runtime | null = null;
  #attempt: Attempt | undefined;
  #switching = false;
  /** The source of before is being taken again. */
  #goingBack = false;
  #stopped: Promise<void> | undefined;

  /** `nameOf` gives the name of a source for a person. */
  constructor(create: CreateRuntime, logger: Logger, nameOf: (source: string) => string = (source) => source) {
    this.#create = create;
    this.#logger = logger;
    this.#nameOf = nameOf;
  }

  get state(): AppState {
    return this.#state;
  }

  /** The runtime when there is one. */
  get current(): Runtime | null {
    return this.#runtime;
  }

  /** The source that runs or is being started; null when there is none. */
  get source(): string | null {
    return this.#attempt?.source ?? null;
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
  start(source: string): Promise<Runtime> {
    if (this.#stopped !== undefined) return Promise.reject(closing());
    if (this.#attempt?.source === source) return this.#attempt.runtime;
    if (this.#attempt !== undefined) {
      return Promise.reject(new AppError('not_available', `The data source ${this.#attempt.source} is in use.`));
    }
    return this.#begin(source);
  }

  /**
   * Closes what runs, or gives up what is being started, and starts another source. When that does not start in time,
   * the one that ran before is started again and the reason is thrown (`not_available`).
   */
  async switchTo(source: string): Promise<void> {
    if (this.#attempt?.source === source && this.#runtime !== null) return;
    await this.#replace(source, this.#runtime === null ? null : this.source);
  }

  /** Closes the source that runs and starts it again, with its settings of now. Throws what creation threw. */
  async restart(): Promise<void> {
    const { source } = this;
    if (source !== null) await this.#replace(source, null);
  }

  /** `before` is what is started again when the source cannot be; null when there is nothing to go back to. */
  async #replace(source: string, before: string | null): Promise<void> {
    if (this.#stopped !== undefined) throw closing();
    if (this.#switching) {
      throw new AppError('not_available', 'The data source is being switched.', { hint: 'Wait for it to end.' });
    }
    this.#switching = true;
    const left = this.#leaving();
    let begun: Promise<Runtime>;
    try {
      await this.#leave((step) => this.#become({ phase: 'starting', source, step, share: null, services: [] }));
      if (before !== null) return await this.#beginOrGoBack(source, before, left);
      begun = left?.source === source ? this.#beginAgain(left) : this.#begin(source);
    } finally {
      this.#switching = false;
    }
    // It may wait for its services for long; another source can be chosen meanwhile.
    await begun;
  }

  /** What runs, as it will have to be again if it is taken again; null when nothing runs. */
  #leaving(): Left | null {
    const { source } = this;
    if (this.#runtime === null || source === null) return null;
    const { at, marks, simulator } = this.#runtime.status();
    return { source, at, marks, simulator };
  }

  /** Starts a source that was left, with its marks, a band for the time it was away, and its simulator. */
  async #beginAgain({ source, at, marks, simulator }: Left): Promise<Runtime> {
    const away = [
      { at, kind: 'consumer-down', text: `${this.#nameOf(source)} was left` },
      { at: Date.now(), kind: 'consumer-up', text: `${this.#nameOf(source)} is in use again` },
    ] as const;
    const runtime = await this.#begin(source, [...marks, ...away]);
    if (this.#stopped !== undefined || simulator.state === 'stopped' || simulator.state === 'stopping') return runtime;
    try {
      runtime.simulator.start();
      if (simulator.state === 'paused') runtime.simulator.pause();
    } catch (error) {
      // It may not be allowed any more; the source is in use all the same, and says that its simulator is off.
      this.#logger.warn('the simulator was not started again', { error });
    }
    return runtime;
  }

  async #beginOrGoBack(source: string, before: string, left: Left | null): Promise<void> {
    const begun = this.#begin(source);
    const limit = setTimeout(() => this.#attempt?.abort.abort(), switchLimitMs);
    let waitedFor = '';
    const unsubscribe = this.onState((state) => {
      if (state.phase === 'starting') waitedFor = reasonsOf(state);
    });
    try {
      await begun;
    } catch (error) {
      if (this.#stopped !== undefined) throw error;
      const cancelled = error instanceof AppError && error.code === 'cancelled';
      const reason = cancelled ? `it did not start within ${switchLimitMs / 1000} s. ${waitedFor}` : messageOf(error);
      this.#goingBack = true;
      await (left === null ? this.#begin(before) : this.#beginAgain(left)).finally(() => {
        this.#goingBack = false;
      });
      const unfinished = left === null || left.simulator.backfill === null ? '' : ' Its backfill was ended.';
      throw new AppError('not_available', `${this.#nameOf(source)} cannot be used: ${reason}`, {
        hint: `${this.#nameOf(before)} is in use again.${unfinished}`,
        cause: error,
      });
    } finally {
      clearTimeout(limit);
      unsubscribe();
    }
  }

  #begin(source: string, marks: readonly Mark[] = []): Promise<Runtime> {
    const abort = new AbortController();
    const attempt: Attempt = { source, abort, runtime: this.#start(source, abort.signal, marks) };
    this.#attempt = attempt;
    return attempt.runtime;
  }

  async #start(source: string, signal: AbortSignal, marks: readonly Mark[]): Promise<Runtime> {
    const back = this.#goingBack ? ({ goingBack: true } as const) : {};
    this.#become({ phase: 'starting', source, step: 'Starting', share: null, services: [], ...back });
    try {
      const runtime = await this.#create(
        source,
        ({ step, share, services = [] }) => {
          if (this.#state.phase === 'starting')
            this.#become({ phase: 'starting', source, step, share, services, ...back });
        },
        signal,
        marks,
      );
      this.#runtime = runtime;
      if (this.#stopped === undefined) this.#become({ phase: 'running', source });
      return runtime;
    } catch (error) {
      this.#attempt = undefined;
      if (!signal.aborted) this.#logger.error('the data source did not start', { source, error });
      if (this.#stopped === undefined && !signal.aborted) this.#become({ phase: 'failed', error: toFailure(error) });
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
    await this.#leave((step) => this.#become({ phase: 'stopping', step }));
  }

  /** Gives up a start that waits, or closes what runs. */
  async #leave(say: (step: string) => void = () => {}): Promise<void> {
    const attempt = this.#attempt;
    attempt?.abort.abort();
    // A start that fails has been told of already, and leaves nothing to close.
    await attempt?.runtime.catch(() => undefined);
    const runtime = this.#runtime;
    if (runtime === null) return;
    try {
      if (runtime.status().simulator.state !== 'stopped') {
        say('Stopping the simulator');
        await runtime.simulator.stop();
      }
    } finally {
      say('Storing what was sold and closing the database');
      this.#runtime = null;
      this.#attempt = undefined;
      await runtime.close();
    }
  }

  #become(state: AppState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** Why a start waits: the services that are down, else its step. */
function reasonsOf({ step, services }: Extract<AppState, { phase: 'starting' }>): string {
  const reasons = services.flatMap(({ status }) => (status.state === 'down' && status.reason ? [status.reason] : []));
  return reasons.length > 0 ? reasons.join(' ') : `${step}.`;
}

function closing(): AppError {
  return new AppError('cancelled', 'ReelMetrics is closing.');
}
