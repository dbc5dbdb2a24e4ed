import type { Measures } from '../domain/measures.ts';
import { decimalAmount } from '../domain/money.ts';
import type { QuestionName, QuestionValue } from '../domain/question.ts';

/** Most differences listed; the rest is counted. */
const maxDifferences = 20;

/** One figure of a row: `cents` are written as money. */
interface Figure {
  readonly name: string;
  readonly value: string | number | bigint | null;
  readonly cents?: boolean;
}

interface Row {
  /** What the row is about, in words; equal for the same row of both answers. */
  readonly label: string;
  readonly figures: readonly Figure[];
}

/**
 * What differs between two answers to the same question, one sentence per figure, rows matched by what they are about:
 * empty when the answers are equal, order included.
 */
export function differencesOf(name: QuestionName, sql: unknown, materialized: unknown, currency: string): string[] {
  const left = rowsOf(name, sql);
  const right = rowsOf(name, materialized);
  const rightByLabel = new Map(right.map((row) => [row.label, row]));
  const leftLabels = new Set(left.map((row) => row.label));
  const found: string[] = [];
  for (const row of left) {
    const other = rightByLabel.get(row.label);
    if (other) found.push(...differentFigures(row, other, currency));
    else found.push(`${row.label} is missing in materialized.`);
  }
  for (const row of right) if (!leftLabels.has(row.label)) found.push(`${row.label} is missing in sql.`);
  if (found.length === 0) {
    const at = left.findIndex((row, index) => row.label !== right[index]?.label);
    if (at >= 0) {
      found.push(`Row ${at + 1} is ${left[at]?.label} in sql and ${right[at]?.label} in materialized.`);
    }
  }
  const more = found.length - maxDifferences;
  return more > 0 ? [...found.slice(0, maxDifferences), `And ${more} more.`] : found;
}

function differentFigures(sql: Row, materialized: Row, currency: string): string[] {
  const found: string[] = [];
  for (const [index, figure] of sql.figures.entries()) {
    const other = materialized.figures[index];
    if (other === undefined || figure.value === other.value) continue;
    const values = `${inWords(figure, currency)} in sql, ${inWords(other, currency)} in materialized`;
    found.push(`${sql.label}: ${figure.name} ${values}${byHowMuch(figure, other, currency)}.`);
  }
  return found;
}

function byHowMuch(sql: Figure, materialized: Figure, currency: string): string {
  if (typeof sql.value === 'string' || typeof materialized.value === 'string') return '';
  if (sql.value === null || materialized.value === null) return '';
  const by = BigInt(materialized.value) - BigInt(sql.value);
  const size = inWords({ ...sql, value: by < 0n ? -by : by }, currency);
  return ` (${size} ${by < 0n ? 'less' : 'more'})`;
}

function inWords({ cents, value }: Figure, currency: string): string {
  return cents && typeof value === 'bigint' ? decimalAmount(value, currency) : String(value);
}

function rowsOf<N extends QuestionName>(name: N, value: unknown): Row[] {
  const readers: { [Q in QuestionName]: (value: QuestionValue<Q>) => Row[] } = {
    theaters: (theaters) =>
      theaters.map(({ id, ...facts }) => ({
        label: `theatre ${id}`,
        figures: Object.entries(facts).map(([fact, of]) => ({ name: fact, value: of })),
      })),
    theaterMovies: (rows) => rows.map((row) => ({ label: `movie ${row.movieId}`, figures: figuresOf(row.measures) })),
    topTheater: ({ leaders, runnerUp }) => [
      ...leaders.map((row) => theaterRow('leader, theatre', row)),
      ...(runnerUp ? [theaterRow('runner-up, theatre', runnerUp)] : []),
    ],
    theaterLeaderboard: (rows) => rows.map((row) => theaterRow('theatre', row)),
    movieLeaderboard: (rows) =>
      rows.map((row) => ({
        label: `movie ${row.movieId}`,
        figures: [
          { name: 'rank', value: row.rank },
          { name: 'theatres', value: row.theaters },
          ...figuresOf(row.measures),
        ],
      })),
    summary: (measures) => [{ label: 'the day', figures: figuresOf(measures) }],
    series: (points) => points.map((point) => pointRow('', point)),
    theaterHours: (theaters) =>
      theaters.flatMap(({ theaterId, hours }) => hours.map((point) => pointRow(`theatre ${theaterId}, `, point))),
  };
  return readers[name](value as QuestionValue<N>);
}

function theaterRow(label: string, row: { rank: number; theaterId: number; measures: Measures }): Row {
  return {
    label: `${label} ${row.theaterId}`,
    figures: [{ name: 'rank', value: row.rank }, ...figuresOf(row.measures)],
  };
}

function pointRow(prefix: string, point: { at: number; measures: Measures }): Row {
  return { label: `${prefix}${new Date(point.at).toISOString()}`, figures: figuresOf(point.measures) };
}

function figuresOf(measures: Measures): Figure[] {
  return [
    { name: 'gross', value: measures.grossCents, cents: true },
    { name: 'refunded', value: measures.refundCents, cents: true },
    { name: 'sales', value: measures.sales },
    { name: 'refunds', value: measures.refunds },
    { name: 'admits', value: measures.admits },
  ];
}
