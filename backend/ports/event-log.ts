/** A header of a record: a name, and bytes that may mean anything. */
export interface LogHeader {
  readonly name: string;
  readonly value: Uint8Array | null;
}

/** Of records without headers, which most are. */
export const noHeaders: readonly LogHeader[] = [];

/** A message to append: bytes as they are (they may be malformed; the log does not judge). */
export interface LogMessage {
  /** A text stands for its UTF-8 bytes; null = no key, any partition. */
  readonly key: string | Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers?: readonly LogHeader[];
}

/** The bytes of a message's key. */
export function keyBytes({ key }: Pick<LogMessage, 'key'>): Uint8Array | null {
  return typeof key === 'string' ? utf8.encode(key) : key;
}

const utf8 = new TextEncoder();

export interface LogRecord {
  readonly offset: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers: readonly LogHeader[];
  /** When the log took it, epoch ms. */
  readonly timestamp: number;
}

/**
 * What lies between two offsets of one partition: records, in offset order, and offsets that hold none. There may be no
 * record at all.
 */
export interface LogBatch {
  readonly topic: string;
  readonly partition: number;
  /**
   * Where the batch begins: the `nextOffset` of the batch before, or where reading began. When it is beyond what is
   * stored, the offsets between are missing: the log has deleted them.
   */
  readonly startOffset: bigint;
  readonly records: readonly LogRecord[];
  /**
   * How many offsets from `startOffset` to `nextOffset` hold no event for a reader, and never will: marks of transactions,
   * records of aborted ones, records that compaction has removed. It is all of them that hold no record.
   */
  readonly emptyOffsets: number;
  /** Offset to store once the batch is applied. */
  readonly nextOffset: bigint;
  /** Up to where the partition could be read when the batch was: see `PartitionOffsets.end`. */
  readonly endOffset: bigint;
}

export interface PartitionOffsets {
  readonly partition: number;
  /** First offset still kept. */
  readonly start: bigint;
  /** Up to where it can be read: the offset of the next record to be written, or of the first of an open transaction. */
  readonly end: bigint;
}

/** A partition that stands still, because what lies at `offset` cannot be read. It is tried again; the others go on. */
export interface HeldPartition {
  readonly partition: number;
  readonly offset: bigint;
  /** What lies there and why it cannot be read, and what to do: a sentence each. */
  readonly reason: string;
  readonly hint: string;
  /** The time of the first record that cannot be read, epoch ms; null when it is not known. */
  readonly timestamp: number | null;
}

export interface LogReader {
  /** Partitions that stand still; none where it is left out. */
  readonly held?: readonly HeldPartition[];
  /** The partitions it has now, where a group shares them; undefined = all of them. */
  readonly assigned?: ReadonlySet<number> | undefined;
  /**
   * The next records of any assigned partition, at most `maxRecords`, waiting up to `waitMs` for the first.
   * Resolves to [] when nothing came. Reading does not move anything durable.
   */
  poll(maxRecords: number, waitMs: number): Promise<readonly LogBatch[]>;
  /** Read on from `offset`. An offset below the start reads from the start (the caller sees the gap in the offsets). */
  seek(partition: number, offset: bigint): void;
  /** Tell the log (for lag tools only) that all below `offset` is stored. */
  commit(partition: number, offset: bigint): Promise<void>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  /**
   * Reads the store's offsets anew: a log whose partitions a group shares asks at each assignment. Only a reader that
   * is opened with it is a member of the group.
   */
  readonly storedOffsets?: () => Promise<ReadonlyMap<number, bigint>>;
  /** Outside of any group: all partitions, and nobody else loses one. For tools that read the whole log. */
  readonly alone?: boolean;
}

/**
 * An append-only log with partitions. `append` resolves when the messages are durable, in the order given per key;
 * the same key always goes to the same partition. Errors are `LogError` with `canRetry`.
 */
export interface EventLog {
  readonly topic: string;
  /**
   * Names the log for as long as it lives, as the last `partitions()` found it: one that was deleted and made again has
   * another. null or left out = unknown.
   */
  readonly identity?: string | null;
  partitions(): Promise<readonly PartitionOffsets[]>;
  append(messages: readonly LogMessage[]): Promise<void>;
  /** Opens a reader that starts at `offsets` (missing partition: its start). */
  open(offsets: ReadonlyMap<number, bigint>, options?: ReaderOptions): Promise<LogReader>;
  close(): Promise<void>;
}
