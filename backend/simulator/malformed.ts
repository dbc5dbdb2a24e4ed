import { encodeTicketSale, type TicketSaleEvent } from '../domain/ticket-sale.ts';

interface Message {
  readonly key: string;
  readonly value: Uint8Array;
}

type Spoiler = (event: TicketSaleEvent) => Message;

const utf8 = new TextEncoder();

function changed(event: TicketSaleEvent, change: Record<string, unknown>): Message {
  return { key: String(event.theaterId), value: utf8.encode(JSON.stringify({ ...event, ...change })) };
}

/** Ways in which producers get an event wrong; together they cause every dead-letter reason that a producer can. */
const spoilers: readonly Spoiler[] = [
  // Cut off in the middle.
  (event) => {
    const value = encodeTicketSale(event);
    return { key: String(event.theaterId), value: value.slice(0, Math.floor(value.length * 0.6)) };
  },
  (event) => changed(event, { theaterId: event.theaterId + 1_000_000_000 }),
  (event) => changed(event, { soldAt: undefined }),
  (event) => changed(event, { currency: event.currency === 'EUR' ? 'USD' : 'EUR' }),
  (event) => changed(event, { tickets: 0 }),
  (event) => changed(event, { movieId: event.movieId + 1_000_000_000 }),
  (event) => changed(event, { amountCents: event.amountCents + 0.5 }),
  (event) => changed(event, { soldAt: new Date(Date.parse(event.soldAt) + 48 * 3_600_000).toISOString() }),
  // Not UTF-8.
  (event) => {
    const value = encodeTicketSale(event);
    value[Math.floor(value.length / 2)] = 0xff;
    return { key: String(event.theaterId), value };
  },
  (event) => changed(event, { type: 'refund', refundOf: undefined }),
  (event) => changed(event, { channel: 'kiosk\0' }),
];

/** Spoils an event; the way depends on `turn` alone, so that a run of turns uses all ways. */
export function spoil(event: TicketSaleEvent, turn: number): Message {
  const spoiler = spoilers[turn % spoilers.length];
  if (spoiler === undefined) throw new RangeError(`There is no way number ${turn} to spoil an event.`);
  return spoiler(event);
}
