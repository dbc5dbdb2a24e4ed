import type { LiveLeader } from '../domain/live.ts';
import type { Measures } from '../domain/measures.ts';
import type { SeriesPoint } from '../domain/question.ts';
import type { BusinessDay, DayRollup, RollupRows } from '../domain/rollup.ts';
import type { TicketSale } from '../domain/ticket-sale.ts';
import { Tally, tallyAt } from './tally.ts';

/** What is stored of a business day when its account is opened. */
export interface DaySeed {
  readonly day: BusinessDay;
  readonly totals: Measures;
  readonly byTheater: ReadonlyMap<number, Measures>;
  readonly byMovie: ReadonlyMap<number, Measures>;
  readonly minutes: readonly SeriesPoint[];
  /** Version of the day's row of each partition; the day's version is their sum. */
  readonly versions: ReadonlyMap<number, number>;
}

/** The account of one business day, kept by adding committed sales to what was stored when it was opened. */
export class DayAccount {
  readonly day: BusinessDay;
  readonly totals: Tally;
  readonly minutes = new Map<number, Tally>();
  readonly #byTheater = new Map<number, Tally>();
  readonly #byMovie = new Map<number, Tally>();
  readonly #versions: Map<number, number>;

  constructor(seed: DaySeed) {
    this.day = seed.day;
    this.totals = Tally.of(seed.totals);
    for (const [id, measures] of seed.byTheater) this.#byTheater.set(id, Tally.of(measures));
    for (const [id, measures] of seed.byMovie) this.#byMovie.set(id, Tally.of(measures));
    for (const { at, measures } of seed.minutes) this.minutes.set(at, Tally.of(measures));
    this.#versions = new Map(seed.versions);
  }

  /** Adds a sale of this day and returns its minute's tally. */
  add(sale: TicketSale, amount: bigint): Tally {
    this.totals.add(sale, amount);
    tallyAt(this.#byTheater, sale.theaterId).add(sale, amount);
    tallyAt(this.#byMovie, sale.movieId).add(sale, amount);
    const minute = tallyAt(this.minutes, Math.floor(sale.soldAt / 60_000) * 60_000);
    minute.add(sale, amount);
    return minute;
  }

  /** A partition's row of the day has reached a version. */
  reached(row: DayRollup): void {
    if (row.version > (this.#versions.get(row.partition) ?? 0)) this.#versions.set(row.partition, row.version);
  }

  version(): number {
    let version = 0;
    for (const of of this.#versions.values()) version += of;
    return version;
  }

  topTheaters(count: number): LiveLeader[] {
    return top(this.#byTheater, count);
  }

  topMovies(count: number): LiveLeader[] {
    return top(this.#byMovie, count);
  }
}

/** A day that has no sales yet. */
export function emptyDay(day: BusinessDay): DaySeed {
  return {
    day,
    totals: new Tally().measures(),
    byTheater: new Map(),
    byMovie: new Map(),
    minutes: [],
    versions: new Map(),
  };
}

/** A day as PostgreSQL's rollup rows have it. `rows` are all rows of `day` and no others. */
export function daySeedOf(day: BusinessDay, rows: RollupRows): DaySeed {
  const totals = new Tally();
  const byTheater = new Map<number, Tally>();
  const byMovie = new Map<number, Tally>();
  const minutes = new Map<number, Tally>();
  for (const row of rows.days) totals.addMeasures(row.measures);
  for (const row of rows.theaterMovies) {
    tallyAt(byTheater, row.theaterId).addMeasures(row.measures);
    tallyAt(byMovie, row.movieId).addMeasures(row.measures);
  }
  for (const row of rows.minutes) tallyAt(minutes, row.at).addMeasures(row.measures);
  const measured = (tallies: Map<number, Tally>) => new Map([...tallies].map(([id, tally]) => [id, tally.measures()]));
  return {
    day,
    totals: totals.measures(),
    byTheater: measured(byTheater),
    byMovie: measured(byMovie),
    minutes: [...minutes].map(([at, tally]) => ({ at, measures: tally.measures() })),
    versions: new Map(rows.days.map((row) => [row.partition, row.version])),
  };
}

function top(tallies: ReadonlyMap<number, Tally>, count: number): LiveLeader[] {
  return [...tallies]
    .sort(([idA, a], [idB, b]) => (a.grossCents === b.grossCents ? idA - idB : a.grossCents > b.grossCents ? -1 : 1))
    .slice(0, count)
    .map(([id, tally]) => ({ id, grossCents: tally.grossCents, admits: tally.admits }));
}
