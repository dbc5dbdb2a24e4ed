import { describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../../../../backend/domain/business-day.ts';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';
import { DaySeries, sameTimeMapper, takenBetween } from './day-series.ts';
import { type ComparedDay, type SpanInput, spanPicture } from './revenue-spans.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const at = (text: string): number => Date.parse(`${text}Z`);
const point = (time: string, grossCents: bigint, sales = 1, admits = 2): SeriesPoint => ({
  at: at(time),
  measures: { grossCents, refundCents: 0n, sales, refunds: 0, admits },
});

function compared(
  day: string,
  points: SeriesPoint[],
  before: { day: string; points: SeriesPoint[] } | null,
): ComparedDay {
  return {
    now: new DaySeries(calendar, day, points),
    ghost:
      before === null
        ? null
        : {
            series: new DaySeries(calendar, before.day, before.points),
            sameTime: sameTimeMapper(calendar, day, before.day),
          },
  };
}

const today = [point('2026-11-22T06:00', 100n), point('2026-11-22T19:40', 1000n), point('2026-11-22T19:42', 300n)];
const lastWeek = [point('2026-11-15T19:40', 700n), point('2026-11-15T19:41', 600n), point('2026-11-15T23:00', 50n)];

function input(changes: Partial<SpanInput> = {}): SpanInput {
  const now = at('2026-11-22T19:42:30');
  return {
    span: '1h',
    cumulative: false,
    now,
    until: now,
    days: [compared('2026-11-22', today, { day: '2026-11-15', points: lastWeek })],
    seconds: [],
    ...changes,
  };
}

describe('DaySeries', () => {
  const series = new DaySeries(calendar, '2026-11-22', today);

  it('sums what was taken before a minute', () => {
    expect(series.before(at('2026-11-22T19:40')).grossCents).toBe(100n);
    expect(series.before(at('2026-11-22T19:41')).grossCents).toBe(1100n);
    expect(series.before(at('2026-11-23T06:00')).grossCents).toBe(1400n);
  });

  it('takes a part of the minute for an instant inside it', () => {
    expect(series.upTo(at('2026-11-22T19:40:30')).grossCents).toBe(600n);
    expect(takenBetween(series, at('2026-11-22T19:40:00'), at('2026-11-22T19:40:06')).grossCents).toBe(100n);
  });
});

describe('sameTimeMapper', () => {
  it('keeps the time on the clock where the week between changed it', () => {
    // London put its clock back on 25 October 2026.
    const map = sameTimeMapper(calendar, '2026-10-28', '2026-10-21');
    expect(map(at('2026-10-28T19:42:36'))).toBe(at('2026-10-21T18:42:36'));
    expect(map(at('2026-10-28T06:00'))).toBe(at('2026-10-21T05:00'));
    expect(map(at('2026-10-29T06:00'))).toBe(at('2026-10-22T05:00'));
  });
});

describe('spanPicture', () => {
  it('gives 60 minutes of an hour, the last one open, with the ghost at the same time of day', () => {
    const { buckets, bucketMs, openAt } = spanPicture(input());
    expect(buckets).toHaveLength(60);
    expect(bucketMs).toBe(60_000);
    expect(openAt).toBe(at('2026-11-22T19:42'));
    expect(buckets.at(-1)).toEqual({
      at: openAt,
      grossCents: 300n,
      ghostCents: 0n,
      sales: 1,
      ghostSales: 0,
      admits: 2,
    });
    expect(buckets.at(-2)).toMatchObject({ grossCents: 0n, ghostCents: 600n });
    expect(buckets.at(-3)).toMatchObject({ grossCents: 1000n, ghostCents: 700n });
  });

  it('cumulates from the start of the business day', () => {
    const { buckets } = spanPicture(input({ cumulative: true }));
    expect(buckets[0]).toMatchObject({ grossCents: 100n, ghostCents: 0n });
    expect(buckets.at(-1)).toMatchObject({ grossCents: 1400n, ghostCents: 1300n });
  });

  it('re-buckets a day to at most 300 and knows nothing of its future', () => {
    const { buckets, openAt } = spanPicture(input({ span: 'day' }));
    expect(buckets).toHaveLength(288);
    expect(buckets[0]).toMatchObject({ at: at('2026-11-22T06:00'), grossCents: 100n });
    expect(openAt).toBe(at('2026-11-22T19:40'));
    expect(buckets.find((bucket) => bucket.at === openAt)).toMatchObject({ grossCents: 1300n, ghostCents: 1300n });
    const later = buckets.filter((bucket) => bucket.at > at('2026-11-22T19:42:30'));
    expect(later.every((bucket) => bucket.grossCents === null)).toBe(true);
    expect(later.find((bucket) => bucket.at === at('2026-11-22T23:00'))?.ghostCents).toBe(50n);
  });

  it('keeps within 300 buckets on a day of 25 hours', () => {
    const days = [compared('2026-10-24', [], null)];
    expect(spanPicture(input({ span: 'day', days })).buckets).toHaveLength(300);
  });

  it('gives 300 seconds, of which those after the last picture are unknown', () => {
    const now = at('2026-11-22T19:42:30');
    const seconds = Array.from({ length: 300 }, (_, index) => ({
      at: now - 10_000 - (299 - index) * 1000,
      grossCents: BigInt(index),
      sales: 1,
      admits: 1,
    }));
    const { buckets, openAt } = spanPicture(input({ span: '5min', seconds, until: now - 10_000 }));
    expect(buckets).toHaveLength(300);
    expect(openAt).toBe(now - 10_000);
    expect(buckets.at(-11)?.grossCents).toBe(299n);
    expect(buckets.slice(-10).every((bucket) => bucket.grossCents === null)).toBe(true);
    // A minute of last week spread over its seconds.
    expect(buckets.find((bucket) => bucket.at === at('2026-11-22T19:41:12'))?.ghostCents).toBe(10n);
  });

  it('ends the running total of the seconds at the total of the day', () => {
    const now = at('2026-11-22T19:42:30');
    const seconds = [
      { at: at('2026-11-22T19:40:10'), grossCents: 400n, sales: 1, admits: 1 },
      { at: at('2026-11-22T19:40:20'), grossCents: 600n, sales: 1, admits: 1 },
      { at: at('2026-11-22T19:42:10'), grossCents: 300n, sales: 1, admits: 1 },
    ];
    const filled = Array.from({ length: 300 }, (_, index) => {
      const second = now - (299 - index) * 1000;
      return seconds.find((each) => each.at === second) ?? { at: second, grossCents: 0n, sales: 0, admits: 0 };
    });
    const { buckets } = spanPicture(input({ span: '5min', cumulative: true, seconds: filled }));
    expect(buckets[0]?.grossCents).toBe(100n);
    expect(buckets.at(-1)?.grossCents).toBe(1400n);
  });

  it('takes the minutes before the start of the day from the day before', () => {
    const now = at('2026-11-22T06:10:30');
    const days = [compared('2026-11-22', today, null), compared('2026-11-21', [point('2026-11-22T05:50', 42n)], null)];
    const { buckets } = spanPicture(input({ now, until: now, days }));
    expect(buckets.find((bucket) => bucket.at === at('2026-11-22T05:50'))?.grossCents).toBe(42n);
    expect(buckets.find((bucket) => bucket.at === at('2026-11-22T06:00'))?.grossCents).toBe(100n);
    const withoutYesterday = spanPicture(input({ now, until: now, days: days.slice(0, 1) })).buckets;
    expect(withoutYesterday.find((bucket) => bucket.at === at('2026-11-22T05:50'))?.grossCents).toBeNull();
  });
});
