import type { Measures } from './measures.ts';
import type { BusinessDay } from './rollup.ts';

/** A theatre of the catalogue. `seats` is null when the house has not told; then occupancy is unknown. */
export interface Theater {
  readonly id: number;
  readonly name: string;
  readonly city: string;
  readonly screens: number;
  /** Seats of all screens together. */
  readonly seats: number | null;
  /** Showings per screen and day, for occupancy. */
  readonly showingsPerScreen: number;
}

export interface Movie {
  readonly id: number;
  readonly title: string;
}

/** A row of a leaderboard: gross descending, ties by id; equal gross shares the rank (1, 1, 3). */
export interface RankedTheater {
  readonly rank: number;
  readonly theaterId: number;
  readonly measures: Measures;
}

export interface RankedMovie {
  readonly rank: number;
  readonly movieId: number;
  readonly measures: Measures;
  /** How many theatres have at least one sale or refund of it that day. */
  readonly theaters: number;
}

/** A theatre's movie on a day, gross descending, ties by movie id. */
export interface TheaterMovie {
  readonly movieId: number;
  readonly measures: Measures;
}

/** All theatres that share the highest gross of the day (more than one is a tie), and the next one below. */
export interface TopTheater {
  readonly leaders: readonly RankedTheater[];
  readonly runnerUp: RankedTheater | null;
}

export const seriesBuckets = ['minute', 'quarter', 'hour'] as const;
export type SeriesBucket = (typeof seriesBuckets)[number];

/** One bucket with at least one sale or refund; buckets without any are left out. `at` is its start, epoch ms. */
export interface SeriesPoint {
  readonly at: number;
  readonly measures: Measures;
}

/** Gross by the hour for every theatre of a day: the tables' sparklines. */
export interface TheaterHours {
  readonly theaterId: number;
  readonly hours: readonly SeriesPoint[];
}

/**
 * The questions both query backends answer: name -> parameters and value. Leaderboards hold only theatres and movies
 * with a sale or refund that day. `theaterLeaderboard.before` (epoch ms, a multiple of a quarter hour) counts only
 * quarters that start earlier: "at this time of day". `series` by the minute exists for all theatres together only
 * (per theatre the finest bucket kept is the quarter hour). `hour` buckets start on the clock's hour of the business zone.
 */
export interface Questions {
  theaters: { params: Record<string, never>; value: readonly Theater[] };
  theaterMovies: { params: { theaterId: number; day: BusinessDay }; value: readonly TheaterMovie[] };
  topTheater: { params: { day: BusinessDay }; value: TopTheater };
  theaterLeaderboard: { params: { day: BusinessDay; before?: number }; value: readonly RankedTheater[] };
  movieLeaderboard: { params: { day: BusinessDay }; value: readonly RankedMovie[] };
  summary: { params: { day: BusinessDay }; value: Measures };
  series: { params: { day: BusinessDay; bucket: SeriesBucket; theaterId?: number }; value: readonly SeriesPoint[] };
  theaterHours: { params: { day: BusinessDay }; value: readonly TheaterHours[] };
}

export type QuestionName = keyof Questions;
export type QuestionParams<N extends QuestionName> = Questions[N]['params'];
export type QuestionValue<N extends QuestionName> = Questions[N]['value'];

/** A question as data: what crosses the process boundary. */
export type Question = { [N in QuestionName]: { readonly name: N; readonly params: QuestionParams<N> } }[QuestionName];

export type BackendName = 'sql' | 'materialized';
export type AnswerSource = 'postgres' | 'cache' | 'read-model' | 'catalogue';

/** How fresh an answer is. */
export interface Watermark {
  /** Version of the day at which the value holds; only grows. 0 = nothing stored for the day. */
  readonly version: number;
  /** When that state was read, epoch ms. */
  readonly asOf: number;
}

export interface Answer<T> {
  readonly value: T;
  readonly backend: BackendName;
  readonly source: AnswerSource;
  readonly watermark: Watermark;
  /** Time to answer, in ms, with fractions. */
  readonly tookMs: number;
  /** Set when the chosen backend failed and the other one answered. */
  readonly fallback?: { readonly chosen: BackendName; readonly reason: string };
}

/** Two answers to one question, side by side. */
export type Verdict =
  | { readonly kind: 'equal' }
  | { readonly kind: 'differs'; readonly differences: readonly string[] }
  /** The two watermarks are not of the same version: a batch was on its way. */
  | { readonly kind: 'not-comparable'; readonly behind: BackendName; readonly versions: number }
  | { readonly kind: 'failed'; readonly backend: BackendName; readonly reason: string };

export interface Comparison {
  readonly question: Question;
  readonly sql: Answer<unknown> | null;
  readonly materialized: Answer<unknown> | null;
  readonly verdict: Verdict;
}
