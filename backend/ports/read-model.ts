import type {
  BusinessDay,
  DayRollup,
  MinuteRollup,
  RollupRows,
  TheaterMovieRollup,
  TheaterQuarterRollup,
} from '../domain/rollup.ts';

/**
 * The read model: rollup rows by day, written absolute and versioned (an older version than the one held is ignored).
 * A day is *built* once all its rows were loaded. Rows for a day that is neither built nor being built are dropped:
 * the build will read them from PostgreSQL.
 * Build protocol: `build = beginBuild(day)`, read the day's rows from PostgreSQL, `apply(rows)`, `endBuild(day, build)`.
 * Several may build a day at once. A day that was lost in between (cleared, pushed out, evicted) stays unbuilt.
 */
export interface ReadModel {
  apply(rows: RollupRows): Promise<void>;
  /** A day that is held keeps its rows, and answers while it is built again; `afresh` drops them first. */
  beginBuild(day: BusinessDay, options?: { readonly afresh: boolean }): Promise<BuildToken>;
  endBuild(day: BusinessDay, build: BuildToken): Promise<void>;
  builtDays(): Promise<readonly BusinessDay[]>;
  /** undefined = the day is not built; ask PostgreSQL. `version` = sum of the day rows' versions, read together with the rows. */
  theaterMovies(day: BusinessDay): Promise<Versioned<readonly TheaterMovieRollup[]> | undefined>;
  theaterQuarters(day: BusinessDay): Promise<Versioned<readonly TheaterQuarterRollup[]> | undefined>;
  minutes(day: BusinessDay): Promise<Versioned<readonly MinuteRollup[]> | undefined>;
  days(day: BusinessDay): Promise<Versioned<readonly DayRollup[]> | undefined>;
  /** Forgets everything (before a rebuild, or after the model proved wrong). */
  clear(): Promise<void>;
}

/** Which holding of the day a build has filled: its end counts only while that one is still there. */
export type BuildToken = string;

export interface Versioned<T> {
  readonly rows: T;
  readonly version: number;
}
