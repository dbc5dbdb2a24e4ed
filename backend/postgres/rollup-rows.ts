import type { Measures } from '../domain/measures.ts';
import type {
  DayRollup,
  MinuteRollup,
  RollupRows,
  TheaterMovieRollup,
  TheaterQuarterRollup,
} from '../domain/rollup.ts';

/** A row as both `applyBatch` and the reader's `dayRows` answer it, in wire text: see `RollupRowReader`. */
export type WireRow = readonly (string | null)[];

const noRollupRows: RollupRows = { theaterMovies: [], theaterQuarters: [], minutes: [], days: [] };

/** Column order: part, business day, theatre, movie, instant, gross, refund, sales, refunds, admits, version, partition. */
function measuresOf(row: WireRow): Measures {
  return {
    grossCents: BigInt(text(row, 5)),
    refundCents: BigInt(text(row, 6)),
    sales: Number(row[7]),
    refunds: Number(row[8]),
    admits: Number(row[9]),
  };
}

function text(row: WireRow, column: number): string {
  const value = row[column];
  if (value === null || value === undefined) throw new TypeError(`rollup row without column ${column}`);
  return value;
}

/** Sorts tagged rows (part 1 to 4) into the four rollups; other parts are left to the caller. */
export class RollupRowCollector {
  readonly #theaterMovies: TheaterMovieRollup[] = [];
  readonly #theaterQuarters: TheaterQuarterRollup[] = [];
  readonly #minutes: MinuteRollup[] = [];
  readonly #days: DayRollup[] = [];

  /** @returns whether the row was one of a rollup */
  add(row: WireRow): boolean {
    switch (row[0]) {
      case '1':
        this.#theaterMovies.push({
          day: text(row, 1),
          theaterId: Number(row[2]),
          movieId: Number(row[3]),
          measures: measuresOf(row),
          version: Number(row[10]),
        });
        return true;
      case '2':
        this.#theaterQuarters.push({
          day: text(row, 1),
          theaterId: Number(row[2]),
          at: Number(row[4]),
          measures: measuresOf(row),
          version: Number(row[10]),
        });
        return true;
      case '3':
        this.#minutes.push({
          day: text(row, 1),
          partition: Number(row[11]),
          at: Number(row[4]),
          measures: measuresOf(row),
          version: Number(row[10]),
        });
        return true;
      case '4':
        this.#days.push({
          day: text(row, 1),
          partition: Number(row[11]),
          measures: measuresOf(row),
          version: Number(row[10]),
        });
        return true;
      default:
        return false;
    }
  }

  rows(): RollupRows {
    return {
      theaterMovies: this.#theaterMovies,
      theaterQuarters: this.#theaterQuarters,
      minutes: this.#minutes,
      days: this.#days,
    };
  }
}

function newest<T extends { readonly version: number }>(
  pieces: readonly (readonly T[])[],
  key: (row: T) => string,
): T[] {
  const rows = new Map<string, T>();
  for (const piece of pieces) {
    for (const row of piece) {
      const held = rows.get(key(row));
      if (!held || held.version < row.version) rows.set(key(row), row);
    }
  }
  return [...rows.values()];
}

/** The newest row of each key out of several sets of changes. */
export function mergeRollupRows(pieces: readonly RollupRows[]): RollupRows {
  const [only] = pieces;
  if (pieces.length <= 1) return only ?? noRollupRows;
  return {
    theaterMovies: newest(
      pieces.map((piece) => piece.theaterMovies),
      (row) => `${row.day} ${row.theaterId} ${row.movieId}`,
    ),
    theaterQuarters: newest(
      pieces.map((piece) => piece.theaterQuarters),
      (row) => `${row.day} ${row.theaterId} ${row.at}`,
    ),
    minutes: newest(
      pieces.map((piece) => piece.minutes),
      (row) => `${row.day} ${row.at} ${row.partition}`,
    ),
    days: newest(
      pieces.map((piece) => piece.days),
      (row) => `${row.day} ${row.partition}`,
    ),
  };
}
