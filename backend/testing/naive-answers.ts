import type { BusinessCalendar } from '../domain/business-day.ts';
import type { Measures } from '../domain/measures.ts';
import type { Question, QuestionName, QuestionValue, Theater } from '../domain/question.ts';
import type { TicketSale } from '../domain/ticket-sale.ts';

/**
 * Answers recomputed from the sales themselves, in the plainest way there is: what the backends are held against.
 * Shares no code with them.
 */
export function naiveAnswer<N extends QuestionName>(
  question: Extract<Question, { name: N }>,
  sales: readonly TicketSale[],
  context: { readonly calendar: BusinessCalendar; readonly theaters: readonly Theater[] },
): QuestionValue<N> {
  return answerOf(question, sales, context) as QuestionValue<N>;
}

function answerOf(
  question: Question,
  sales: readonly TicketSale[],
  { calendar, theaters }: { readonly calendar: BusinessCalendar; readonly theaters: readonly Theater[] },
): unknown {
  if (question.name === 'theaters') return theaters;
  const ofDay = sales.filter((sale) => sale.businessDay === question.params.day);
  const hourOf = (sale: TicketSale) => calendar.hourStart(quarterOf(sale));
  switch (question.name) {
    case 'theaterMovies': {
      const { theaterId } = question.params;
      return leaderboard(
        ofDay.filter((sale) => sale.theaterId === theaterId),
        (sale) => sale.movieId,
      ).map(({ id, measures }) => ({ movieId: id, measures }));
    }
    case 'topTheater': {
      const all = leaderboard(ofDay, (sale) => sale.theaterId).map(asTheater);
      return { leaders: all.filter((row) => row.rank === 1), runnerUp: all.find((row) => row.rank > 1) ?? null };
    }
    case 'theaterLeaderboard': {
      const { before } = question.params;
      const counted = before === undefined ? ofDay : ofDay.filter((sale) => quarterOf(sale) < before);
      return leaderboard(counted, (sale) => sale.theaterId).map(asTheater);
    }
    case 'movieLeaderboard':
      return leaderboard(ofDay, (sale) => sale.movieId).map(({ rank, id, measures }) => ({
        rank,
        movieId: id,
        measures,
        theaters: new Set(ofDay.filter((sale) => sale.movieId === id).map((sale) => sale.theaterId)).size,
      }));
    case 'summary':
      return measuresOf(ofDay);
    case 'series': {
      const { bucket, theaterId } = question.params;
      const counted = theaterId === undefined ? ofDay : ofDay.filter((sale) => sale.theaterId === theaterId);
      return points(counted, bucket === 'minute' ? minuteOf : bucket === 'quarter' ? quarterOf : hourOf);
    }
    case 'theaterHours':
      return [...new Set(ofDay.map((sale) => sale.theaterId))]
        .sort((a, b) => a - b)
        .map((theaterId) => ({
          theaterId,
          hours: points(
            ofDay.filter((sale) => sale.theaterId === theaterId),
            hourOf,
          ),
        }));
  }
}

/** Sum of the sales given. */
export function measuresOf(sales: readonly TicketSale[]): Measures {
  const cents = (of: readonly TicketSale[]) => of.reduce((sum, sale) => sum + BigInt(sale.amountCents), 0n);
  const sold = sales.filter((sale) => sale.kind === 1);
  const refunded = sales.filter((sale) => sale.kind === -1);
  return {
    grossCents: cents(sold) - cents(refunded),
    refundCents: cents(refunded),
    sales: sold.length,
    refunds: refunded.length,
    admits: sales.reduce((sum, sale) => sum + sale.kind * sale.tickets, 0),
  };
}

function leaderboard(
  sales: readonly TicketSale[],
  key: (sale: TicketSale) => number,
): { rank: number; id: number; measures: Measures }[] {
  const rows = [...new Set(sales.map(key))].map((id) => ({
    id,
    measures: measuresOf(sales.filter((sale) => key(sale) === id)),
  }));
  return rows
    .map((row) => ({
      rank: 1 + rows.filter((other) => other.measures.grossCents > row.measures.grossCents).length,
      ...row,
    }))
    .sort((a, b) => a.rank - b.rank || a.id - b.id);
}

function asTheater({ rank, id, measures }: { rank: number; id: number; measures: Measures }) {
  return { rank, theaterId: id, measures };
}

function points(sales: readonly TicketSale[], bucket: (sale: TicketSale) => number) {
  return [...new Set(sales.map(bucket))]
    .sort((a, b) => a - b)
    .map((at) => ({ at, measures: measuresOf(sales.filter((sale) => bucket(sale) === at)) }));
}

function minuteOf(sale: TicketSale): number {
  return Math.floor(sale.soldAt / 60_000) * 60_000;
}

function quarterOf(sale: TicketSale): number {
  return Math.floor(sale.soldAt / 900_000) * 900_000;
}

/** Every question worth asking about a day. */
export function questionsOfDay(day: string, theaterIds: readonly number[], quarters: readonly number[]): Question[] {
  return [
    { name: 'theaters', params: {} },
    { name: 'topTheater', params: { day } },
    { name: 'theaterLeaderboard', params: { day } },
    { name: 'movieLeaderboard', params: { day } },
    { name: 'summary', params: { day } },
    { name: 'theaterHours', params: { day } },
    { name: 'series', params: { day, bucket: 'minute' } },
    { name: 'series', params: { day, bucket: 'quarter' } },
    { name: 'series', params: { day, bucket: 'hour' } },
    ...quarters.map((before): Question => ({ name: 'theaterLeaderboard', params: { day, before } })),
    ...theaterIds.flatMap((theaterId): Question[] => [
      { name: 'theaterMovies', params: { theaterId, day } },
      { name: 'series', params: { day, bucket: 'quarter', theaterId } },
      { name: 'series', params: { day, bucket: 'hour', theaterId } },
    ]),
  ];
}
