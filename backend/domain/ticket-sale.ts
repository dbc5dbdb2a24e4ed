import { z } from 'zod';
import type { BusinessCalendar } from './business-day.ts';
import type { Catalogue } from './catalogue.ts';
import { inexactField } from './exact-json.ts';
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
    z
      .object({ ...fields, type: z.literal('sale'), refundOf: z.null().optional().describe('Absent, or null.') })
      .meta(extensible),
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
/** Far above any event with fields of its own; what is larger would hold up the event loop. */
const maxEventBytes = 1_048_576;
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
    if (value.byteLength > maxEventBytes) {
      return dead('bad_field', `The message has ${value.byteLength} bytes; an event has at most ${maxEventBytes}.`);
    }
    let text: string;
    let json: unknown;
    try {
      text = utf8.decode(value);
    } catch {
      return dead('bad_json', 'The bytes are not UTF-8.');
    }
    try {
      json = JSON.parse(text);
    } catch {
      return dead('bad_json', 'The text is not JSON.');
    }
    if (text.includes('\\u0000') && holdsNul(text)) return dead('bad_field', 'A text holds a NUL character.');

    const parsed = ticketSaleSchema.safeParse(json);
    if (!parsed.success) return dead('bad_field', describe(parsed.error, json, text));
    const inexact = inexactField(text, countFields(json), fieldNames);
    if (inexact?.problem === 'repeated')
      return dead('bad_field', `${inexact.field} is given twice; it must be given once.`);
    if (inexact?.problem === 'rounded') {
      return dead('bad_field', `${inexact.field} is ${inexact.source}; it must be a whole number.`);
    }

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

const wholeNumber = (from: number, to: number) =>
  `a whole number from ${from.toLocaleString('en-US')} to ${to.toLocaleString('en-US')}`;
const instantWords = 'an instant with its zone, such as 2026-11-22T19:30:00Z';

/** What each field must be, for a person. */
const wanted = {
  v: '1',
  type: '"sale" or "refund"',
  id: 'a UUID',
  theaterId: wholeNumber(1, 2_147_483_647),
  movieId: wholeNumber(1, 2_147_483_647),
  showtime: instantWords,
  channel: channels.join(', ').replace(/, (\w+)$/, ' or $1'),
  tickets: wholeNumber(1, 1_000),
  amountCents: wholeNumber(0, 1_000_000_000),
  currency: 'a code of three capital letters, such as USD',
  soldAt: instantWords,
  refundOf: 'the UUID of the refunded sale, and absent or null for a sale',
} as const satisfies Readonly<Record<keyof z.infer<typeof ticketSaleSchema>, string>>;

type FieldName = keyof typeof wanted;
const fieldNames: ReadonlySet<string> = new Set(Object.keys(wanted));
const isField = (name: string): name is FieldName => fieldNames.has(name);

const problemsTold = 3;
const valueShown = 40;

/** What is wrong, by field, with what it must be instead: "tickets is 0; it must be a whole number from 1 to 1,000." */
function describe(error: z.ZodError, json: unknown, text: string): string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'The message is not a JSON object.';
  const names = new Set(error.issues.map(({ path }) => String(path[0] ?? 'type')));
  const problems = [...names].map((name) => {
    const value: unknown = Object.entries(json).find(([field]) => field === name)?.[1];
    return `${name} is ${shown(value, name, text)}; it must be ${isField(name) ? wanted[name] : 'something else'}.`;
  });
  const more = problems.length > problemsTold ? ` And ${problems.length - problemsTold} more.` : '';
  return `${problems.slice(0, problemsTold).join(' ')}${more}`;
}

function countFields(json: unknown): number {
  return typeof json === 'object' && json !== null ? Object.keys(json).length : 0;
}

/** A value as the message has it: a number in its own digits, which a double may not keep. */
function shown(value: unknown, name: string, message: string): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const written =
    typeof value === 'number' ? new RegExp(`"${name}"\\s*:\\s*(-?[\\d.eE+-]+)`).exec(message)?.[1] : undefined;
  const text = written ?? JSON.stringify(value);
  return text.length > valueShown ? `${text.slice(0, valueShown)}...` : text;
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
