/** Exactly-once storage of batches (design section 4) behind the port `SaleStore`. */
import type pg from 'pg';
import type { BusinessDay, RollupRows } from '../domain/rollup.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import { codeOf, messageOf } from '../lib/app-error.ts';
import { numberArray, sql, textArray } from '../lib/sql.ts';
import type {
  ApplyResult,
  CommittedBatch,
  DeadLetter,
  SaleStore,
  StoreBatch,
  StoreCounters,
} from '../ports/sale-store.ts';
import { applyPiece, FenceLost, type PieceResult } from './apply-piece.ts';
import { archivedDays } from './archived-days.ts';
import type { BatchPiece } from './batch-parameters.ts';
import { copyRows } from './copy-rows.ts';
import { storedOffsets, storedOffsetsOfOthers } from './offsets.ts';
import { mergeRollupRows } from './rollup-rows.ts';
import { SalePartitions } from './sale-partitions.ts';
import { select } from './select.ts';
import { StagedBatches } from './staged-batches.ts';
import { inTransaction } from './transaction.ts';

const whyFenced = sql`
  select (select next_offset from consumer_offset where topic = $1 and partition = $2) as next_offset,
    (select version_floor from calendar) as generation`;
const firstOffset = sql`select begin_log_partition($1, $2, $3)`;
const counters = sql`
  select coalesce(sum(stored), 0)::bigint as stored, coalesce(sum(duplicates), 0)::bigint as duplicates,
    coalesce(sum(dead_lettered), 0)::bigint as dead_lettered
  from consumer_offset where topic = $1`;
const dayVersions = sql`
  select business_day::text as day, sum(version)::bigint as version from rollup_day
  where business_day = any ($1::date[]) group by business_day`;
const outboxDays = sql`select distinct business_day::text as day from projection_outbox order by 1`;
/** Locks its rows in the order in which batches and rebuilds lock theirs. */
const clearOutbox = sql`
  with cleared as (
    select o.business_day, o.log_partition
    from projection_outbox o join unnest($1::date[], $2::integer[], $3::bigint[]) as c(business_day, log_partition, version)
      on o.business_day = c.business_day and o.log_partition = c.log_partition and o.version <= c.version
    order by o.business_day, o.log_partition
    for update of o
  )
  delete from projection_outbox o using cleared c
  where o.business_day = c.business_day and o.log_partition = c.log_partition`;
const savepoint = sql`savepoint piece`;
const rollbackToSavepoint = sql`rollback to savepoint piece`;
const releaseSavepoint = sql`release savepoint piece`;

const COPY_FROM = 500;

/** PostgreSQL refuses the data itself: class 22 (data exception) and 23 (integrity constraint violation). */
function isDataRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && code.length === 5 && (code.startsWith('22') || code.startsWith('23'));
}

export interface SaleStoreOptions {
  /** How large batches reach the database: COPY is faster, and only a server knows it. Default: arrays. */
  readonly source?: 'arrays' | 'copy';
  /** Batches from this size on are copied; below it the round trips cost more than COPY saves. */
  readonly copyFrom?: number;
  readonly now?: () => number;
}

export class PostgresSaleStore implements SaleStore {
  readonly #pool: pg.Pool;
  readonly #now: () => number;
  readonly #copyFrom: number;
  readonly #staged: StagedBatches;
  readonly #partitions: SalePartitions;

  constructor(pool: pg.Pool, { source = 'arrays', copyFrom = COPY_FROM, now = Date.now }: SaleStoreOptions = {}) {
    this.#pool = pool;
    this.#now = now;
    this.#staged = new StagedBatches(pool);
    this.#partitions = new SalePartitions(pool);
    this.#copyFrom = source === 'copy' ? copyFrom : Number.POSITIVE_INFINITY;
  }

  offsets(topic: string): Promise<ReadonlyMap<number, bigint>> {
    return storedOffsets(this.#pool, topic);
  }

  offsetsOfOthers(topic: string): Promise<bigint> {
    return storedOffsetsOfOthers(this.#pool, topic);
  }

  async apply(batch: StoreBatch): Promise<ApplyResult> {
    const first = await this.#applyOnce(batch);
    if (first) return { kind: 'committed', batch: first };
    const refused = await this.#whyFenced(batch);
    if (refused) return refused;
    // The partition's very first batch: its row begins where this owner begins. Another owner may be faster.
    await this.#pool.query(firstOffset, [batch.topic, batch.partition, String(batch.expectedOffset)]);
    const second = await this.#applyOnce(batch);
    if (second) return { kind: 'committed', batch: second };
    return (await this.#whyFenced(batch)) ?? { kind: 'fenced', storedOffset: batch.expectedOffset };
  }

  async counters(topic: string): Promise<StoreCounters> {
    const [row] = await select<{ stored: bigint; duplicates: bigint; dead_lettered: bigint }>(this.#pool, counters, [
      topic,
    ]);
    return {
      stored: Number(row?.stored ?? 0),
      duplicates: Number(row?.duplicates ?? 0),
      deadLettered: Number(row?.dead_lettered ?? 0),
    };
  }

  async dayVersions(days: readonly BusinessDay[]): Promise<ReadonlyMap<BusinessDay, number>> {
    const rows = await select<{ day: string; version: bigint }>(this.#pool, dayVersions, [textArray(days)]);
    return new Map(rows.map((row) => [row.day, Number(row.version)]));
  }

  async outboxDays(): Promise<readonly BusinessDay[]> {
    const rows = await select<{ day: string }>(this.#pool, outboxDays);
    return rows.map((row) => row.day);
  }

  async clearOutbox(changes: RollupRows): Promise<void> {
    if (changes.days.length === 0) return;
    await this.#pool.query(clearOutbox, [
      textArray(changes.days.map((row) => row.day)),
      numberArray(changes.days.map((row) => row.partition)),
      numberArray(changes.days.map((row) => row.version)),
    ]);
  }

  /** undefined when nothing of the partition was ever stored. */
  async #whyFenced(batch: StoreBatch): Promise<ApplyResult | undefined> {
    const [row] = await select<{ next_offset: bigint | null; generation: bigint | null }>(this.#pool, whyFenced, [
      batch.topic,
      batch.partition,
    ]);
    if (batch.generation !== null && Number(row?.generation ?? 0n) !== batch.generation) return { kind: 'outdated' };
    const stored = row?.next_offset ?? null;
    return stored === null ? undefined : { kind: 'fenced', storedOffset: stored };
  }

  /** undefined when the fence did not hold. */
  async #applyOnce(batch: StoreBatch): Promise<CommittedBatch | undefined> {
    try {
      await this.#partitions.hold(batch.sales);
      const rows = batch.sales.length >= this.#copyFrom ? copyRows(batch.sales) : null;
      // With arrays one statement is one transaction: nothing to begin or commit.
      const result = rows === null ? await applyPiece(this.#pool, batch) : await this.#staged.apply(batch, rows);
      return result.fenceHeld ? this.#committed(batch, [result], 0) : undefined;
    } catch (error) {
      if (error instanceof FenceLost) return undefined;
      if (!isDataRefusal(error)) throw error;
      return this.#applyBisecting(batch);
    }
  }

  /**
   * Stores what can be stored of a batch in one transaction. Pieces run under savepoints with an offset that stays where
   * it is; a piece that is refused is halved, a single refused event becomes a dead letter, and the last run moves the
   * offset and writes the dead letters.
   */
  async #applyBisecting(batch: StoreBatch): Promise<CommittedBatch | undefined> {
    const results: PieceResult[] = [];
    const refused: DeadLetter[] = [];
    await this.#partitions.renew(batch.sales, isDataRefusal);
    const archived = await archivedDays(this.#pool);
    try {
      await inTransaction(this.#pool, async (client) => {
        const run = async (piece: BatchPiece) => {
          const result = await applyPiece(client, piece);
          if (!result.fenceHeld) throw new FenceLost();
          results.push(result);
        };
        const store = async (sales: readonly SaleLine[]): Promise<void> => {
          const [only] = sales;
          if (!only) return;
          await client.query(savepoint);
          try {
            await run({ ...batch, nextOffset: batch.expectedOffset, emptyOffsets: 0, sales, deadLetters: [] });
            await client.query(releaseSavepoint);
          } catch (error) {
            if (!isDataRefusal(error)) throw error;
            await client.query(rollbackToSavepoint);
            await client.query(releaseSavepoint);
            if (sales.length === 1) {
              const { key, headers, value } = batch.recordOf(only.offset);
              refused.push({
                offset: only.offset,
                key,
                headers,
                raw: value,
                reason: 'refused_by_database',
                detail: archived.has(only.businessDay)
                  ? `The business day ${only.businessDay} is archived: restore it, then send the event again.`
                  : `${codeOf(error) ?? ''} ${messageOf(error)}`.trim(),
              });
              return;
            }
            const middle = sales.length >> 1;
            await store(sales.slice(0, middle));
            await store(sales.slice(middle));
          }
        };
        await store(batch.sales);
        await run({ ...batch, sales: [], deadLetters: [...batch.deadLetters, ...refused] });
      });
    } catch (error) {
      if (error instanceof FenceLost) return undefined;
      throw error;
    }
    return this.#committed(batch, results, refused.length);
  }

  #committed(batch: StoreBatch, results: readonly PieceResult[], refused: number): CommittedBatch {
    const inserted =
      results.length === 1 && results[0] ? results[0].inserted : results.flatMap((result) => result.inserted);
    return {
      topic: batch.topic,
      partition: batch.partition,
      nextOffset: batch.nextOffset,
      inserted,
      duplicates: batch.sales.length - refused - inserted.length,
      deadLetters: batch.deadLetters.length + refused,
      changes: mergeRollupRows(results.map((result) => result.changes)),
      committedAt: this.#now(),
    };
  }
}
