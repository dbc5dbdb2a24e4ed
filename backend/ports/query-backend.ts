import type { Answer, BackendName, QuestionName, QuestionParams, QuestionValue } from '../domain/question.ts';
import type { BusinessDay } from '../domain/rollup.ts';

/** Answers every question of the domain. Errors: `AppError` with code `bad_question`, `not_available`. */
export interface QueryBackend {
  readonly name: BackendName;
  answer<N extends QuestionName>(name: N, params: QuestionParams<N>): Promise<Answer<QuestionValue<N>>>;
  /**
   * The version that an answer about the day would have now, where that is cheaper to tell than the answer itself; null
   * when it has to be asked. One backend gives the same value to the same question at the same version of its day.
   * Errors: `AppError` not_available.
   */
  versionOf?(day: BusinessDay): Promise<number | null>;
}
