import type { QuestionName, QuestionParams, QuestionValue } from '../domain/question.ts';
import type { BusinessDay, RollupRows } from '../domain/rollup.ts';

/** What the query side needs of PostgreSQL: answers computed in SQL, and a day's rows for building the read model. */
export interface RollupReader {
  /** Answers one question in SQL over the rollups, with the day's version from the same snapshot (0 when it has none). */
  answer<N extends Exclude<QuestionName, 'theaters'>>(
    name: N,
    params: QuestionParams<N>,
  ): Promise<{ readonly value: QuestionValue<N>; readonly version: number }>;
  /** All rollup rows of a day, in one snapshot. */
  dayRows(day: BusinessDay): Promise<RollupRows>;
  /** Days with at least one rollup row, ascending. */
  days(): Promise<readonly BusinessDay[]>;
}
