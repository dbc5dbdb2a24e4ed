import type { BusinessCalendar } from '../domain/business-day.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';

/** A stored sale for tests: number `index` decides id and offset, the business day follows from the instant of sale. */
export function saleLine(
  index: number,
  facts: Partial<Omit<SaleLine, 'id' | 'offset' | 'businessDay'>> & Pick<SaleLine, 'soldAt'>,
  calendar: BusinessCalendar,
): SaleLine {
  return {
    id: uuidOf(index),
    kind: 1,
    refundOf: facts.kind === -1 ? uuidOf(index + 1_000_000_000) : null,
    theaterId: 1,
    movieId: 1,
    showtime: facts.soldAt + 3_600_000,
    channel: 'online',
    tickets: 1,
    amountCents: 1000,
    currency: 'USD',
    partition: 0,
    ...facts,
    businessDay: calendar.dayOf(facts.soldAt),
    offset: BigInt(index),
  };
}

/** A UUID (version 7 in form) for a number. */
export function uuidOf(index: number): string {
  return `0198c5f2-6f0e-7c3a-9d11-${index.toString(16).padStart(12, '0')}`;
}
