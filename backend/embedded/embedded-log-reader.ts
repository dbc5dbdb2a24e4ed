/**
 * Reads the embedded log. Fetches whole record batches, keeps what a poll does not hand out, and decodes only what it
 * does. Between partitions it lets the event loop run.
 */
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import { numberArray, wireTypes } from '../lib/sql.ts';
import type { LogBatch, LogReader, LogRecord } from '../ports/event-log.ts';
import { readBatches } from './event-log-sql.ts';
import { logFailed } from './log-failed.ts';
import { RecordBatchCursor } from './record-batch.ts';

/** Bytes fetched per partition and read; one batch more than this at most. */
const FETCH_BYTES = 512 * 1024;

export interface LogHead {
  readonly start: bigint;
  readonly end: bigint;
}

interface PartitionState {
  /** Next offset to hand out. */
  position: bigint;
  /** Next offset to fetch. */
  fetched: bigint;
  buffered: RecordBatchCursor[];
}

type FetchedRow = readonly [
  partition: number,
  start: bigint,
  end: bigint,
  nextOffset: bigint | null,
  recordCount: number | null,
  appendedAt: number | null,
  records: Buffer | null,
];

export class EmbeddedLogReader implements LogReader {
  readonly #pool: pg.Pool;
  readonly #topic: string;
  readonly #heads: ReadonlyMap<number, LogHead>;
  readonly #states = new Map<number, PartitionState>();
  readonly #onClose: () => void;
  #wake: (() => void) | undefined;
  #closed = false;
  /** Where the next poll begins, so that no partition waits for the others for ever. */
  #turn = 0;

  constructor(
    pool: pg.Pool,
    topic: string,
    heads: ReadonlyMap<number, LogHead>,
    offsets: ReadonlyMap<number, bigint>,
    onClose: () => void,
  ) {
    this.#pool = pool;
    this.#topic = topic;
    this.#heads = heads;
    this.#onClose = onClose;
    for (const [partition, head] of heads) {
      const position = offsets.get(partition) ?? head.start;
      this.#states.set(partition, { position, fetched: position, buffered: [] });
    }
  }

  async poll(maxRecords: number, waitMs: number): Promise<readonly LogBatch[]> {
    if (!this.#hasNews()) await this.#waitForNews(waitMs);
    if (this.#closed) return [];
    await this.#fetch(maxRecords);
    return this.#handOut(maxRecords);
  }

  seek(partition: number, offset: bigint): void {
    const state = this.#states.get(partition);
    if (!state) return;
    state.position = offset;
    state.fetched = offset;
    state.buffered = [];
  }

  /** Lag of the embedded log is read from the store itself; there is no other tool to tell. */
  commit(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.wake();
    this.#onClose();
    return Promise.resolve();
  }

  /** Ends a wait for new records. */
  wake(): void {
    this.#wake?.();
  }

  #end(partition: number): bigint {
    return this.#heads.get(partition)?.end ?? 0n;
  }

  #hasNews(): boolean {
    for (const [partition, state] of this.#states) {
      if (state.buffered.length > 0 || state.position < this.#end(partition)) return true;
    }
    return false;
  }

  #waitForNews(waitMs: number): Promise<void> {
    if (this.#closed || waitMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      this.#wake = done;
    });
  }

  async #fetch(maxRecords: number): Promise<void> {
    const wanted = [...this.#states].filter(
      ([partition, state]) => state.buffered.length === 0 && state.fetched < this.#end(partition),
    );
    if (wanted.length === 0) return;
    const asked = new Map(wanted.map(([partition, state]) => [partition, state.fetched]));
    const query: pg.QueryArrayConfig = {
      text: readBatches,
      values: [this.#topic, numberArray([...asked.keys()]), numberArray([...asked.values()]), maxRecords, FETCH_BYTES],
      rowMode: 'array',
      types: wireTypes,
    };
    try {
      const { rows } = await this.#pool.query<(number | bigint | Buffer | null)[]>(query);
      for (const row of rows) this.#keep(row as unknown as FetchedRow, asked);
    } catch (error) {
      throw logFailed(error);
    }
  }

  #keep(
    [partition, , , nextOffset, recordCount, appendedAt, records]: FetchedRow,
    asked: ReadonlyMap<number, bigint>,
  ): void {
    const state = this.#states.get(partition);
    if (!state || nextOffset === null || recordCount === null || appendedAt === null || records === null) return;
    // A seek while the fetch was under way makes its rows worthless.
    if (asked.get(partition) !== state.position) return;
    const cursor = new RecordBatchCursor(records, nextOffset - BigInt(recordCount), appendedAt);
    cursor.skipTo(state.fetched);
    state.buffered.push(cursor);
    state.fetched = nextOffset;
  }

  async #handOut(maxRecords: number): Promise<LogBatch[]> {
    const ready = [...this.#states].filter(([, state]) => state.buffered.length > 0);
    const batches: LogBatch[] = [];
    let left = maxRecords;
    this.#turn += 1;
    for (let index = 0; index < ready.length && left > 0; index += 1) {
      const [partition, state] = ready[(index + this.#turn) % ready.length] ?? [];
      if (partition === undefined || state === undefined) continue;
      const limit = Math.max(1, Math.ceil(left / (ready.length - index)));
      const records = take(state, limit);
      const first = records[0];
      const last = records.at(-1);
      if (!first || !last) continue;
      left -= records.length;
      state.position = last.offset + 1n;
      batches.push({
        topic: this.#topic,
        partition,
        // The embedded log numbers records without gaps: what is missing before the first was deleted.
        startOffset: first.offset,
        records,
        emptyOffsets: 0,
        nextOffset: state.position,
        endOffset: this.#end(partition),
      });
      await setImmediate();
    }
    return batches;
  }
}

function take(state: PartitionState, limit: number): LogRecord[] {
  const records: LogRecord[] = [];
  while (records.length < limit) {
    const [cursor] = state.buffered;
    if (!cursor) break;
    cursor.take(limit, records);
    if (cursor.done) state.buffered.shift();
  }
  return records;
}
