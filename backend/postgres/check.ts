/** The invariants that PostgreSQL alone can be asked about: I2, I3, I4, and the look-up for I1 (design section 4). */
import type pg from 'pg';
import { numberArray, textArray } from '../lib/sql.ts';
import type { PartitionOffsets } from '../ports/event-log.ts';
import * as statements from './check-sql.ts';
import type { Queryable } from './select.ts';
import { select } from './select.ts';
import { rollupTotals, saleTotals } from './totals.ts';

/** One sentence per difference; empty = holds. */
export type Problems = readonly string[];

export interface StoreCheck {
  /** Events in the log since the first one this database knows of. */
  readonly produced: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLettered: number;
  /** In the log and not consumed yet. */
  readonly inFlight: number;
  readonly grossCents: { readonly recomputed: bigint; readonly rollups: bigint };
  readonly problems: { readonly I2: Problems; readonly I3: Problems; readonly I4: Problems };
}

interface OffsetRow extends pg.QueryResultRow {
  readonly partition: number;
  readonly first_offset: bigint;
  readonly next_offset: bigint;
  readonly stored: bigint;
  readonly duplicates: bigint;
  readonly dead_lettered: bigint;
  readonly sale_count: bigint;
  readonly last_sale: bigint | null;
  readonly letter_count: bigint;
  readonly last_letter: bigint | null;
}

const rollupChecks = [
  ['rollup_theater_movie', statements.theaterMovieDifferences],
  ['rollup_theater_quarter', statements.theaterQuarterDifferences],
  ['rollup_minute', statements.minuteDifferences],
  ['rollup_day', statements.dayDifferences],
] as const;

/** I2: each of the four rollups against the same sums over the sales, or over the archive. Reads all sales four times. */
export async function checkRollups(connection: Queryable): Promise<Problems> {
  const problems: string[] = [];
  for (const [table, text] of rollupChecks) {
    const [row] = await select<{ rows: bigint; keys: string }>(connection, text);
    if (row && row.rows > 0n) problems.push(`I2: ${row.rows} rows of ${table} differ from the sales (${row.keys}).`);
  }
  for (const { day } of await select<{ day: string }>(connection, statements.archivedDifferences)) {
    problems.push(`I2: the rollups of ${day} differ from its archive.`);
  }
  return problems;
}

/** Events in the log since the first one this database knows of, and those of them not consumed yet. */
export async function producedOf(
  pool: pg.Pool,
  topic: string,
  ends: readonly PartitionOffsets[],
): Promise<{ readonly produced: number; readonly inFlight: number }> {
  const rows = await select<{ partition: number; first_offset: bigint; next_offset: bigint }>(
    pool,
    statements.consumedRanges,
    [topic],
  );
  const byPartition = new Map(rows.map((row) => [row.partition, row]));
  let produced = 0n;
  let inFlight = 0n;
  for (const { partition, start, end } of ends) {
    const row = byPartition.get(partition);
    produced += end - (row?.first_offset ?? start);
    inFlight += end - (row?.next_offset ?? start);
  }
  return { produced: Number(produced), inFlight: Number(inFlight) };
}

/**
 * I2, I3, I4 and the counters.
 * @param ends the log's partitions, as read before the call
 */
export async function checkStore(pool: pg.Pool, topic: string, ends: readonly PartitionOffsets[]): Promise<StoreCheck> {
  const rows = await select<OffsetRow>(pool, statements.offsets, [topic]);
  const byPartition = new Map(rows.map((row) => [row.partition, row]));
  const { produced, inFlight } = await producedOf(pool, topic, ends);
  const I3: string[] = [];
  const I4: string[] = [];
  for (const { partition, end } of ends) {
    const row = byPartition.get(partition);
    if (row && row.next_offset > end)
      I3.push(`I3: partition ${partition} is stored up to ${row.next_offset}, beyond the log's end ${end}.`);
  }
  for (const row of rows) {
    const { partition, next_offset: next } = row;
    for (const last of [row.last_sale, row.last_letter]) {
      if (last !== null && last >= next)
        I3.push(`I3: partition ${partition} holds offset ${last}, but its stored offset is ${next}.`);
    }
    const consumed = next - row.first_offset;
    const counted = row.stored + row.duplicates + row.dead_lettered;
    if (consumed !== counted)
      I4.push(`I4: partition ${partition} consumed ${consumed} events, but accounts for ${counted}.`);
    if (row.stored !== row.sale_count)
      I4.push(`I4: partition ${partition} counts ${row.stored} stored events, but holds ${row.sale_count}.`);
    if (row.dead_lettered !== row.letter_count)
      I4.push(`I4: partition ${partition} counts ${row.dead_lettered} dead letters, but holds ${row.letter_count}.`);
  }
  const [counted] = await select<{ ids: bigint; sales: bigint }>(pool, statements.identities);
  if (counted && counted.ids !== counted.sales)
    I4.push(`I4: ${counted.ids} ids are noted for ${counted.sales} stored events.`);
  const sales = await saleTotals(pool);
  const rollups = await rollupTotals(pool);
  const sum = (column: 'duplicates' | 'dead_lettered') => Number(rows.reduce((total, row) => total + row[column], 0n));
  return {
    produced,
    stored: sales.events,
    duplicates: sum('duplicates'),
    deadLettered: sum('dead_lettered'),
    inFlight,
    grossCents: { recomputed: sales.grossCents, rollups: rollups.grossCents },
    problems: { I2: await checkRollups(pool), I3, I4 },
  };
}

/** Events of one partition that are neither stored nor dead letters: at most five of them. */
export async function findMissing(
  pool: pg.Pool,
  topic: string,
  partition: number,
  events: readonly { readonly id: string; readonly offset: bigint }[],
): Promise<readonly { readonly id: string; readonly offset: bigint }[]> {
  const rows = await select<{ id: string; log_offset: bigint }>(pool, statements.missingEvents, [
    topic,
    partition,
    textArray(events.map((event) => event.id)),
    numberArray(events.map((event) => event.offset)),
  ]);
  return rows.map((row) => ({ id: row.id, offset: row.log_offset }));
}
