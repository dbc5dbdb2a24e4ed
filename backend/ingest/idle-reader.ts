import type { Clock } from '../ports/clock.ts';
import type { LogBatch, LogReader } from '../ports/event-log.ts';

/** The reader of a console that only observes: it has no partition, so nothing ever comes. */
export class IdleReader implements LogReader {
  readonly assigned: ReadonlySet<number> = new Set();
  readonly #clock: Clock;
  readonly #closed = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async poll(_maxRecords: number, waitMs: number): Promise<readonly LogBatch[]> {
    await this.#clock.sleep(waitMs, this.#closed.signal);
    return [];
  }

  seek(): void {}

  async commit(): Promise<void> {}

  async close(): Promise<void> {
    this.#closed.abort();
  }
}
