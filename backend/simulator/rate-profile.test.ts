import { expect, test } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { expectedArrivals, historyProfile, scenarioProfile, withBurst } from './rate-profile.ts';

const minute = Date.parse('2026-11-22T18:05:00Z');

test('a weekday keeps the set rate', () => {
  expect(scenarioProfile('weekday', 16)(minute)).toEqual({ perSecond: 16, until: Number.POSITIVE_INFINITY });
});

test('a premiere triples around the turn of the minute', () => {
  const rate = scenarioProfile('premiere', 16);
  expect(rate(minute)).toEqual({ perSecond: 48, until: minute + 10_000 });
  expect(rate(minute + 10_000)).toEqual({ perSecond: 16, until: minute + 55_000 });
  expect(rate(minute + 59_999)).toEqual({ perSecond: 48, until: minute + 60_000 });
});

test('a flash sale rushes for 10 s at 20 times, but never over 5,000/s', () => {
  expect(scenarioProfile('flash-sale', 16)(minute + 1).perSecond).toBe(320);
  expect(scenarioProfile('flash-sale', 2000)(minute + 1).perSecond).toBe(5000);
  expect(scenarioProfile('flash-sale', 16)(minute + 10_000).perSecond).toBe(16);
});

test('a burst replaces the rate until it ends', () => {
  const rate = withBurst(scenarioProfile('weekday', 16), { rate: 2000, until: minute + 10_000 });
  expect(expectedArrivals(rate, minute, minute + 20_000)).toBeCloseTo(2000 * 10 + 16 * 10);
});

test('history has some 12,000 sales a day, most in the evening, more at the weekend, also when the clock changes', () => {
  const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
  const sales = (day: string) =>
    expectedArrivals(historyProfile(calendar, day, 4217), calendar.startOf(day), calendar.endOf(day));
  const week = Array.from({ length: 7 }, (_, index) => sales(calendar.addDays('2026-11-22', -index)));
  const mean = week.reduce((sum, count) => sum + count, 0) / 7;
  expect(mean).toBeGreaterThan(11_000);
  expect(mean).toBeLessThan(13_000);
  expect(sales('2026-11-21')).toBeGreaterThan(1.5 * sales('2026-11-17'));

  for (const day of ['2026-03-28', '2026-10-24', '2026-11-21']) {
    const rate = historyProfile(calendar, day, 4217);
    const at = (clock: string) => rate(calendar.sameTimeOn(Date.parse(`2026-11-21T${clock}Z`), day)).perSecond;
    expect(at('19:30:00')).toBeGreaterThan(8 * at('09:30:00'));
    expect(rate(calendar.endOf(day)).perSecond).toBe(0);
  }
});
