import { type Measures, sameMeasures } from '../domain/measures.ts';
import type { BusinessDay, RollupRows } from '../domain/rollup.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';

export interface CheckedRow {
  readonly measures: Measures;
  readonly version: number;
}

/** Most differences listed per day. */
const maxDifferences = 5;

/**
 * Invariant I5: every row of every built day equals PostgreSQL's, version included. One sentence per difference, empty
 * when they agree. Only meaningful while the outbox is empty and nothing is being stored; else see read-model-proof.ts.
 */
export async function readModelDifferences(model: ReadModel, reader: RollupReader): Promise<string[]> {
  const differences: string[] = [];
  for (const day of await model.builtDays()) differences.push(...(await dayDifferences(model, reader, day)));
  return differences;
}

async function dayDifferences(model: ReadModel, reader: RollupReader, day: BusinessDay): Promise<string[]> {
  const [stored, theaterMovies, theaterQuarters, minutes, days] = await Promise.all([
    reader.dayRows(day),
    model.theaterMovies(day),
    model.theaterQuarters(day),
    model.minutes(day),
    model.days(day),
  ]);
  // Pushed out since `builtDays`: then it answers nothing that could be wrong.
  if (!theaterMovies || !theaterQuarters || !minutes || !days) return [];
  const held = labelledRows({
    theaterMovies: theaterMovies.rows,
    theaterQuarters: theaterQuarters.rows,
    minutes: minutes.rows,
    days: days.rows,
  });
  const found: string[] = [];
  for (const [name, row] of labelledRows(stored)) {
    const difference = rowDifference(name, row, held.get(name));
    held.delete(name);
    if (difference !== null) found.push(difference);
  }
  for (const name of held.keys()) found.push(`${name} is not in PostgreSQL.`);
  return listed(day, found);
}

/** All rows of a day by what they are of. */
export function labelledRows(rows: RollupRows): Map<string, CheckedRow> {
  const labelled = new Map<string, CheckedRow>();
  for (const row of rows.theaterMovies) labelled.set(`theatre ${row.theaterId}, movie ${row.movieId}`, row);
  for (const row of rows.theaterQuarters) labelled.set(`theatre ${row.theaterId}, quarter ${instant(row.at)}`, row);
  for (const row of rows.minutes) labelled.set(`partition ${row.partition}, minute ${instant(row.at)}`, row);
  for (const row of rows.days) labelled.set(`partition ${row.partition}, whole day`, row);
  return labelled;
}

/** What is wrong with a row as the read model holds it; null when it is PostgreSQL's. */
export function rowDifference(name: string, row: CheckedRow, held: CheckedRow | undefined): string | null {
  if (!held) return `${name} is missing.`;
  if (!sameMeasures(row.measures, held.measures))
    return `${name} has ${inWords(held.measures)}; PostgreSQL has ${inWords(row.measures)}.`;
  return row.version === held.version ? null : `${name} is at version ${held.version}, PostgreSQL at ${row.version}.`;
}

/** The first of a day's differences as sentences, and how many more there are. */
export function listed(day: BusinessDay, found: readonly string[]): string[] {
  const first = found.slice(0, maxDifferences).map((difference) => `Read model, ${day}: ${difference}`);
  return found.length > maxDifferences
    ? [...first, `Read model, ${day}: ${found.length - maxDifferences} more.`]
    : first;
}

function inWords({ grossCents, refundCents, sales, refunds, admits }: Measures): string {
  return `${grossCents} cents gross, ${refundCents} cents refunded, ${sales} sales, ${refunds} refunds, ${admits} admits`;
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
