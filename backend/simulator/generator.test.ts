import { describe, expect, test } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
import type { FaultShares, Scenario } from '../domain/status.ts';
import { createDecoder, type DeadLetterReason, type TicketSale } from '../domain/ticket-sale.ts';
import { type GeneratedMessage, SaleGenerator } from './generator.ts';
import { scenarioProfile } from './rate-profile.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const start = Date.parse('2026-11-22T15:00:00Z');
const noFaults: FaultShares = { duplicates: 0, late: 0, outOfOrder: 0, malformed: 0 };
const decode = createDecoder({ calendar, catalogue, currency: 'USD' });

interface Setup {
  readonly seed?: number;
  readonly start?: number;
  readonly rate?: number;
  readonly scenario?: Scenario;
  readonly faults?: Partial<FaultShares>;
}

function generator(setup: Setup = {}): SaleGenerator {
  const scenario = setup.scenario ?? 'weekday';
  return new SaleGenerator({
    seed: setup.seed ?? 4217,
    start: setup.start ?? start,
    profile: scenarioProfile(scenario, setup.rate ?? 100),
    mix: { scenario, faults: { ...noFaults, ...setup.faults } },
    calendar,
    catalogue,
    currency: 'USD',
  });
}

const take = (count: number, setup: Setup = {}) => generator(setup).take(Number.POSITIVE_INFINITY, count);
const text = (messages: readonly GeneratedMessage[]) => messages.map(({ value }) => new TextDecoder().decode(value));
const id = (message: GeneratedMessage) => (JSON.parse(new TextDecoder().decode(message.value)) as { id: string }).id;

function sales(messages: readonly GeneratedMessage[]): TicketSale[] {
  return messages.map(({ value }) => {
    const decoded = decode(value, start + 3_600_000);
    if (decoded.kind === 'dead') throw new Error(decoded.detail);
    return decoded.sale;
  });
}

describe('what is generated', () => {
  test('is fixed by seed, settings and start, whatever slices it is taken in', () => {
    const setup = { faults: { duplicates: 0.1, late: 0.1, outOfOrder: 0.2, malformed: 0.1 } };
    const whole = generator(setup).take(start + 20_000, 10_000);
    const sliced = generator(setup);
    const slices: GeneratedMessage[] = [];
    for (let until = start; until <= start + 20_000; until += 250) {
      for (let slice = sliced.take(until, 7); slice.length > 0; slice = sliced.take(until, 7)) slices.push(...slice);
    }
    expect(whole.length).toBeGreaterThan(1500);
    expect(slices).toEqual(whole);
  });

  test('makes no id twice under several seeds that start at the same instant', () => {
    const ids = [1, 2, 3, 4].flatMap((seed) => take(500, { seed }).map(id));
    expect(new Set(ids).size).toBe(2000);
  });

  test('is other for another seed, and never repeats an id for another start', () => {
    expect(text(take(50, { seed: 1 }))).not.toEqual(text(take(50, { seed: 2 })));
    for (const scenario of ['weekday', 'midnight'] as const) {
      const ids = [...take(2000, { scenario }), ...take(2000, { scenario, start: start + 1 })].map(id);
      expect(new Set(ids).size).toBe(4000);
    }
  });

  test('is valid, keyed by theatre, sold when it arrives and shown later that day', () => {
    const messages = take(5000);
    const decoded = sales(messages);
    expect(messages.map(({ key }) => key)).toEqual(decoded.map(({ theaterId }) => String(theaterId)));
    for (const [index, sale] of decoded.entries()) {
      expect(sale.soldAt).toBeGreaterThanOrEqual(decoded[index - 1]?.soldAt ?? start);
      expect(sale.tickets).toBeLessThanOrEqual(6);
      expect(sale.showtime % 900_000).toBe(0);
      if (sale.kind === 1) {
        expect(sale.showtime).toBeGreaterThan(sale.soldAt);
        expect(sale.showtime).toBeLessThan(Date.parse('2026-11-23T00:00:00Z'));
      }
    }
  });

  test('arrives as a Poisson process of the set rate', () => {
    const perSecond = new Array<number>(200).fill(0);
    for (const { soldAt } of sales(generator().take(start + 200_000, 100_000))) {
      perSecond[Math.floor((soldAt - start) / 1000)]! += 1;
    }
    const mean = perSecond.reduce((sum, count) => sum + count, 0) / perSecond.length;
    const variance = perSecond.reduce((sum, count) => sum + (count - mean) ** 2, 0) / perSecond.length;
    expect(mean).toBeGreaterThan(95);
    expect(mean).toBeLessThan(105);
    expect(variance / mean).toBeGreaterThan(0.7);
    expect(variance / mean).toBeLessThan(1.4);
  });

  test('reaches every theatre and movie, some much more than others, at cinema prices', () => {
    const decoded = sales(take(20_000));
    const count = (by: 'theaterId' | 'movieId') => {
      const counts = new Map<number, number>();
      for (const sale of decoded) counts.set(sale[by], (counts.get(sale[by]) ?? 0) + 1);
      return [...counts.values()].sort((a, b) => b - a);
    };
    expect(count('theaterId')).toHaveLength(40);
    expect(count('movieId').length).toBeGreaterThanOrEqual(23);
    expect(count('theaterId')[0]! / 20_000).toBeGreaterThan(0.04);
    expect(count('theaterId')[0]! / count('theaterId')[39]!).toBeGreaterThan(2.5);
    const gross = decoded.reduce((sum, { kind, amountCents }) => sum + kind * amountCents, 0);
    const admits = decoded.reduce((sum, { kind, tickets }) => sum + kind * tickets, 0);
    expect(gross / admits).toBeGreaterThan(1000);
    expect(gross / admits).toBeLessThan(1400);
    expect(decoded.some(({ amountCents }) => amountCents === 0)).toBe(true);
  });

  test('has refunds of earlier sales, each once, in whole or in part', () => {
    const decoded = sales(take(20_000));
    const byId = new Map(decoded.map((sale) => [sale.id, sale]));
    const refunds = decoded.filter(({ kind }) => kind === -1);
    expect(refunds.length / decoded.length).toBeGreaterThan(0.025);
    expect(refunds.length / decoded.length).toBeLessThan(0.035);
    expect(new Set(refunds.map(({ refundOf }) => refundOf)).size).toBe(refunds.length);
    for (const refund of refunds) {
      const sale = byId.get(refund.refundOf ?? '');
      if (sale === undefined) throw new Error('the refunded sale was not sent');
      expect(sale.kind).toBe(1);
      expect(sale.theaterId).toBe(refund.theaterId);
      expect(refund.soldAt).toBeGreaterThan(sale.soldAt);
      expect(refund.amountCents * sale.tickets).toBe(sale.amountCents * refund.tickets);
    }
    expect(refunds.some(({ tickets, refundOf }) => tickets < (byId.get(refundOf ?? '')?.tickets ?? 0))).toBe(true);
  });
});

describe('scenarios', () => {
  test('premiere: one title dominates', () => {
    const counts = new Map<number, number>();
    for (const { movieId } of sales(take(3000, { scenario: 'premiere' })))
      counts.set(movieId, (counts.get(movieId) ?? 0) + 1);
    expect(Math.max(...counts.values()) / 3000).toBeGreaterThan(0.65);
  });

  test('flash sale: 20 times as many in the first 10 s of the minute', () => {
    const messages = sales(generator({ scenario: 'flash-sale', rate: 10 }).take(start + 60_000, 10_000));
    const rush = messages.filter(({ soldAt }) => soldAt < start + 10_000).length;
    expect(rush).toBeGreaterThan(1800);
    expect(rush).toBeLessThan(2200);
    expect(messages.length - rush).toBeLessThan(600);
  });

  test('refund storm: one refund for three sales', () => {
    const decoded = sales(take(8000, { scenario: 'refund-storm' }));
    expect(decoded.filter(({ kind }) => kind === -1).length / decoded.length).toBeCloseTo(0.25, 1);
  });

  test.each([
    ['before the next cut-over', '2026-11-22T23:00:00Z', '2026-11-23T06:00:00Z'],
    ['after the last cut-over', '2026-11-22T15:00:00Z', '2026-11-22T06:00:00Z'],
  ])('midnight: sales on both sides of the nearest cut-over, %s', (_, from, cutover) => {
    const boundary = Date.parse(cutover);
    const messages = take(1000, { scenario: 'midnight', start: Date.parse(from) });
    const instants = messages.map(({ value }) => {
      const decoded = decode(value, Date.parse(from));
      return decoded.kind === 'sale' ? decoded.sale.soldAt - boundary : Number.NaN;
    });
    expect(Math.max(...instants.map(Math.abs))).toBeLessThanOrEqual(300_001);
    expect(instants.filter((distance) => distance < 0).length).toBeGreaterThan(450);
    expect(instants.filter((distance) => distance >= 0).length).toBeGreaterThan(450);
  });
});

describe('faults', () => {
  const shareOf = (messages: readonly GeneratedMessage[], fault: keyof FaultShares) =>
    messages.filter((message) => message.fault === fault).length / messages.length;

  test('are made in their shares', () => {
    const faults = { duplicates: 0.05, late: 0.1, outOfOrder: 0.15, malformed: 0.2 };
    const messages = take(20_000, { faults });
    for (const fault of ['duplicates', 'late', 'outOfOrder', 'malformed'] as const) {
      expect(Math.abs(shareOf(messages, fault) - faults[fault])).toBeLessThan(0.01);
    }
  });

  test('of all kinds at the most leave no room for others', () => {
    const messages = take(4000, { faults: { duplicates: 0.5, late: 0.5, outOfOrder: 0.5, malformed: 0.5 } });
    // A duplicate with nothing to repeat is an ordinary sale.
    expect(messages.filter(({ fault }) => fault === null).length).toBeLessThan(5);
    expect(shareOf(messages, 'malformed')).toBeCloseTo(0.25, 1);
  });

  test('duplicates are the bytes of a message sent before', () => {
    const seen = new Set<string>();
    for (const message of take(3000, { faults: { duplicates: 0.2 } })) {
      const [value] = text([message]);
      expect(seen.has(value!)).toBe(message.fault === 'duplicates');
      seen.add(value!);
    }
  });

  test('late events were sold minutes to hours before', () => {
    const late = take(3000, { faults: { late: 0.2 } }).filter(({ fault }) => fault === 'late');
    const delays = sales(late)
      .filter(({ kind }) => kind === 1)
      .map(({ soldAt }) => start + 30_000 - soldAt);
    expect(Math.min(...delays)).toBeGreaterThan(60_000);
    expect(Math.max(...delays)).toBeGreaterThan(3_600_000);
    expect(Math.max(...delays)).toBeLessThan(6.1 * 3_600_000);
  });

  test('events out of order come 0.5 to 3 s after they were sold, behind later ones', () => {
    const source = generator({ faults: { outOfOrder: 0.1 } });
    let held = 0;
    for (let until = start; until < start + 30_000; until += 100) {
      for (const message of source.take(until, 1000)) {
        if (message.fault !== 'outOfOrder') continue;
        held++;
        const [sale] = sales([message]);
        expect(until - sale!.soldAt).toBeGreaterThanOrEqual(500);
        expect(until - sale!.soldAt).toBeLessThanOrEqual(3101);
      }
    }
    expect(held).toBeGreaterThan(200);
    expect(source.takeHeld().length).toBeGreaterThan(0);
    expect(source.takeHeld()).toEqual([]);
  });

  test('malformed events are dead letters of every reason that a producer can cause', () => {
    const reasons = new Set<DeadLetterReason>();
    for (const message of take(500, { faults: { malformed: 0.3 } })) {
      const decoded = decode(message.value, start + 60_000);
      expect(decoded.kind).toBe(message.fault === 'malformed' ? 'dead' : 'sale');
      if (decoded.kind === 'dead') reasons.add(decoded.reason);
    }
    expect([...reasons].sort()).toEqual([
      'bad_field',
      'bad_json',
      'sold_in_future',
      'unknown_movie',
      'unknown_theater',
      'wrong_currency',
    ]);
  });
});

test('a change of rate holds at once, and a shift moves all that is to come', () => {
  const source = generator({ rate: 0.1 });
  source.change(start, scenarioProfile('weekday', 1000), { scenario: 'weekday', faults: noFaults });
  expect(source.take(start + 1000, 10_000).length).toBeGreaterThan(800);
  const position = source.position;
  source.shift(60_000);
  expect(source.position).toBe(position + 60_000);
  expect(source.take(position + 59_999, 10)).toEqual([]);
});
