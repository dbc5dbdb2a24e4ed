import type { BusinessDay } from './rollup.ts';

export const channels = ['online', 'box_office', 'kiosk', 'partner'] as const;
export type Channel = (typeof channels)[number];

/** Why an event could not be counted. */
export const deadLetterReasons = [
  'bad_json',
  'bad_field',
  'unknown_theater',
  'unknown_movie',
  'wrong_currency',
  'sold_in_future',
  'refused_by_database',
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];

/** A valid event, decoded, with its business day: a row of `sale`. Amounts and tickets as given (a refund's are positive). */
export interface TicketSale {
  readonly id: string;
  /** 1 sale, -1 refund: a sum is `kind * amountCents`. */
  readonly kind: 1 | -1;
  readonly refundOf: string | null;
  readonly theaterId: number;
  readonly movieId: number;
  /** Epoch ms. */
  readonly showtime: number;
  readonly channel: Channel;
  readonly tickets: number;
  readonly amountCents: number;
  readonly currency: string;
  /** Epoch ms. */
  readonly soldAt: number;
  readonly businessDay: BusinessDay;
}

/** A stored sale as lists show it, with where it came from in the log. */
export interface SaleLine extends TicketSale {
  readonly partition: number;
  readonly offset: bigint;
}
