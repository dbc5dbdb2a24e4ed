import type { BusinessCalendar } from '../domain/business-day.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import type { Scenario } from '../domain/status.ts';
import { hashUnit } from './random.ts';

/** Lowest and highest rate, events per second. */
export const rateLimits = { min: 0.1, max: 5000 } as const;

/** The rate that holds at an instant (epoch ms), and until when it stays so. */
export type RateProfile = (ms: number) => { readonly perSecond: number; readonly until: number };

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** The rate of a live run: the set rate, with the scenario's rushes. */
export function scenarioProfile(scenario: Scenario, rate: number): RateProfile {
  switch (scenario) {
    case 'premiere':
      // A queue that moves when the minute turns, as at 00:01 on a premiere night.
      return minutePulses([
        { until: 10_000, perSecond: capped(rate * 3) },
        { until: 55_000, perSecond: rate },
        { until: minuteMs, perSecond: capped(rate * 3) },
      ]);
    case 'flash-sale':
      return minutePulses([
        { until: 10_000, perSecond: capped(rate * 20) },
        { until: minuteMs, perSecond: rate },
      ]);
    case 'weekday':
    case 'refund-storm':
    case 'midnight':
      return () => ({ perSecond: rate, until: Number.POSITIVE_INFINITY });
  }
}

/** `burst.rate` until `burst.until`, then the profile. */
export function withBurst(profile: RateProfile, burst: { readonly rate: number; readonly until: number }): RateProfile {
  return (ms) => (ms < burst.until ? { perSecond: burst.rate, until: burst.until } : profile(ms));
}

/** Sales of a history day with an average weekday, before the weekday's share. */
const salesPerDay = 12_000;
/** Sunday first; the week's mean is 1. */
const weekdayShares = [1.2, 0.75, 0.7, 0.8, 0.85, 1.2, 1.5];
/** Sales by the local clock's hour, 0 to 23, relative to each other. */
const hourShares = [
  0.3, 0.1, 0.02, 0.02, 0.02, 0.02, 0.03, 0.05, 0.2, 0.6, 1.2, 1.9, 2.6, 2.8, 2.6, 2.6, 3, 4.2, 5.6, 6, 4.6, 2.8, 1.3,
  0.6,
];
const hourShareSum = hourShares.reduce((sum, weight) => sum + weight, 0);

/** The rates of a business day of history, hour by hour: quiet mornings, an evening peak, a busy weekend. */
export function historyProfile(calendar: BusinessCalendar, day: BusinessDay, seed: number): RateProfile {
  const start = calendar.startOf(day);
  const end = calendar.endOf(day);
  const localHour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: calendar.zone });
  const date = new Date(`${day}T00:00:00Z`);
  const shareOfDay = weekdayShares[date.getUTCDay()] ?? 1;
  const weather = 0.93 + 0.14 * hashUnit(seed, date.getTime() / 86_400_000);

  const rates: number[] = [];
  for (let at = start; at < end; at += hourMs) {
    const share = (hourShares[Number(localHour.format(at))] ?? 0) / hourShareSum;
    rates.push((salesPerDay * shareOfDay * weather * share) / 3600);
  }
  return (ms) => {
    const hour = Math.floor((ms - start) / hourMs);
    const perSecond = rates[hour];
    if (perSecond === undefined) return { perSecond: 0, until: Number.POSITIVE_INFINITY };
    return { perSecond, until: Math.min(start + (hour + 1) * hourMs, end) };
  };
}

/** How many arrivals the profile lets expect between two instants. */
export function expectedArrivals(profile: RateProfile, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; ) {
    const { perSecond, until } = profile(at);
    const end = Math.min(until, to);
    sum += (perSecond * (end - at)) / 1000;
    at = end;
  }
  return sum;
}

function minutePulses(phases: readonly { readonly until: number; readonly perSecond: number }[]): RateProfile {
  return (ms) => {
    const minute = Math.floor(ms / minuteMs) * minuteMs;
    const phase = phases.find(({ until }) => ms < minute + until);
    return { perSecond: phase?.perSecond ?? 0, until: minute + (phase?.until ?? minuteMs) };
  };
}

function capped(rate: number): number {
  return Math.min(rate, rateLimits.max);
}
