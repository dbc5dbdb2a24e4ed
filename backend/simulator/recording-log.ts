import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog, LogMessage, LogReader, PartitionOffsets } from '../ports/event-log.ts';

/** For tests of producers: a log that keeps what it acknowledged and fails when told to. It cannot be read as a log. */
export class RecordingLog implements EventLog {
  readonly topic = 'ticket-sales';
  readonly messages: LogMessage[] = [];
  /** Thrown by the next appends, first come first. */
  readonly failures: unknown[] = [];
  /** Whether a failing append is kept all the same, as when only the acknowledgement is lost. */
  keepsFailed = false;
  appendMs = 0;
  appends = 0;
  inFlight = 0;
  mostInFlight = 0;

  async append(messages: readonly LogMessage[]): Promise<void> {
    this.appends++;
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      await delay(this.appendMs);
      const failure = this.failures.shift();
      if (failure === undefined || this.keepsFailed) this.messages.push(...messages);
      if (failure !== undefined) throw failure;
    } finally {
      this.inFlight--;
    }
  }

  async partitions(): Promise<readonly PartitionOffsets[]> {
    return [{ partition: 0, start: 0n, end: BigInt(this.messages.length) }];
  }

  open(): Promise<LogReader> {
    return Promise.reject(new Error('a recording log is not for reading'));
  }

  async close(): Promise<void> {}
}
