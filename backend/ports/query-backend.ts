import type { Answer, BackendName, QuestionName, QuestionParams, QuestionValue } from '../domain/question.ts';

/** Answers every question of the domain. Errors: `AppError` with code `bad_question`, `not_available`. */
export interface QueryBackend {
  readonly name: BackendName;
  answer<N extends QuestionName>(name: N, params: QuestionParams<N>): Promise<Answer<QuestionValue<N>>>;
}
