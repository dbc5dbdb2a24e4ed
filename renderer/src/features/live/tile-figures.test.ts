import { describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../../../../backend/domain/business-day.ts';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';
import { DaySeries, sameTimeMapper } from './day-series.ts';
import { changesAt, changesOf, shapesBefore } from './tile-figures.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const at = (text: string): number => Date.parse(`${text}Z`);
const point = (time: string, grossCents: bigint, sales: number, admits: number): SeriesPoint => ({
  at: at(time),
  measures: { grossCents, refundCents: 0n, sales, refunds: 0, admits },
});
const now = new DaySeries(calendar, '2026-11-22', [
  point('2026-11-22T12:00', 3000n, 3, 3),
  point('2026-11-22T19:41', 3000n, 6, 3),
  point('2026-11-22T19:42', 99_999n, 50, 90),
]);
const series = new DaySeries(calendar, '2026-11-15', [
  point('2026-11-15T12:00', 2000n, 2, 1),
  point('2026-11-15T19:41', 2000n, 4, 3),
  point('2026-11-15T19:42', 5000n, 5, 5),
  point('2026-11-15T22:00', 77_777n, 7, 7),
]);
const ghost = { series, sameTime: sameTimeMapper(calendar, '2026-11-22', '2026-11-15') };

describe('changesAt', () => {
  it('compares both days up to the same minute and leaves out the one that is still open', () => {
    expect(changesAt({ now, ghost }, at('2026-11-22T19:42'))).toEqual({
      gross: 0.5,
      admits: 0.5,
      price: 0,
      sales: 0.5,
    });
  });

  it('knows no change without a day to compare with', () => {
    expect(changesAt({ now, ghost: null }, at('2026-11-22T19:42')).gross).toBeNull();
    expect(changesAt({ now, ghost }, at('2026-11-22T07:00')).gross).toBeNull();
  });
});

it('compares whole days by their totals', () => {
  const before = { grossCents: 1000n, refundCents: 0n, sales: 4, refunds: 0, admits: 0 };
  expect(changesOf({ ...before, grossCents: 1100n, sales: 2, admits: 1 }, before)).toEqual({
    gross: 0.1,
    admits: null,
    price: null,
    sales: -0.5,
  });
});

it('shapes the last 30 whole minutes, with no price where nobody came', () => {
  const { gross, price, sales } = shapesBefore(now, at('2026-11-22T19:42'));
  expect(gross).toHaveLength(30);
  expect([gross.at(-1), gross.at(-2)]).toEqual([3000, 0]);
  expect([price.at(-1), price.at(-2)]).toEqual([1000, null]);
  expect(sales.at(-1)).toBe(6);
  expect(shapesBefore(now, at('2026-11-22T06:05')).gross[0]).toBeNull();
});
