import { type Measures, sameMeasures } from '../domain/measures.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';

interface CheckedRow {
  readonly measures: Measures;
  readonly version: number;
}

/** Most differences listed per day. */
const maxDifferences = 5;

/**
 * Invariant I5: every row of every built day equals PostgreSQL's, version included. One sentence per difference, empty
 * when they agree. Only meaningful while the outbox is empty and nothing is being stored.
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
  const found = [
    ...compareRows(stored.theaterMovies, theaterMovies.rows, (row) => `theatre ${row.theaterId}, movie ${row.movieId}`),
    ...compareRows(
      stored.theaterQuarters,
      theaterQuarters.rows,
      (row) => `theatre ${row.theaterId}, quarter ${instant(row.at)}`,
    ),
    ...compareRows(stored.minutes, minutes.rows, (row) => `partition ${row.partition}, minute ${instant(row.at)}`),
    ...compareRows(stored.days, days.rows, (row) => `partition ${row.partition}, whole day`),
  ];
  const listed = found.slice(0, maxDifferences).map((difference) => `Read model, ${day}: ${difference}`);
  return found.length > maxDifferences
    ? [...listed, `Read model, ${day}: ${found.length - maxDifferences} more.`]
    : listed;
}

function compareRows<R extends CheckedRow>(
  stored: readonly R[],
  held: readonly R[],
  label: (row: R) => string,
): string[] {
  const heldByLabel = new Map(held.map((row) => [label(row), row]));
  const found: string[] = [];
  for (const row of stored) {
    const name = label(row);
    const other = heldByLabel.get(name);
    heldByLabel.delete(name);
    if (!other) found.push(`${name} is missing.`);
    else if (!sameMeasures(row.measures, other.measures)) {
      found.push(`${name} has ${inWords(other.measures)}; PostgreSQL has ${inWords(row.measures)}.`);
    } else if (row.version !== other.version) {
      found.push(`${name} is at version ${other.version}, PostgreSQL at ${row.version}.`);
    }
  }
  for (const name of heldByLabel.keys()) found.push(`${name} is not in PostgreSQL.`);
  return found;
}

function inWords({ grossCents, refundCents, sales, refunds, admits }: Measures): string {
  return `${grossCents} cents gross, ${refundCents} cents refunded, ${sales} sales, ${refunds} refunds, ${admits} admits`;
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
