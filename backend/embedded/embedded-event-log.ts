/**
 * The event log in the embedded PostgreSQL: partitions, offsets, replay and retention as Kafka has them, one row per
 * record batch. Only one process can open the data folder, so every append is known here: the heads are kept in memory
 * and readers wake at once.
 */
import type pg from 'pg';
import { AppError } from '../lib/app-error.ts';
import { partitionOf } from '../lib/murmur2.ts';
import { numberArray } from '../lib/sql.ts';
import { type EventLog, keyBytes, type LogMessage, type LogReader, type PartitionOffsets } from '../ports/event-log.ts';
import { EmbeddedLogReader } from './embedded-log-reader.ts';
import { appendBatches, createHeads, dropBatches, forgetRecords, moveStartToEnd, readHeads } from './event-log-sql.ts';
import { logFailed } from './log-failed.ts';
import { encodeRecords } from './record-batch.ts';

export interface EmbeddedEventLogOptions {
  readonly topic: string;
  /** How many partitions to make on first use; an existing topic keeps the number it has. */
  readonly partitions?: number;
  readonly retention?: { readonly ageMs: number; readonly bytes: number };
  readonly now?: () => number;
  /** Asked before each write; rejects while nothing may be stored. */
  readonly admit?: () => Promise<void>;
}

const DEFAULT_PARTITIONS = 4;
const DEFAULT_RETENTION = { ageMs: 7 * 24 * 3_600_000, bytes: 256 * 1024 * 1024 };
/** Appends that wait while one is written go together in the next; this bounds one statement. */
const MAX_APPEND_BYTES = 2 * 1024 * 1024;

interface Head {
  start: bigint;
  end: bigint;
}

interface PendingAppend {
  readonly messages: readonly LogMessage[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface HeadRow {
  readonly partition: number;
  readonly start_offset: bigint;
  readonly next_offset: bigint;
}

/** Opens the log, making its topic when it is new. Errors: `AppError` `log_failed`. */
export async function openEmbeddedEventLog(pool: pg.Pool, options: EmbeddedEventLogOptions): Promise<EmbeddedEventLog> {
  const { topic, partitions = DEFAULT_PARTITIONS } = options;
  try {
    let { rows } = await pool.query<HeadRow>(readHeads, [topic]);
    if (rows.length === 0) {
      await pool.query(createHeads, [topic, partitions]);
      ({ rows } = await pool.query<HeadRow>(readHeads, [topic]));
    }
    return new EmbeddedEventLog(pool, options, rows);
  } catch (error) {
    throw logFailed(error);
  }
}

export class EmbeddedEventLog implements EventLog {
  readonly topic: string;
  readonly #pool: pg.Pool;
  readonly #heads: Map<number, Head>;
  readonly #now: () => number;
  readonly #admit: () => Promise<void>;
  readonly #retention: { readonly ageMs: number; readonly bytes: number };
  readonly #readers = new Set<EmbeddedLogReader>();
  #pending: PendingAppend[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;
  #keyless = 0;

  /** Use `openEmbeddedEventLog`. */
  constructor(pool: pg.Pool, options: EmbeddedEventLogOptions, heads: readonly HeadRow[]) {
    this.topic = options.topic;
    this.#pool = pool;
    this.#now = options.now ?? Date.now;
    this.#admit = options.admit ?? (() => Promise.resolve());
    this.#retention = options.retention ?? DEFAULT_RETENTION;
    this.#heads = new Map(heads.map((row) => [row.partition, { start: row.start_offset, end: row.next_offset }]));
  }

  async partitions(): Promise<readonly PartitionOffsets[]> {
    this.#assertOpen();
    try {
      // From the table, not from memory: an append whose answer was lost may have been written all the same.
      const { rows } = await this.#pool.query<HeadRow>(readHeads, [this.topic]);
      for (const row of rows) this.#moveHead(row);
      return rows.map((row) => ({ partition: row.partition, start: row.start_offset, end: row.next_offset }));
    } catch (error) {
      throw logFailed(error);
    }
  }

  append(messages: readonly LogMessage[]): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (messages.length === 0) return Promise.resolve();
    let bytes = 0;
    for (const message of messages) bytes += message.value.byteLength;
    const written = new Promise<void>((resolve, reject) => {
      this.#pending.push({ messages, bytes, resolve, reject });
    });
    this.#writing ??= this.#writePending();
    return written;
  }

  async open(offsets: ReadonlyMap<number, bigint>): Promise<LogReader> {
    this.#assertOpen();
    const reader = new EmbeddedLogReader(this.#pool, this.topic, this.#heads, offsets, () =>
      this.#readers.delete(reader),
    );
    this.#readers.add(reader);
    return reader;
  }

  /**
   * Drops batches that are older than the retention allows, or beyond its size, but none that is not stored yet.
   * @param storedOffsets the consumer's offsets in PostgreSQL; partitions missing in it are left alone
   */
  async applyRetention(storedOffsets: ReadonlyMap<number, bigint>): Promise<void> {
    this.#assertOpen();
    const partitions = [...storedOffsets.keys()];
    try {
      await this.#admit();
      const { rows } = await this.#pool.query<HeadRow>(dropBatches, [
        this.topic,
        numberArray(partitions),
        numberArray([...storedOffsets.values()]),
        this.#retention.bytes,
        this.#now() - this.#retention.ageMs,
      ]);
      for (const row of rows) this.#moveHead(row);
    } catch (error) {
      throw logFailed(error);
    }
  }

  /**
   * Forgets all records within the caller's transaction; offsets go on from where they are, as Kafka's do when records
   * are deleted. Call the returned function once that transaction is committed. No append may be under way.
   */
  async deleteRecords(client: pg.ClientBase): Promise<() => void> {
    await client.query(forgetRecords, [this.topic]);
    const { rows } = await client.query<HeadRow>(moveStartToEnd, [this.topic]);
    return () => {
      for (const row of rows) this.#moveHead(row);
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    await Promise.all([...this.#readers].map((reader) => reader.close()));
  }

  /** Heads only move forward: answers may come in another order than the statements ran. */
  #moveHead(row: HeadRow): void {
    const head = this.#heads.get(row.partition);
    if (!head) return;
    if (head.start < row.start_offset) head.start = row.start_offset;
    if (head.end < row.next_offset) head.end = row.next_offset;
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }

  async #writePending(): Promise<void> {
    while (this.#pending.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#admit();
        await this.#write(group.flatMap((append) => append.messages));
        for (const append of group) append.resolve();
      } catch (error) {
        for (const append of group) append.reject(logFailed(error));
      }
    }
    this.#writing = undefined;
  }

  #takeGroup(): PendingAppend[] {
    let bytes = 0;
    let count = 0;
    for (const append of this.#pending) {
      bytes += append.bytes;
      if (count > 0 && bytes > MAX_APPEND_BYTES) break;
      count += 1;
    }
    return this.#pending.splice(0, count);
  }

  /** Messages without a key go to the partitions one after the other. */
  #next(): number {
    this.#keyless = (this.#keyless + 1) % this.#heads.size;
    return this.#keyless;
  }

  async #write(messages: readonly LogMessage[]): Promise<void> {
    const groups = new Map<number, LogMessage[]>();
    for (const message of messages) {
      const key = keyBytes(message);
      const partition = key === null ? this.#next() : partitionOf(key, this.#heads.size);
      const group = groups.get(partition);
      if (group) group.push(message);
      else groups.set(partition, [message]);
    }
    const partitions = [...groups.keys()];
    const parts = [...groups.values()].map(encodeRecords);
    let start = 0;
    const starts = parts.map((part) => {
      const at = start;
      start += part.byteLength;
      return at;
    });
    const { rows } = await this.#pool.query<HeadRow>(appendBatches, [
      this.topic,
      numberArray(partitions),
      numberArray([...groups.values()].map((group) => group.length)),
      numberArray(starts),
      numberArray(parts.map((part) => part.byteLength)),
      this.#now(),
      Buffer.concat(parts),
    ]);
    if (rows.length !== partitions.length) throw new Error(`the topic ${this.topic} has lost its partitions`);
    for (const row of rows) this.#moveHead(row);
    for (const reader of this.#readers) reader.wake();
  }
}

function closedError(): AppError {
  return new AppError('log_closed', 'The event log is closed.', { hint: 'Restart ReelMetrics.' });
}
