/** The invariants that PostgreSQL alone can be asked about: I2, I3, I4, and the look-up for I1 (design section 4). */
import type pg from 'pg';
import type { BusinessDay } from '../domain/rollup.ts';
import type { TopicAccount } from '../domain/status.ts';
import { numberArray, textArray } from '../lib/sql.ts';
import type { PartitionOffsets } from '../ports/event-log.ts';
import * as statements from './check-sql.ts';
import type { Queryable } from './select.ts';
import { select } from './select.ts';
import { rollupTotals, saleTotals } from './totals.ts';
import { inSnapshot } from './transaction.ts';

/** One sentence per difference; empty = holds. */
export type Problems = readonly string[];

export interface StoreCheck extends TopicAccount {
  /**
   * Events in the log since the first one this database knows of. Offsets that were not read yet count as one event each:
   * how many of them are none is known when they are read. null: the log does not tell.
   */
  readonly produced: number | null;
  /** Offsets in the log that are not consumed yet. */
  readonly inFlight: number | null;
  /** The topic's partitions. */
  readonly partitions: readonly ConsumedRange[];
  /** Version of each day that has sales. */
  readonly versions: ReadonlyMap<BusinessDay, number>;
  /** Other topics whose events are in this database. */
  readonly others: readonly TopicAccount[];
  readonly grossCents: { readonly recomputed: bigint; readonly rollups: bigint };
  /** Of every topic: of some problems nobody can say whose they are. */
  readonly problems: { readonly I2: Problems; readonly I3: Problems; readonly I4: Problems };
}

interface OffsetRow extends pg.QueryResultRow {
  readonly topic: string;
  readonly partition: number;
  readonly first_offset: bigint;
  readonly next_offset: bigint;
  readonly stored: bigint;
  readonly duplicates: bigint;
  readonly dead_lettered: bigint;
  readonly empty: bigint;
  readonly mixed: bigint;
  readonly unexplained: bigint;
  readonly sale_count: bigint;
  readonly last_sale: bigint | null;
  readonly letter_count: bigint;
  readonly last_letter: bigint | null;
}

interface MixedRow extends pg.QueryResultRow {
  readonly partition: number;
  readonly stored: bigint;
  readonly next_offset: bigint;
  readonly sale_count: bigint;
  readonly last_sale: bigint | null;
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

/** What is stored of a partition. */
export interface ConsumedRange {
  readonly partition: number;
  /** The first offset that was consumed, and the first that was not. */
  readonly first: bigint;
  readonly next: bigint;
  readonly empty: bigint;
  readonly unexplained: bigint;
}

/** What is stored of each partition of a topic. */
export function consumedRanges(connection: Queryable, topic: string): Promise<readonly ConsumedRange[]> {
  return select<ConsumedRange & pg.QueryResultRow>(connection, statements.consumedRanges, [topic]);
}

/** The version of each day that has sales. */
export async function versionsOfDays(connection: Queryable): Promise<ReadonlyMap<BusinessDay, number>> {
  const rows = await select<{ day: string; version: bigint }>(connection, statements.versions);
  return new Map(rows.map(({ day, version }) => [day, Number(version)]));
}

/** The account of each topic. */
export async function topicAccounts(connection: Queryable): Promise<readonly TopicAccount[]> {
  const rows = await select<Record<CountedColumn, bigint> & { topic: string }>(connection, statements.topicAccounts);
  return rows.map((row) => topicAccount(row.topic, [row]));
}

/** `produced` and `inFlight` of `StoreCheck`. */
export function producedUpTo(ends: readonly PartitionOffsets[], rows: readonly ConsumedRange[]) {
  const byPartition = new Map(rows.map((row) => [row.partition, row]));
  let produced = 0n;
  let inFlight = 0n;
  for (const { partition, start, end } of ends) {
    const row = byPartition.get(partition);
    produced += end - (row ? row.first + row.empty + row.unexplained : start);
    inFlight += end - (row?.next ?? start);
  }
  return { produced: Number(produced), inFlight: Number(inFlight) };
}

/**
 * I2, I3, I4 and the counters, all of one state of the database: others may store meanwhile.
 * @param readEnds the log's partitions, null when it does not tell; asked for after that state, so that nothing stored
 * is beyond them
 */
export async function checkStore(
  pool: pg.Pool,
  topic: string,
  readEnds: () => Promise<readonly PartitionOffsets[] | null>,
): Promise<StoreCheck> {
  const state = await inSnapshot(pool, async (connection) => ({
    rows: await select<OffsetRow>(connection, statements.accounts),
    mixed: await select<MixedRow>(connection, statements.mixedAccounts),
    identities: (await select<{ ids: bigint; sales: bigint }>(connection, statements.identities))[0],
    sales: await saleTotals(connection),
    rollups: await rollupTotals(connection),
    I2: await checkRollups(connection),
    versions: await versionsOfDays(connection),
  }));
  const ends = await readEnds();
  const ownRows = state.rows.filter((row) => row.topic === topic);
  const otherTopics = new Set(state.rows.map((row) => row.topic).filter((name) => name !== topic));
  const partitions = ownRows.map(({ partition, first_offset: first, next_offset: next, empty, unexplained }) => {
    return { partition, first, next, empty, unexplained };
  });
  const I4 = [...state.rows.flatMap(accountProblems), ...state.mixed.flatMap(mixedProblems)];
  const { identities } = state;
  if (identities && identities.ids !== identities.sales)
    I4.push(`I4: ${identities.ids} ids are noted for ${identities.sales} stored events.`);
  return {
    ...topicAccount(topic, ownRows),
    ...(ends === null ? { produced: null, inFlight: null } : producedUpTo(ends, partitions)),
    partitions,
    versions: state.versions,
    others: [...otherTopics].map((name) =>
      topicAccount(
        name,
        state.rows.filter((row) => row.topic === name),
      ),
    ),
    grossCents: { recomputed: state.sales.grossCents, rollups: state.rollups.grossCents },
    problems: {
      I2: state.I2,
      I3: [
        ...beyondEnds(ends ?? [], ownRows),
        ...state.rows.flatMap(offsetProblems),
        ...state.mixed.flatMap(offsetProblems),
      ],
      I4,
    },
  };
}

type CountedColumn = 'stored' | 'duplicates' | 'dead_lettered' | 'empty' | 'unexplained';

function topicAccount(topic: string, rows: readonly Readonly<Record<CountedColumn, bigint>>[]): TopicAccount {
  const sum = (column: CountedColumn) => Number(rows.reduce((total, row) => total + row[column], 0n));
  return {
    topic,
    stored: sum('stored'),
    duplicates: sum('duplicates'),
    deadLettered: sum('dead_lettered'),
    empty: sum('empty'),
    unexplained: sum('unexplained'),
  };
}

function beyondEnds(ends: readonly PartitionOffsets[], rows: readonly OffsetRow[]): string[] {
  const problems: string[] = [];
  for (const { partition, end } of ends) {
    const row = rows.find((each) => each.partition === partition);
    if (row && row.next_offset > end)
      problems.push(`I3: ${nameOf(row)} is stored up to ${row.next_offset}, beyond the log's end ${end}.`);
  }
  return problems;
}

function offsetProblems(row: OffsetRow | MixedRow): string[] {
  const last = [row.last_sale, 'last_letter' in row ? row.last_letter : null].filter((offset) => offset !== null);
  return last
    .filter((offset) => offset >= row.next_offset)
    .map((offset) => `I3: ${nameOf(row)} holds offset ${offset}, but its stored offset is ${row.next_offset}.`);
}

function accountProblems(row: OffsetRow): string[] {
  const problems: string[] = [];
  const consumed = row.next_offset - row.first_offset;
  const counted = row.stored + row.duplicates + row.dead_lettered + row.empty + row.unexplained;
  if (consumed !== counted)
    problems.push(`I4: ${nameOf(row)} consumed ${consumed} offsets, but accounts for ${counted}.`);
  if (row.stored - row.mixed !== row.sale_count)
    problems.push(
      `I4: ${nameOf(row)} counts ${row.stored - row.mixed} stored events, but ${row.sale_count} are there.`,
    );
  if (row.dead_lettered !== row.letter_count)
    problems.push(`I4: ${nameOf(row)} counts ${row.dead_lettered} dead letters, but ${row.letter_count} are there.`);
  return problems;
}

function mixedProblems(row: MixedRow): string[] {
  if (row.stored === row.sale_count) return [];
  return [`I4: ${nameOf(row)} counts ${row.stored} stored events, but ${row.sale_count} are there.`];
}

function nameOf(row: { readonly topic?: string; readonly partition: number }): string {
  return row.topic === undefined
    ? `partition ${row.partition} of several topics together`
    : `partition ${row.partition} of ${row.topic}`;
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

/**
 * The log was read again: all that was unexplained of a partition are offsets that hold no event.
 * @returns whether it was still so
 */
export async function explainOffsets(
  pool: pg.Pool,
  topic: string,
  { partition, unexplained }: ConsumedRange,
): Promise<boolean> {
  const { rowCount } = await pool.query(statements.explain, [topic, partition, String(unexplained)]);
  return rowCount === 1;
}
