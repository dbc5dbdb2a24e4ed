import type { BusinessDay, RollupRows } from '../domain/rollup.ts';
import type { DeadLetterReason, SaleLine } from '../domain/ticket-sale.ts';
import type { LogHeader, LogRecord } from './event-log.ts';

export interface DeadLetter {
  readonly offset: bigint;
  readonly key: Uint8Array | null;
  readonly headers: readonly LogHeader[];
  readonly raw: Uint8Array;
  readonly reason: DeadLetterReason;
  /** What exactly was wrong, for a person. */
  readonly detail: string;
}

/** A decoded batch of one partition, ready for one transaction. */
export interface StoreBatch {
  readonly topic: string;
  readonly partition: number;
  /** Offset the store must hold now, else another owner has moved it (the fence). */
  readonly expectedOffset: bigint;
  readonly nextOffset: bigint;
  /** Offsets up to `nextOffset` that hold no event: marks of transactions and the like (`LogBatch`). */
  readonly emptyOffsets: number;
  /**
   * The generation of the data for which the batch was decoded: it grows whenever all of them are recomputed or deleted.
   * null where no other program can do that meanwhile.
   */
  readonly generation: number | null;
  readonly sales: readonly SaleLine[];
  readonly deadLetters: readonly DeadLetter[];
  /** The record at an offset of this batch: an event that the database refuses becomes a dead letter with its key and bytes. */
  readonly recordOf: (offset: bigint) => Pick<LogRecord, 'key' | 'headers' | 'value'>;
}

/** What one committed transaction did. */
export interface CommittedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
  /** The sales that were new, in batch order. */
  readonly inserted: readonly SaleLine[];
  readonly duplicates: number;
  readonly deadLetters: number;
  /** New absolute totals of every rollup row the batch touched. */
  readonly changes: RollupRows;
  /** Epoch ms, just after COMMIT returned. */
  readonly committedAt: number;
}

export type ApplyResult =
  | { readonly kind: 'committed'; readonly batch: CommittedBatch }
  /** Someone else moved the offset: nothing was written; seek to `storedOffset`. */
  | { readonly kind: 'fenced'; readonly storedOffset: bigint }
  /** The data are of another generation: nothing was written; take that one over and decode anew. */
  | { readonly kind: 'outdated' };

/** What became of all events consumed so far, kept in the same row as the offset. */
export interface StoreCounters {
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLettered: number;
}

/** Exactly-once storage of batches in PostgreSQL (design section 4). */
export interface SaleStore {
  offsets(topic: string): Promise<ReadonlyMap<number, bigint>>;
  /** Grows whenever something of another topic is stored: the sum of these topics' offsets. */
  offsetsOfOthers(topic: string): Promise<bigint>;
  apply(batch: StoreBatch): Promise<ApplyResult>;
  counters(topic: string): Promise<StoreCounters>;
  /** Versions of days as committed now (sum over partitions); a day without rollups is left out. */
  dayVersions(days: readonly BusinessDay[]): Promise<ReadonlyMap<BusinessDay, number>>;
  /** Business days with an outbox row: committed, maybe not projected. */
  outboxDays(): Promise<readonly BusinessDay[]>;
  /** Clears the outbox rows of these days and partition that are not newer than the versions given in `changes.days`. */
  clearOutbox(changes: RollupRows): Promise<void>;
}
