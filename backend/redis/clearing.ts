import { AppError } from '../lib/app-error.ts';

/**
 * A clearing that is never lost: what was asked for while Redis was away is done before anything else once it is back,
 * so that nothing from before it is ever given out by this program.
 */
export class Clearing {
  readonly #clear: () => Promise<void>;
  #due = false;
  #running: Promise<void> | undefined;

  constructor(clear: () => Promise<void>) {
    this.#clear = clear;
  }

  /** Resolves as well when Redis is away; rejects when it refuses. */
  async request(): Promise<void> {
    // One that runs already may be too early.
    await this.#running?.catch(() => undefined);
    this.#due = true;
    try {
      await this.settle();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'redis_down') throw error;
    }
  }

  /** Does what is due. */
  settle(): Promise<void> {
    if (!this.#due) return Promise.resolve();
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#clear();
      this.#due = false;
    } finally {
      this.#running = undefined;
    }
  }
}
