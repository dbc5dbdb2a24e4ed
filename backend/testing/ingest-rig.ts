import type pg from 'pg';
import type { BusinessCalendar } from '../domain/business-day.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import type { Measures } from '../domain/measures.ts';
import type { Decoder, SaleLine } from '../domain/ticket-sale.ts';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import { decodeBatch } from '../ingest/decode-slices.ts';
import { Projector } from '../ingest/projector.ts';
import { daySeedOf } from '../live/day-account.ts';
import { LiveWindow } from '../live/live-window.ts';
import type { Clock } from '../ports/clock.ts';
import { type LogRecord, noHeaders } from '../ports/event-log.ts';
import { silentLogger } from '../ports/logger.ts';
import type { StoreBatch } from '../ports/sale-store.ts';
import { PostgresRollupReader } from '../postgres/rollup-reader.ts';
import { PostgresSaleStore } from '../postgres/sale-store.ts';
import { MaterializedBackend } from '../query/materialized-backend.ts';
import { readModelDifferences } from '../query/read-model-check.ts';
import { SqlBackend } from '../query/sql-backend.ts';

export interface IngestRigOptions {
  readonly pool: pg.Pool;
  readonly topic: string;
  readonly decode: Decoder;
  readonly calendar: BusinessCalendar;
  readonly catalogue: Catalogue;
  /** The instant at which everything happens, epoch ms. */
  readonly now: number;
}

/**
 * Decoding, storing, projecting and both query backends on a real database, with batches cut and crashes placed where
 * a test wants them, which the consumer does not allow.
 */
export class IngestRig {
  readonly #options: IngestRigOptions;
  readonly #clock: Clock;
  readonly #store: PostgresSaleStore;
  readonly #reader: PostgresRollupReader;
  readonly #partitions = new Map<number, LogRecord[]>();
  readonly #offsets = new Map<number, bigint>();
  readonly #countedIds = new Set<string>();
  /** Every valid event stored so far, each id once: the test's own account. */
  readonly counted: SaleLine[] = [];
  #parts: Parts;

  constructor(options: IngestRigOptions) {
    this.#options = options;
    this.#clock = { now: () => options.now, sleep: async () => undefined };
    this.#store = new PostgresSaleStore(options.pool, { now: this.#clock.now });
    this.#reader = new PostgresRollupReader(options.pool, () => options.calendar.zone);
    this.#parts = startParts(this.#options, this.#clock, this.#store, this.#reader);
  }

  get sql(): SqlBackend {
    return this.#parts.sql;
  }

  get materialized(): MaterializedBackend {
    return this.#parts.materialized;
  }

  /** Empties the database. */
  async reset(): Promise<void> {
    await this.#options.pool.query(
      `truncate sale, sale_identity, rollup_theater_movie, rollup_theater_quarter, rollup_minute, rollup_day,
         consumer_offset, projection_outbox, dead_letter`,
    );
  }

  /** Writes a message to the log. */
  append(partition: number, value: Uint8Array): void {
    const records = this.#partitions.get(partition) ?? [];
    this.#partitions.set(partition, records);
    records.push({
      offset: BigInt(records.length),
      key: null,
      headers: noHeaders,
      value,
      timestamp: this.#options.now,
    });
  }

  /** Starts as the program does after it ended, however it ended: all that was in memory is gone. */
  async start(): Promise<void> {
    this.#parts = startParts(this.#options, this.#clock, this.#store, this.#reader);
    const { calendar, topic, now } = this.#options;
    for (const [partition, offset] of await this.#store.offsets(topic)) this.#offsets.set(partition, offset);
    const today = calendar.dayOf(now);
    const days = [today, calendar.addDays(today, 1)];
    await this.#parts.live.reseed(async () => ({
      offsets: this.#offsets,
      offsetsOfOthers: 0n,
      days: await Promise.all(days.map(async (day) => daySeedOf(day, await this.#reader.dayRows(day)))),
      seconds: [],
      recent: [],
      ledger: { events: this.counted.length, grossCents: 0n },
      committedAt: null,
    }));
    await this.#parts.projector.replay();
  }

  /** Stores sales that need no decoding, as one batch of a partition. */
  async store(partition: number, sales: readonly SaleLine[]): Promise<void> {
    const from = this.#offsets.get(partition) ?? 0n;
    await this.#apply({
      topic: this.#options.topic,
      partition,
      expectedOffset: from,
      nextOffset: from + BigInt(sales.length),
      emptyOffsets: 0,
      generation: null,
      sales,
      deadLetters: [],
      recordOf: () => ({ key: null, headers: noHeaders, value: new Uint8Array() }),
    });
  }

  /** Stores the next records of a partition; false when there are none. `crash`: ends before anything is projected. */
  async ingest(partition: number, count: number, options: { crash: boolean }): Promise<boolean> {
    const from = this.#offsets.get(partition) ?? 0n;
    const batch = await this.#batch(partition, from, count);
    if (!batch) return false;
    await this.#apply(batch, options);
    return true;
  }

  /** Hands the store records that it has stored already: the fence must hold, and nothing may change. */
  async replay(partition: number, back: number): Promise<void> {
    const stored = this.#offsets.get(partition) ?? 0n;
    const from = stored - BigInt(back);
    if (from < 0n) return;
    const batch = await this.#batch(partition, from, back + 3);
    if (!batch) return;
    const result = await this.#store.apply(batch);
    if (result.kind !== 'fenced' || result.storedOffset !== stored) throw new Error('the fence did not hold');
  }

  readModelDifferences(): Promise<string[]> {
    return readModelDifferences(this.#parts.model, this.#reader);
  }

  liveTotals(): Measures {
    return this.#parts.live.snapshot().totals;
  }

  async #apply(batch: StoreBatch, options = { crash: false }): Promise<void> {
    const result = await this.#store.apply(batch);
    if (result.kind !== 'committed')
      throw new Error(`a batch of partition ${batch.partition} was refused: ${result.kind}`);
    for (const sale of batch.sales) {
      if (this.#countedIds.has(sale.id)) continue;
      this.#countedIds.add(sale.id);
      this.counted.push(sale);
    }
    this.#offsets.set(batch.partition, batch.nextOffset);
    if (options.crash) return;
    this.#parts.live.committed(result.batch);
    await this.#parts.projector.project([result.batch]);
  }

  async #batch(partition: number, from: bigint, count: number) {
    const all = this.#partitions.get(partition) ?? [];
    const records = all.slice(Number(from), Number(from) + count);
    const last = records.at(-1);
    if (!last) return undefined;
    const log = {
      topic: this.#options.topic,
      partition,
      startOffset: from,
      records,
      emptyOffsets: 0,
      nextOffset: last.offset + 1n,
      endOffset: BigInt(all.length),
    };
    const decoded = await decodeBatch(log, this.#options.decode, this.#clock.now);
    return { ...decoded, expectedOffset: from, generation: null };
  }
}

/** What lives in memory and ends with the program. */
type Parts = ReturnType<typeof startParts>;

function startParts(
  { calendar, catalogue }: IngestRigOptions,
  clock: Clock,
  store: PostgresSaleStore,
  reader: PostgresRollupReader,
) {
  const model = new MemoryReadModel();
  const cache = new MemoryAnswerCache();
  const logger = silentLogger;
  return {
    model,
    live: new LiveWindow({ calendar, clock }),
    projector: new Projector({ store, rollups: reader, readModel: model, answers: cache, clock, logger }),
    sql: new SqlBackend({ reader, cache, catalogue, clock, logger }),
    materialized: new MaterializedBackend({ model, reader, catalogue, calendar: () => calendar, clock }),
  };
}
