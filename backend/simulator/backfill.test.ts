import { expect, test } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
import type { BackfillStatus } from '../domain/status.ts';
import { createDecoder, type TicketSale } from '../domain/ticket-sale.ts';
import { type Clock, systemClock } from '../ports/clock.ts';
import { type BackfillOptions, runBackfill } from './backfill.ts';
import { RecordingLog } from './recording-log.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const decode = createDecoder({ calendar, catalogue, currency: 'USD' });
const sundayEvening = Date.parse('2026-11-22T19:00:00Z');

/** Time passes as usual, but from the given instant. */
function clockFrom(start: number): Clock {
  const offset = start - Date.now();
  return { now: () => Date.now() + offset, sleep: systemClock.sleep };
}

async function fill(days: number, from: number, options: Partial<BackfillOptions> = {}) {
  const log = new RecordingLog();
  const progress: BackfillStatus[] = [];
  await runBackfill({
    days,
    present: new Set(),
    firstToday: null,
    seed: 4217,
    log,
    calendar,
    catalogue,
    currency: 'USD',
    clock: clockFrom(from),
    waitForRoom: () => null,
    signal: new AbortController().signal,
    onProgress: (status) => progress.push(status),
    onRetry: () => {},
    ...options,
  });
  const sales = log.messages.map(({ value }): TicketSale => {
    const decoded = decode(value, from);
    if (decoded.kind === 'dead') throw new Error(decoded.detail);
    return decoded.sale;
  });
  return { log, progress, sales };
}

test('history is today so far, then the same weekday of last week, then back in time', async () => {
  const { sales, progress, log } = await fill(8, sundayEvening);
  const days = [...new Set(sales.map(({ businessDay }) => businessDay))];
  expect(days).toEqual([
    '2026-11-22',
    '2026-11-15',
    '2026-11-21',
    '2026-11-20',
    '2026-11-19',
    '2026-11-18',
    '2026-11-17',
    '2026-11-16',
    '2026-11-14',
  ]);
  expect(Math.max(...sales.map(({ soldAt }) => soldAt))).toBeLessThanOrEqual(sundayEvening + 1);
  expect(new Set(sales.map(({ id }) => id)).size).toBe(sales.length);
  expect(sales.length).toBeGreaterThan(8 * 9000);
  expect(log.mostInFlight).toBe(1);

  expect(progress.at(-1)).toMatchObject({ days: 8, day: 8, produced: sales.length, total: sales.length });
  expect(progress.at(0)?.day).toBe(1);
  for (const { produced, total } of progress) expect(total).toBeGreaterThanOrEqual(produced);
  expect(progress.at(0)!.total / sales.length).toBeCloseTo(1, 1);
});

test('a second backfill makes the same events, and more only for the time since', async () => {
  const first = await fill(1, sundayEvening);
  const second = await fill(1, sundayEvening + 3_600_000);
  const known = new Set(first.sales.map(({ id }) => id));
  const fresh = second.sales.filter(({ id }) => !known.has(id));
  expect(second.sales.length - fresh.length).toBe(first.sales.length);
  expect(fresh.length).toBeGreaterThan(200);
  expect(fresh.every(({ soldAt, businessDay }) => businessDay === '2026-11-22' && soldAt > sundayEvening - 1)).toBe(
    true,
  );
});

test('it waits for room and ends when cancelled', async () => {
  const stop = new AbortController();
  let asked = 0;
  const { sales } = await fill(5, sundayEvening, {
    signal: stop.signal,
    waitForRoom: () => {
      asked++;
      if (asked < 3) return null;
      setTimeout(() => stop.abort(), 50);
      return new Promise(() => {});
    },
  });
  expect(asked).toBe(3);
  expect(sales).toHaveLength(2000);
});
