import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createBusinessCalendar } from './business-day.ts';
import { catalogue } from './catalogue.ts';
import { channels, createDecoder, encodeTicketSale, type TicketSaleEvent, ticketSaleSchema } from './ticket-sale.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const decode = createDecoder({ calendar, catalogue, currency: 'USD' });
const now = Date.parse('2026-11-22T18:05:13Z');

const sale: TicketSaleEvent = {
  v: 1,
  id: '0198c5f2-6f0e-7c3a-9d11-2a7f0b8e4c55',
  type: 'sale',
  theaterId: 12,
  movieId: 7,
  showtime: '2026-11-22T19:30:00Z',
  channel: 'online',
  tickets: 2,
  amountCents: 2598,
  currency: 'USD',
  soldAt: '2026-11-22T18:05:12.345Z',
};
const saleId = '0198c5f2-6f0e-7c3a-9d11-2a7f0b8e4c54';

const bytes = (text: string) => new TextEncoder().encode(text);
const decodeJson = (value: unknown) => decode(bytes(JSON.stringify(value)), now);
const reasonOf = (change: Record<string, unknown>) => {
  const decoded = decodeJson({ ...sale, ...change });
  return decoded.kind === 'dead' ? decoded.reason : 'sale';
};

describe('a valid event', () => {
  test('becomes a sale with its business day', () => {
    expect(decodeJson(sale)).toEqual({
      kind: 'sale',
      sale: {
        id: sale.id,
        kind: 1,
        refundOf: null,
        theaterId: 12,
        movieId: 7,
        showtime: Date.parse('2026-11-22T19:30:00Z'),
        channel: 'online',
        tickets: 2,
        amountCents: 2598,
        currency: 'USD',
        soldAt: Date.parse('2026-11-22T18:05:12.345Z'),
        businessDay: '2026-11-22',
      },
    });
  });

  test('of type refund refers to its sale, amounts as given', () => {
    const decoded = decodeJson({ ...sale, type: 'refund', refundOf: saleId });
    expect(decoded).toMatchObject({
      kind: 'sale',
      sale: { kind: -1, refundOf: saleId, amountCents: 2598, tickets: 2 },
    });
  });

  test('has the same identity in either case', () => {
    const decoded = decodeJson({ ...sale, type: 'refund', id: sale.id.toUpperCase(), refundOf: saleId.toUpperCase() });
    expect(decoded).toMatchObject({ sale: { id: sale.id, refundOf: saleId } });
  });

  test('may have fields of its own, which are ignored, even those that name a prototype', () => {
    const text = JSON.stringify({ ...sale, till: 'A3' }).replace('{', '{"__proto__":{"kind":-1},"constructor":{},');
    expect(decode(bytes(text), now)).toEqual(decodeJson(sale));
    expect(({} as { kind?: number }).kind).toBeUndefined();
  });

  test('may give its instants with an offset', () => {
    expect(decodeJson({ ...sale, soldAt: '2026-11-22T19:05:12.345+01:00' })).toEqual(decodeJson(sale));
  });

  test('may give null for the field that it does not have', () => {
    expect(decodeJson({ ...sale, refundOf: null })).toEqual(decodeJson(sale));
  });

  test('may write its whole numbers in any way', () => {
    const text = JSON.stringify(sale).replace('2598', '2.598e3').replace('"tickets":2', '"tickets":2.0');
    expect(decode(bytes(text), now)).toEqual(decodeJson(sale));
  });

  test('may be complimentary, be of any UUID version, and carry an escaped backslash before u0000', () => {
    expect(reasonOf({ amountCents: 0 })).toBe('sale');
    expect(reasonOf({ id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' })).toBe('sale');
    expect(reasonOf({ note: '\\u0000' })).toBe('sale');
  });

  test('comes back from its bytes as it went in', () => {
    const instant = fc
      .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date(now + 86_000_000), noInvalidDate: true })
      .map((date) => date.toISOString());
    const common = {
      v: fc.constant(1 as const),
      id: fc.uuid(),
      theaterId: fc.integer({ min: 1, max: 40 }),
      movieId: fc.integer({ min: 1, max: 24 }),
      showtime: instant,
      channel: fc.constantFrom(...channels),
      tickets: fc.integer({ min: 1, max: 1000 }),
      amountCents: fc.integer({ min: 0, max: 1_000_000_000 }),
      currency: fc.constant('USD'),
      soldAt: instant,
    };
    const event: fc.Arbitrary<TicketSaleEvent> = fc.oneof(
      fc.record({ ...common, type: fc.constant('sale' as const) }),
      fc.record({ ...common, type: fc.constant('refund' as const), refundOf: fc.uuid() }),
    );
    fc.assert(
      fc.property(event, (given) => {
        const decoded = decode(encodeTicketSale(given), now);
        if (decoded.kind === 'dead') throw new Error(decoded.detail);
        const { kind, refundOf, businessDay, soldAt, showtime, ...same } = decoded.sale;
        expect({
          v: 1,
          ...same,
          type: kind === 1 ? 'sale' : 'refund',
          ...(refundOf === null ? {} : { refundOf }),
          soldAt: new Date(soldAt).toISOString(),
          showtime: new Date(showtime).toISOString(),
        }).toEqual(given);
        expect(businessDay).toBe(calendar.dayOf(soldAt));
      }),
    );
  });
});

describe('a dead letter', () => {
  test.each([
    ['not JSON', bytes('{"v":1,')],
    ['empty', bytes('')],
    ['not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['a NUL byte', bytes('{"v":1,"id":"\0"}')],
  ])('is bad_json: %s', (_, value) => {
    expect(decode(value, now)).toMatchObject({ kind: 'dead', reason: 'bad_json' });
  });

  test.each([
    ['another version', { v: 2 }],
    ['no id', { id: undefined }],
    ['an id that is no UUID', { id: '12' }],
    ['another type', { type: 'void' }],
    ['a theatre as text', { theaterId: '12' }],
    ['a theatre beyond 32 bits', { theaterId: 2 ** 31 }],
    ['half a ticket', { tickets: 1.5 }],
    ['no ticket', { tickets: 0 }],
    ['too many tickets', { tickets: 1001 }],
    ['a negative amount', { amountCents: -1 }],
    ['too large an amount', { amountCents: 1_000_000_001 }],
    ['a channel that is none', { channel: 'phone' }],
    ['a currency that is no code', { currency: 'usd' }],
    ['a day that does not exist', { soldAt: '2026-02-30T00:00:00Z' }],
    ['an instant without zone', { soldAt: '2026-11-22T18:05:12' }],
    ['a sale before 2000', { soldAt: '1999-12-31T23:59:59.999Z' }],
    ['a showtime beyond all plans', { showtime: '9999-12-31T23:59:59Z' }],
    ['a sale that is a refund', { refundOf: saleId }],
    ['a refund of nothing', { type: 'refund' }],
    ['a refund of null', { type: 'refund', refundOf: null }],
    ['NUL in a field', { channel: 'kiosk\0' }],
    ['NUL in a field of its own', { note: 'a\0b' }],
    ['NUL in a name', { 'a\0': 1 }],
  ])('is bad_field: %s', (_, change) => {
    expect(reasonOf(change)).toBe('bad_field');
  });

  test.each([null, [], 1, 'text', [sale]])('is bad_field: JSON that is no object (%j)', (value) => {
    expect(decodeJson(value)).toMatchObject({ reason: 'bad_field' });
  });

  test('is bad_field: nesting too deep to walk', () => {
    const depth = 200_000;
    const value = bytes(`${'['.repeat(depth)}"\\u0000"${']'.repeat(depth)}`);
    expect(decode(value, now)).toMatchObject({ kind: 'dead' });
  });

  test.each([
    [{ tickets: 0 }, 'tickets is 0; it must be a whole number from 1 to 1,000.'],
    [{ amountCents: 12.5 }, 'amountCents is 12.5; it must be a whole number from 0 to 1,000,000,000.'],
    [
      { soldAt: '2026-11-22 18:05' },
      'soldAt is "2026-11-22 18:05"; it must be an instant with its zone, such as 2026-11-22T19:30:00Z.',
    ],
    [
      { type: 'refund' },
      'refundOf is missing; it must be the UUID of the refunded sale, and absent or null for a sale.',
    ],
    [{ type: 'void' }, 'type is "void"; it must be "sale" or "refund".'],
    [{ channel: undefined }, 'channel is missing; it must be online, box_office, kiosk or partner.'],
    [
      { movieId: ['x'.repeat(100)], currency: 'x'.repeat(100) },
      /^movieId is a list; .* currency is "x{39}\.\.\.; it must be a code/,
    ],
    [{ v: null, id: 1, tickets: true, showtime: {} }, /^v is null; .* And 1 more\.$/],
  ])('says which field is wrong, what it is and what it must be: %j', (change, detail) => {
    const decoded = decodeJson({ ...sale, ...change });
    expect(decoded.kind === 'dead' && decoded.detail).toEqual(
      typeof detail === 'string' ? detail : expect.stringMatching(detail),
    );
  });

  test.each([
    [
      '"amountCents":2598',
      '"amountCents":2598,"amountCents":2598',
      'amountCents is given twice; it must be given once.',
    ],
    ['"type":"sale"', '"type":"refund","\\u0074ype":"sale"', 'type is given twice; it must be given once.'],
    [
      '"amountCents":2598',
      '"amountCents":2598.0000000000000001',
      'amountCents is 2598.0000000000000001; it must be a whole number.',
    ],
    [
      '"tickets":2',
      '"tickets":1.99999999999999999999',
      'tickets is 1.99999999999999999999; it must be a whole number.',
    ],
  ])('is what would be read as something else than the text says: %s as %s', (from, to, detail) => {
    expect(decode(bytes(JSON.stringify(sale).replace(from, to)), now)).toEqual({
      kind: 'dead',
      reason: 'bad_field',
      detail,
    });
  });

  test('says a number in the digits that the message has', () => {
    const text = JSON.stringify(sale).replace('2598', '9007199254740993');
    expect(decode(bytes(text), now)).toMatchObject({
      detail: expect.stringContaining('amountCents is 9007199254740993;'),
    });
  });

  test('is a message too large to be an event', () => {
    expect(decodeJson({ ...sale, note: 'x'.repeat(1_048_576) })).toMatchObject({
      reason: 'bad_field',
      detail: expect.stringContaining('at most 1048576'),
    });
  });

  test('is unknown_theater, unknown_movie, wrong_currency', () => {
    expect(reasonOf({ theaterId: 41 })).toBe('unknown_theater');
    expect(reasonOf({ movieId: 25 })).toBe('unknown_movie');
    expect(reasonOf({ currency: 'EUR' })).toBe('wrong_currency');
  });

  test('is sold_in_future more than 24 hours from now, not before', () => {
    expect(reasonOf({ soldAt: new Date(now + 86_400_000).toISOString() })).toBe('sale');
    expect(reasonOf({ soldAt: new Date(now + 86_400_001).toISOString() })).toBe('sold_in_future');
  });

  test('comes of any bytes and any JSON without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (value) => ['sale', 'dead'].includes(decode(value, now).kind)),
    );
    fc.assert(fc.property(fc.json(), (text) => decode(bytes(text), now).kind === 'dead'));
    const field = fc.constantFrom(...Object.keys(sale), 'refundOf', '__proto__');
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) =>
        ['sale', 'dead'].includes(decodeJson({ ...sale, [name]: value }).kind),
      ),
    );
  });
});

test('the definition can be published as JSON Schema, open for more fields', () => {
  const schema = z.toJSONSchema(ticketSaleSchema);
  expect(schema.oneOf).toHaveLength(2);
  expect(schema.oneOf?.every((variant) => variant.additionalProperties === true)).toBe(true);
});
