/** Answers of the domain as they are told over HTTP: cents as integers, instants as ISO 8601. */
import type { Measures } from '../domain/measures.ts';
import type { QuestionName, QuestionValue, SeriesPoint } from '../domain/question.ts';

/**
 * Exact whatever the size: a number up to 2^53 - 1 on either side of zero, decimal text beyond, because readers that hold
 * JSON numbers as doubles would round it without a word.
 */
export function centsOnWire(cents: bigint): number | string {
  const number = Number(cents);
  return Number.isSafeInteger(number) ? number : cents.toString();
}

const measuresOf = ({ grossCents, refundCents, sales, refunds, admits }: Measures) => ({
  grossCents: centsOnWire(grossCents),
  refundCents: centsOnWire(refundCents),
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
