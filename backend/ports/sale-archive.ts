import type { BusinessDay } from '../domain/rollup.ts';

/** Events (sales and refunds) of a business day and their gross in cents. */
export interface DayTotals {
  readonly day: BusinessDay;
  readonly events: number;
  readonly grossCents: bigint;
}

export interface ArchivedDay extends DayTotals {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

/** Days whose sales are kept in files instead of the database. Rollups, offsets and identities stay. */
export interface SaleArchive {
  /** Days before `day` whose sales are stored, ascending. */
  daysBefore(day: BusinessDay): Promise<readonly DayTotals[]>;
  archived(): Promise<readonly ArchivedDay[]>;
  /** Hands over the day's sales as JSON, a text per sale, some at a time; always in the same order. */
  read(day: BusinessDay, take: (lines: readonly string[]) => Promise<void>): Promise<void>;
  /**
   * Deletes the day's sales, which are in the file. From then on an event of that day that was never stored is refused.
   * Errors: `data_changed` when the day has other totals by now: read it again.
   */
  remove(day: ArchivedDay): Promise<void>;
  /**
   * Brings an archived day's sales back, from the texts that `read` gave; storing waits meanwhile.
   * Errors: `bad_request` when they do not add up to what was archived.
   */
  restore(day: BusinessDay, lines: AsyncIterable<readonly string[]>): Promise<void>;
}
