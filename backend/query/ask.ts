import type { Answer, Question, QuestionName, QuestionParams } from '../domain/question.ts';
import type { QueryBackend } from '../ports/query-backend.ts';

/** Puts a question that came as data. A question's parameters belong to its name, which TypeScript cannot see here. */
export function ask(backend: Pick<QueryBackend, 'answer'>, question: Question): Promise<Answer<unknown>> {
  return backend.answer<QuestionName>(question.name, question.params as QuestionParams<QuestionName>);
}
