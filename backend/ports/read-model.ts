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
 * Build protocol: `beginBuild(day)`, read the day's rows from PostgreSQL, `apply(rows)`, `endBuild(day)`.
 */
export interface ReadModel {
  apply(rows: RollupRows): Promise<void>;
  beginBuild(day: BusinessDay): Promise<void>;
  endBuild(day: BusinessDay): Promise<void>;
  builtDays(): Promise<readonly BusinessDay[]>;
  /** undefined = the day is not built; ask PostgreSQL. `version` = sum of the day rows' versions, read together with the rows. */
  theaterMovies(day: BusinessDay): Promise<Versioned<readonly TheaterMovieRollup[]> | undefined>;
  theaterQuarters(day: BusinessDay): Promise<Versioned<readonly TheaterQuarterRollup[]> | undefined>;
  minutes(day: BusinessDay): Promise<Versioned<readonly MinuteRollup[]> | undefined>;
  days(day: BusinessDay): Promise<Versioned<readonly DayRollup[]> | undefined>;
  /** Forgets everything (before a rebuild, or after the model proved wrong). */
  clear(): Promise<void>;
}

export interface Versioned<T> {
  readonly rows: T;
  readonly version: number;
}
