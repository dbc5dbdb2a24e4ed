import type { QuestionName, QuestionParams } from '../domain/question.ts';

/** One text per question: the same for parameters given in another order or left undefined. */
export function questionKey<N extends QuestionName>(name: N, params: QuestionParams<N>): string {
  const given = Object.entries(params)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${name} ${JSON.stringify(given)}`;
}
