import type { Measures } from './measures.ts';

/** A business day as `YYYY-MM-DD` in the business time zone, after the cut-over hour. */
export type BusinessDay = string;

/**
 * The four rollups. Each row carries the absolute total and a `version` that only grows, so a row may be
 * delivered twice or out of order and the newest still wins. `minute` and `day` rows are kept per partition so that
 * two partitions' transactions never wait for the same row; readers add them up.
 */
export interface TheaterMovieRollup {
  readonly day: BusinessDay;
  readonly theaterId: number;
  readonly movieId: number;
  readonly measures: Measures;
  readonly version: number;
}

export interface TheaterQuarterRollup {
  readonly day: BusinessDay;
  readonly theaterId: number;
  /** Start of the quarter hour, epoch ms, aligned to 900,000 (every zone's offset is a multiple of 15 minutes). */
  readonly at: number;
  readonly measures: Measures;
  readonly version: number;
}

export interface MinuteRollup {
  readonly day: BusinessDay;
  readonly partition: number;
  /** Start of the minute, epoch ms. */
  readonly at: number;
  readonly measures: Measures;
  readonly version: number;
}

export interface DayRollup {
  readonly day: BusinessDay;
  readonly partition: number;
  readonly measures: Measures;
  readonly version: number;
}

/** Rollup rows with their new absolute totals: what one committed batch changed, or all of a day when it is built. */
export interface RollupRows {
  readonly theaterMovies: readonly TheaterMovieRollup[];
  readonly theaterQuarters: readonly TheaterQuarterRollup[];
  readonly minutes: readonly MinuteRollup[];
  readonly days: readonly DayRollup[];
}
