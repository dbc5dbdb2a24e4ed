import type { BusinessCalendar } from '../../../../backend/domain/business-day.ts';
import { addMeasures, type Measures, noMeasures } from '../../../../backend/domain/measures.ts';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;

/** What was taken up to an instant, or between two. */
export interface Taken {
  readonly grossCents: bigint;
  readonly sales: number;
  readonly admits: number;
}

/**
 * Running totals of one business day by the minute. `points` ascending by `at`, one per minute with a sale or refund.
 */
export class DaySeries {
  readonly day: string;
  readonly start: number;
  readonly end: number;
  readonly #at: readonly number[];
  /** Totals before each point, and one more: the total. */
  readonly #before: readonly Measures[];

  constructor(calendar: BusinessCalendar, day: string, points: readonly SeriesPoint[]) {
    this.day = day;
    this.start = calendar.startOf(day);
    this.end = calendar.endOf(day);
    this.#at = points.map((point) => point.at);
    const before: Measures[] = [noMeasures];
    let sum = noMeasures;
    for (const point of points) {
      sum = addMeasures(sum, point.measures);
      before.push(sum);
    }
    this.#before = before;
  }

  get isEmpty(): boolean {
    return this.#at.length === 0;
  }

  /** Everything in minutes that start before the instant. */
  before(instant: number): Measures {
    return this.#before[this.#indexOf(instant)] ?? noMeasures;
  }

  /** Everything up to the instant; of the minute it lies in, the part that has passed (an even spread is assumed). */
  upTo(instant: number): Taken {
    const minute = Math.floor(instant / minuteMs) * minuteMs;
    const before = this.before(minute);
    if (instant === minute) return before;
    const after = this.before(minute + minuteMs);
    const part = (instant - minute) / minuteMs;
    const cents = after.grossCents - before.grossCents;
    return {
      grossCents: before.grossCents + BigInt(Math.round(Number(cents) * part)),
      sales: before.sales + Math.round((after.sales - before.sales) * part),
      admits: before.admits + Math.round((after.admits - before.admits) * part),
    };
  }

  /** Number of points before the instant. */
  #indexOf(instant: number): number {
    let low = 0;
    let high = this.#at.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#at[middle] ?? 0) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What was taken between two instants. */
export function takenBetween(series: DaySeries, from: number, to: number): Taken {
  const a = series.upTo(from);
  const b = series.upTo(to);
  return { grossCents: b.grossCents - a.grossCents, sales: b.sales - a.sales, admits: b.admits - a.admits };
}

/**
 * Maps instants of one business day to the same time on the clock of another; outside the day to its edges. Zones change
 * on the quarter hour, so the calendar is asked once per quarter.
 */
export function sameTimeMapper(calendar: BusinessCalendar, day: string, other: string): (instant: number) => number {
  const start = calendar.startOf(day);
  const end = calendar.endOf(day);
  const otherStart = calendar.startOf(other);
  const otherEnd = calendar.endOf(other);
  const shifts = new Map<number, number>();
  return (instant) => {
    if (instant <= start) return otherStart;
    if (instant >= end) return otherEnd;
    const quarter = Math.floor(instant / quarterMs) * quarterMs;
    let shift = shifts.get(quarter);
    if (shift === undefined) {
      shift = calendar.sameTimeOn(Math.max(quarter, start), other) - Math.max(quarter, start);
      shifts.set(quarter, shift);
    }
    return Math.min(instant + shift, otherEnd);
  };
}
