import type { SecondBucket } from '../../../../backend/domain/live.ts';
import type { RevenueBucket, RevenuePicture } from '../../charts/revenue-picture.ts';
import { type DaySeries, type Taken, takenBetween } from './day-series.ts';

export type Span = '5min' | '1h' | 'day';

const secondMs = 1000;
const minuteMs = 60_000;
const fiveMinutesMs = 5 * minuteMs;
const secondsShown = 300;
const minutesShown = 60;

/** A business day and the one it is compared with; `ghost` null: not compared, not known, or nothing sold then. */
export interface ComparedDay {
  readonly now: DaySeries;
  readonly ghost: { readonly series: DaySeries; readonly sameTime: (instant: number) => number } | null;
}

export interface SpanInput {
  readonly span: Span;
  /** Running totals of the business day instead of each bucket's own. */
  readonly cumulative: boolean;
  /** Right edge of the moving spans, epoch ms. */
  readonly now: number;
  /** Up to when the figures hold, epoch ms; buckets after it are unknown. */
  readonly until: number;
  /** The shown day, and the one before it where the span reaches back over the start of the day. */
  readonly days: readonly ComparedDay[];
  /** The live window's seconds, ascending. */
  readonly seconds: readonly SecondBucket[];
}

/** What the revenue chart draws of a span: 300 seconds, 60 minutes, or the business day in steps of 5 minutes. */
export function spanPicture(input: SpanInput): RevenuePicture {
  switch (input.span) {
    case '5min':
      return secondsPicture(input);
    case '1h': {
      const last = floorTo(input.now, minuteMs);
      return seriesPicture(input, last - (minutesShown - 1) * minuteMs, last + minuteMs, minuteMs);
    }
    case 'day': {
      const shown = input.days[0]?.now;
      if (shown === undefined) return { buckets: [], bucketMs: fiveMinutesMs, openAt: null };
      return seriesPicture(input, shown.start, shown.end, fiveMinutesMs);
    }
    default:
      return input.span satisfies never;
  }
}

function seriesPicture(input: SpanInput, from: number, to: number, bucketMs: number): RevenuePicture {
  const { cumulative, until, days } = input;
  const buckets: RevenueBucket[] = [];
  for (let at = from; at < to; at += bucketMs) {
    const day = dayAt(days, at);
    const taken = day === undefined || at > until ? null : takenIn(day.now, at, at + bucketMs, cumulative);
    buckets.push(bucketOf(at, taken, ghostIn(day, at, bucketMs, cumulative)));
  }
  return { buckets, bucketMs, openAt: openBucket(from, to, until, bucketMs) };
}

function secondsPicture({ cumulative, now, until, days, seconds }: SpanInput): RevenuePicture {
  const last = floorTo(now, secondMs);
  const from = last - (secondsShown - 1) * secondMs;
  const known = new Map(seconds.map((second) => [second.at, second]));
  const buckets: RevenueBucket[] = [];
  let running: { day: ComparedDay; taken: Taken } | null = null;
  for (let at = from; at <= last; at += secondMs) {
    const day = dayAt(days, at);
    const second = at > until ? undefined : known.get(at);
    let taken: Taken | null = second ?? null;
    if (cumulative && second !== undefined) {
      if (day === undefined) taken = null;
      else {
        const before: Taken = running?.day === day ? running.taken : startOfRun(day.now, at, known);
        taken = add(before, second);
        running = { day, taken };
      }
    }
    buckets.push(bucketOf(at, taken, ghostIn(day, at, secondMs, cumulative)));
  }
  return { buckets, bucketMs: secondMs, openAt: openBucket(from, last + secondMs, until, secondMs) };
}

/** The day's total before a second: the minutes before its minute, and of that minute what its later seconds do not hold. */
function startOfRun(series: DaySeries, at: number, seconds: ReadonlyMap<number, SecondBucket>): Taken {
  const minute = floorTo(at, minuteMs);
  let rest: Taken = series.before(minute + minuteMs);
  for (let later = at; later < minute + minuteMs; later += secondMs) {
    const second = seconds.get(later);
    if (second !== undefined) rest = subtract(rest, second);
  }
  return rest;
}

function takenIn(series: DaySeries, from: number, to: number, cumulative: boolean): Taken {
  return cumulative ? series.upTo(Math.min(to, series.end)) : takenBetween(series, from, Math.min(to, series.end));
}

function ghostIn(day: ComparedDay | undefined, at: number, bucketMs: number, cumulative: boolean): Taken | null {
  const ghost = day?.ghost ?? null;
  if (ghost === null) return null;
  const { series, sameTime } = ghost;
  const to = sameTime(at + bucketMs);
  return cumulative ? series.upTo(to) : takenBetween(series, sameTime(at), to);
}

function dayAt(days: readonly ComparedDay[], at: number): ComparedDay | undefined {
  return days.find(({ now }) => at >= now.start && at < now.end);
}

function bucketOf(at: number, taken: Taken | null, ghost: Taken | null): RevenueBucket {
  return {
    at,
    grossCents: taken?.grossCents ?? null,
    ghostCents: ghost?.grossCents ?? null,
    sales: taken?.sales ?? null,
    ghostSales: ghost?.sales ?? null,
    admits: taken?.admits ?? null,
  };
}

function openBucket(from: number, to: number, until: number, bucketMs: number): number | null {
  if (until < from || until >= to) return null;
  return from + floorTo(until - from, bucketMs);
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

function add(a: Taken, b: Taken): Taken {
  return { grossCents: a.grossCents + b.grossCents, sales: a.sales + b.sales, admits: a.admits + b.admits };
}

function subtract(a: Taken, b: Taken): Taken {
  return { grossCents: a.grossCents - b.grossCents, sales: a.sales - b.sales, admits: a.admits - b.admits };
}
