import { describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../../../../backend/domain/business-day.ts';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';
import { DaySeries, sameTimeMapper } from './day-series.ts';
import { changesAt, changesOf, salesInWindow, shapesBefore } from './tile-figures.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const at = (text: string): number => Date.parse(`${text}Z`);
const point = (time: string, grossCents: bigint, sales: number, admits: number): SeriesPoint => ({
  at: at(time),
  measures: { grossCents, refundCents: 0n, sales, refunds: 0, admits },
});
const now = new DaySeries(calendar, '2026-11-22', [
  point('2026-11-22T12:00', 30_000n, 30, 30),
  point('2026-11-22T19:41', 30_000n, 60, 30),
  point('2026-11-22T19:42', 99_999n, 50, 90),
]);
const series = new DaySeries(calendar, '2026-11-15', [
  point('2026-11-15T12:00', 20_000n, 20, 10),
  point('2026-11-15T19:41', 20_000n, 40, 30),
  point('2026-11-15T19:42', 5000n, 5, 5),
  point('2026-11-15T22:00', 77_777n, 7, 7),
]);
const ghost = { series, sameTime: sameTimeMapper(calendar, '2026-11-22', '2026-11-15') };

describe('changesAt', () => {
  it('compares both days up to the same minute and leaves out the one that is still open', () => {
    expect(changesAt({ now, ghost }, at('2026-11-22T19:42'))).toEqual({
      gross: { kind: 'known', ratio: 0.5 },
      gap: 20_000n,
      admits: { kind: 'known', ratio: 0.5 },
      price: { kind: 'known', ratio: 0 },
      sales: { kind: 'known', ratio: 0.5 },
    });
  });

  it('knows no change without a day to compare with', () => {
    expect(changesAt({ now, ghost: null }, at('2026-11-22T19:42'))).toMatchObject({
      gross: { kind: 'unknown' },
      gap: null,
    });
    expect(changesAt({ now, ghost }, at('2026-11-22T07:00')).gross).toEqual({ kind: 'too-few' });
  });

  it('compares the sales of the same 15 minutes that it counts', () => {
    // 19:41 has 60 sales here and 40 there; an hour later nothing was sold on either day.
    expect(salesInWindow(now, at('2026-11-22T19:42'))).toBe(60);
    expect(salesInWindow(now, at('2026-11-22T19:56'))).toBe(60 + 50);
    expect(changesAt({ now, ghost }, at('2026-11-22T19:57')).sales).toEqual({ kind: 'too-few' });
    expect(salesInWindow(now, at('2026-11-22T20:42'))).toBe(0);
    expect(changesAt({ now, ghost }, at('2026-11-22T20:42')).sales).toEqual({ kind: 'too-few' });
  });

  it('reaches back to the start of the business day at most, on both days', () => {
    const early = [point('2026-11-22T06:01', 1n, 33, 33)];
    const earlyBefore = [point('2026-11-15T05:59', 1n, 99, 99), point('2026-11-15T06:01', 1n, 30, 30)];
    const young = new DaySeries(calendar, '2026-11-22', early);
    const before = { series: new DaySeries(calendar, '2026-11-15', earlyBefore.slice(1)), sameTime: ghost.sameTime };
    expect(salesInWindow(young, at('2026-11-22T06:05'))).toBe(33);
    expect(changesAt({ now: young, ghost: before }, at('2026-11-22T06:05')).sales).toEqual({
      kind: 'known',
      ratio: 0.1,
    });
  });
});

it('compares whole days by their totals', () => {
  const before = { grossCents: 1000n, refundCents: 0n, sales: 40, refunds: 0, admits: 0 };
  expect(changesOf({ ...before, grossCents: 1100n, sales: 30, admits: 1 }, before)).toEqual({
    gross: { kind: 'known', ratio: 0.1 },
    gap: 100n,
    admits: { kind: 'unknown' },
    price: { kind: 'unknown' },
    sales: { kind: 'known', ratio: -0.25 },
  });
});

it('shapes the last 30 whole minutes, with no price where nobody came', () => {
  const { gross, price, sales } = shapesBefore(now, at('2026-11-22T19:42'));
  expect(gross).toHaveLength(30);
  expect([gross.at(-1), gross.at(-2)]).toEqual([30_000, 0]);
  expect([price.at(-1), price.at(-2)]).toEqual([1000, null]);
  expect(sales.at(-1)).toBe(60);
  expect(shapesBefore(now, at('2026-11-22T06:05')).gross[0]).toBeNull();
});
