import { addMeasures, type Measures, noMeasures } from '../domain/measures.ts';
import type {
  RankedMovie,
  RankedTheater,
  SeriesPoint,
  TheaterHours,
  TheaterMovie,
  TopTheater,
} from '../domain/question.ts';
import type { DayRollup, MinuteRollup, TheaterMovieRollup, TheaterQuarterRollup } from '../domain/rollup.ts';

/*
 * Answers computed from rollup rows in TypeScript. The sql backend computes the same in SQL; the two share nothing,
 * which is what makes comparing them a proof.
 */

/** A theatre's movies of the day, gross descending, ties by movie id. */
export function theaterMoviesOf(rows: readonly TheaterMovieRollup[], theaterId: number): TheaterMovie[] {
  const own = rows.filter((row) => row.theaterId === theaterId);
  return byGross(sumBy(own, (row) => row.movieId)).map(([movieId, measures]) => ({ movieId, measures }));
}

/** Theatres by gross over the rows given (of movies, or of quarter hours). */
export function theaterLeaderboardOf(
  rows: readonly { readonly theaterId: number; readonly measures: Measures }[],
): RankedTheater[] {
  return ranked(sumBy(rows, (row) => row.theaterId)).map(({ rank, id, measures }) => ({
    rank,
    theaterId: id,
    measures,
  }));
}

/** Movies by gross, with the number of theatres that had any activity for them. */
export function movieLeaderboardOf(rows: readonly TheaterMovieRollup[]): RankedMovie[] {
  const theaters = new Map<number, Set<number>>();
  for (const row of rows) {
    if (!isActive(row.measures)) continue;
    const of = theaters.get(row.movieId) ?? new Set();
    theaters.set(row.movieId, of.add(row.theaterId));
  }
  return ranked(sumBy(rows, (row) => row.movieId)).map(({ rank, id, measures }) => ({
    rank,
    movieId: id,
    measures,
    theaters: theaters.get(id)?.size ?? 0,
  }));
}

/** All theatres at the top of a leaderboard, and the next below. */
export function topTheaterOf(leaderboard: readonly RankedTheater[]): TopTheater {
  const leaders = leaderboard.filter((row) => row.rank === 1);
  return { leaders, runnerUp: leaderboard[leaders.length] ?? null };
}

/** The sum of the day's rows. */
export function summaryOf(rows: readonly DayRollup[]): Measures {
  return rows.reduce((sum, row) => addMeasures(sum, row.measures), noMeasures);
}

/** Buckets in the order of time; `start` gives the bucket that an instant belongs to. */
export function seriesOf(
  rows: readonly (MinuteRollup | TheaterQuarterRollup)[],
  start: (at: number) => number,
): SeriesPoint[] {
  return [...sumBy(rows, (row) => start(row.at))].sort(([a], [b]) => a - b).map(([at, measures]) => ({ at, measures }));
}

/** Each theatre's hours, theatres by id. `hourStart` is the start of an instant's hour on the business zone's clock. */
export function theaterHoursOf(
  rows: readonly TheaterQuarterRollup[],
  hourStart: (at: number) => number,
): TheaterHours[] {
  const byTheater = new Map<number, TheaterQuarterRollup[]>();
  for (const row of rows) {
    if (!isActive(row.measures)) continue;
    const of = byTheater.get(row.theaterId);
    if (of) of.push(row);
    else byTheater.set(row.theaterId, [row]);
  }
  return [...byTheater]
    .sort(([a], [b]) => a - b)
    .map(([theaterId, own]) => ({ theaterId, hours: seriesOf(own, hourStart) }));
}

function isActive(measures: Measures): boolean {
  return measures.sales > 0 || measures.refunds > 0;
}

/** Sums by key; keys without a sale or refund are left out. */
function sumBy<R extends { readonly measures: Measures }>(
  rows: readonly R[],
  key: (row: R) => number,
): Map<number, Measures> {
  const sums = new Map<number, Measures>();
  for (const row of rows) {
    if (!isActive(row.measures)) continue;
    const at = key(row);
    const held = sums.get(at);
    sums.set(at, held ? addMeasures(held, row.measures) : row.measures);
  }
  return sums;
}

function byGross(sums: ReadonlyMap<number, Measures>): [number, Measures][] {
  return [...sums].sort(([idA, a], [idB, b]) =>
    a.grossCents === b.grossCents ? idA - idB : a.grossCents > b.grossCents ? -1 : 1,
  );
}

/** Equal gross shares the rank, and the next rank skips as many: 1, 1, 3. */
function ranked(sums: ReadonlyMap<number, Measures>): { rank: number; id: number; measures: Measures }[] {
  const rows: { rank: number; id: number; measures: Measures }[] = [];
  for (const [index, [id, measures]] of byGross(sums).entries()) {
    const above = rows[index - 1];
    const rank = above && above.measures.grossCents === measures.grossCents ? above.rank : index + 1;
    rows.push({ rank, id, measures });
  }
  return rows;
}
