import type { BusinessCalendar } from './business-day.ts';
import type { Theater } from './question.ts';
import type { BusinessDay } from './rollup.ts';

/** Local hour at which the first showing of a screen begins. */
const openingHour = 10;
/** From the first to the last possible start. */
const programMs = 765 * 60_000;

/** How a house fills. */
export type Occupancy =
  | { readonly kind: 'known'; readonly ratio: number }
  /** More admits than seats: the seats of the catalogue, the showings per screen or the data are wrong. */
  | { readonly kind: 'over'; readonly ratio: number }
  /** The house has not told its seats. */
  | { readonly kind: 'unknown' }
  /** No showing of the day has begun. */
  | { readonly kind: 'not-begun' };

/**
 * Admits of a day as a share of the seats of the showings that had begun by `at` (epoch ms). When the showings of a
 * screen begin is not kept, so they are taken to be spread evenly over the program, from 10:00 to 22:45 on the clock.
 */
export function occupancyOf(
  { seats, showingsPerScreen }: Theater,
  admits: number,
  { calendar, day, at }: { readonly calendar: BusinessCalendar; readonly day: BusinessDay; readonly at: number },
): Occupancy {
  if (seats === null || seats * showingsPerScreen === 0) return { kind: 'unknown' };
  const begun = showingsBegun(showingsPerScreen, at - openingOf(calendar, day));
  if (begun === 0) return { kind: 'not-begun' };
  const ratio = admits / (seats * begun);
  return { kind: ratio > 1 ? 'over' : 'known', ratio };
}

function showingsBegun(showings: number, sinceOpening: number): number {
  if (sinceOpening < 0) return 0;
  return Math.min(showings, Math.floor(sinceOpening / (programMs / showings)) + 1);
}

/** When the program of a business day opens: at 10:00 on the clock, or at the cut-over where that is later. */
function openingOf(calendar: BusinessCalendar, day: BusinessDay): number {
  const start = calendar.startOf(day);
  return start + Math.max(0, openingHour - calendar.cutoverHour) * 3_600_000;
}
