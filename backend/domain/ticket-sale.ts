import { z } from 'zod';
import type { BusinessCalendar } from './business-day.ts';
import type { Catalogue } from './catalogue.ts';
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

const instant = (description: string) => z.iso.datetime({ offset: true }).describe(description);
const identity = (description: string) => z.guid().describe(description);

const fields = {
  v: z.literal(1).describe('Version of this format.'),
  id: identity('Identity of the event, any UUID: the same id twice counts once.'),
  theaterId: z
    .int()
    .min(1)
    .max(2_147_483_647)
    .describe('Theatre of the catalogue; also the key of the message, as text.'),
  movieId: z.int().min(1).max(2_147_483_647).describe('Movie of the catalogue.'),
  showtime: instant('When the show begins.'),
  channel: z.enum(channels),
  tickets: z.int().min(1).max(1000).describe('Tickets sold, or given back by a refund.'),
  amountCents: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .describe(
      'Amount paid, or given back by a refund, in minor units of the currency (cents; whole yen); 0 is complimentary.',
    ),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('ISO 4217 code.'),
  soldAt: instant('When the ticket was sold or refunded; more than 24 hours in the future is refused.'),
};

// Fields not named here are accepted and ignored, so that producers may add their own.
const extensible = { additionalProperties: true };

/** The event as producers send it, the single definition: UTF-8 JSON, topic `ticket-sales`, key = theatre id as text. */
export const ticketSaleSchema = z
  .discriminatedUnion('type', [
    z.object({ ...fields, type: z.literal('sale'), refundOf: z.never().optional() }).meta(extensible),
    z
      .object({ ...fields, type: z.literal('refund'), refundOf: identity('Identity of the sale that is refunded.') })
      .meta(extensible),
  ])
  .meta({ title: 'Ticket sale', description: 'A ticket sale or refund as sent to the topic ticket-sales.' });
export type TicketSaleEvent = z.infer<typeof ticketSaleSchema>;

/** What a message turned out to be. `detail` says for a person what exactly was wrong. */
export type Decoded =
  | { readonly kind: 'sale'; readonly sale: TicketSale }
  | { readonly kind: 'dead'; readonly reason: DeadLetterReason; readonly detail: string };

/** Decodes a message's bytes; `now` in epoch ms. Never throws, whatever the bytes. */
export type Decoder = (value: Uint8Array, now: number) => Decoded;

const dayMs = 86_400_000;
/** Instants outside are a producer's error (seconds taken for ms, say), and far inside what PostgreSQL can hold. */
const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2200, 0, 1);

/** Makes the decoder for the console's calendar, catalogue and currency. */
export function createDecoder(console: {
  readonly calendar: BusinessCalendar;
  readonly catalogue: Catalogue;
  readonly currency: string;
}): Decoder {
  const { calendar, catalogue, currency } = console;
  const utf8 = new TextDecoder('utf-8', { fatal: true });

  return (value, now) => {
    let text: string;
    let json: unknown;
    try {
      text = utf8.decode(value);
      json = JSON.parse(text);
    } catch (error) {
      return dead('bad_json', error instanceof SyntaxError ? 'The text is not JSON.' : 'The bytes are not UTF-8.');
    }
    if (text.includes('\\u0000') && holdsNul(text)) return dead('bad_field', 'A text holds a NUL character.');

    const parsed = ticketSaleSchema.safeParse(json);
    if (!parsed.success) return dead('bad_field', describe(parsed.error));

    const event = parsed.data;
    const soldAt = Date.parse(event.soldAt);
    const showtime = Date.parse(event.showtime);
    if (!sane(soldAt)) return dead('bad_field', `soldAt: ${event.soldAt} is outside the years 2000 to 2199.`);
    if (!sane(showtime)) return dead('bad_field', `showtime: ${event.showtime} is outside the years 2000 to 2199.`);
    if (event.currency !== currency) {
      return dead('wrong_currency', `The currency is ${event.currency}; this console counts ${currency}.`);
    }
    if (!catalogue.theaterById.has(event.theaterId)) {
      return dead('unknown_theater', `There is no theatre ${event.theaterId}.`);
    }
    if (!catalogue.movieById.has(event.movieId)) return dead('unknown_movie', `There is no movie ${event.movieId}.`);
    if (soldAt > now + dayMs) return dead('sold_in_future', `Sold at ${event.soldAt}, more than 24 hours from now.`);

    return {
      kind: 'sale',
      sale: {
        // A UUID is the same in either case.
        id: event.id.toLowerCase(),
        kind: event.type === 'sale' ? 1 : -1,
        refundOf: event.type === 'refund' ? event.refundOf.toLowerCase() : null,
        theaterId: event.theaterId,
        movieId: event.movieId,
        showtime,
        channel: event.channel,
        tickets: event.tickets,
        // JSON knows -0.
        amountCents: event.amountCents + 0,
        currency: event.currency,
        soldAt,
        businessDay: calendar.dayOf(soldAt),
      },
    };
  };
}

const utf8Encoder = new TextEncoder();

/** The bytes of an event. */
export function encodeTicketSale(event: TicketSaleEvent): Uint8Array {
  return utf8Encoder.encode(JSON.stringify(event));
}

function dead(reason: DeadLetterReason, detail: string): Decoded {
  return { kind: 'dead', reason, detail };
}

function sane(ms: number): boolean {
  return ms >= earliest && ms < latest;
}

/** The first thing wrong, by field; never the value, which may be anything. */
function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The event does not have the right form.';
  const field = issue.path.join('.');
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return `${field === '' ? 'event' : field}: ${issue.message}${more}`;
}

/** Whether any name or text in the JSON holds NUL, which PostgreSQL text cannot; an escaped backslash before it is harmless. */
function holdsNul(text: string): boolean {
  let found = false;
  try {
    JSON.parse(text, (name, value: unknown) => {
      if (name.includes('\0') || (typeof value === 'string' && value.includes('\0'))) found = true;
      return value;
    });
  } catch {
    // The walk is recursive: nesting deep enough to exhaust the stack is refused as well.
    return true;
  }
  return found;
}
