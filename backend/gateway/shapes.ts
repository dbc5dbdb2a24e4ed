/** Answers of the domain as they are told over HTTP: cents as numbers, instants as ISO 8601. */
import type { Measures } from '../domain/measures.ts';
import type { QuestionName, QuestionValue, SeriesPoint } from '../domain/question.ts';
import { AppError } from '../lib/app-error.ts';

/** JSON numbers are doubles for most readers. Errors: `AppError` internal above 90 trillion of the currency. */
export function centsAsNumber(cents: bigint): number {
  const number = Number(cents);
  if (Number.isSafeInteger(number)) return number;
  throw new AppError('internal', `${cents} cents are more than a JSON number holds exactly.`);
}

const measuresOf = ({ grossCents, refundCents, sales, refunds, admits }: Measures) => ({
  grossCents: centsAsNumber(grossCents),
  refundCents: centsAsNumber(refundCents),
  sales,
  refunds,
  admits,
});

const flat = <T extends { readonly measures: Measures }>({ measures, ...rest }: T) => ({
  ...rest,
  ...measuresOf(measures),
});
const pointOf = ({ at, measures }: SeriesPoint) => ({ at: new Date(at).toISOString(), ...measuresOf(measures) });

export const shapes: { readonly [N in QuestionName]: (value: QuestionValue<N>) => unknown } = {
  theaters: (theaters) => theaters,
  theaterMovies: (movies) => movies.map(flat),
  topTheater: ({ leaders, runnerUp }) => ({
    leaders: leaders.map(flat),
    runnerUp: runnerUp === null ? null : flat(runnerUp),
  }),
  theaterLeaderboard: (rows) => rows.map(flat),
  movieLeaderboard: (rows) => rows.map(flat),
  summary: measuresOf,
  series: (points) => points.map(pointOf),
  theaterHours: (rows) => rows.map(({ theaterId, hours }) => ({ theaterId, hours: hours.map(pointOf) })),
};
