import { Temporal } from 'temporal-polyfill';
import { AppError } from '../lib/app-error.ts';
import type { BusinessDay } from './rollup.ts';

const quarterMs = 900_000;
/** About 340 days of quarter hours; a full cache is emptied, which costs one recomputation per quarter in use. */
const maxCachedQuarters = 32_768;

/**
 * Business days of one zone and cut-over. Instants are epoch ms. Each instant belongs to exactly one day: the days
 * follow each other without gap or overlap, also where the clock is put forward or back.
 */
export interface BusinessCalendar {
  /** IANA zone name. */
  readonly zone: string;
  /** Local hour at which the business day starts, 0..23. */
  readonly cutoverHour: number;
  dayOf(ms: number): BusinessDay;
  /** First instant of the day. */
  startOf(day: BusinessDay): number;
  /** First instant after the day. */
  endOf(day: BusinessDay): number;
  addDays(day: BusinessDay, days: number): BusinessDay;
  /** Start of the local clock's hour that holds the instant. */
  hourStart(ms: number): number;
  /**
   * The instant at which the clock shows on business day `day` what it shows at `ms`. A time that the day's clock
   * skips moves forward with it; the result never lies outside `startOf(day)..endOf(day)`.
   */
  sameTimeOn(ms: number, day: BusinessDay): number;
}

/** Makes the calendar. Throws `AppError` bad_settings for an unknown zone or an hour outside 0..23. */
export function createBusinessCalendar(options: { zone: string; cutoverHour: number }): BusinessCalendar {
  const { cutoverHour } = options;
  if (!Number.isInteger(cutoverHour) || cutoverHour < 0 || cutoverHour > 23) {
    throw new AppError('bad_settings', `The business day cannot start at hour ${cutoverHour}.`, {
      hint: 'Choose a whole hour from 0 to 23.',
    });
  }
  return new CachedCalendar(knownZone(options.zone), cutoverHour);
}

/** The computer's zone; UTC where it has none that is known. */
export function hostZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return knownZone(zone);
  } catch {
    return 'UTC';
  }
}

/** Whether a name is that of a zone that this runtime knows. */
export function isZone(name: string): boolean {
  try {
    knownZone(name);
    return true;
  } catch {
    return false;
  }
}

function knownZone(zone: string): string {
  try {
    // An offset such as +01:00 would be taken for a zone, but knows no summer time.
    if (/^[A-Za-z]/.test(zone)) return at(0, zone).timeZoneId;
  } catch (cause) {
    throw unknownZone(zone, cause);
  }
  throw unknownZone(zone, undefined);
}

function unknownZone(zone: string, cause: unknown): AppError {
  return new AppError('bad_settings', `The time zone "${zone}" is not known.`, {
    hint: 'Choose a zone by its IANA name, such as Europe/London or America/New_York.',
    cause,
  });
}

function at(ms: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
}

class CachedCalendar implements BusinessCalendar {
  readonly zone: string;
  readonly cutoverHour: number;
  readonly #days = new Map<number, BusinessDay>();
  readonly #hours = new Map<number, number>();

  constructor(zone: string, cutoverHour: number) {
    this.zone = zone;
    this.cutoverHour = cutoverHour;
  }

  dayOf(ms: number): BusinessDay {
    const quarter = Math.floor(ms / quarterMs);
    const known = this.#days.get(quarter);
    if (known !== undefined) return known;

    const day = this.#computeDay(ms);
    const start = quarter * quarterMs;
    // Zones of our time change on the quarter hour; some of the past did not, and such a quarter is not cached.
    if (this.startOf(day) <= start && start + quarterMs <= this.endOf(day)) remember(this.#days, quarter, day);
    return day;
  }

  startOf(day: BusinessDay): number {
    return Temporal.PlainDate.from(day).toZonedDateTime({
      timeZone: this.zone,
      plainTime: new Temporal.PlainTime(this.cutoverHour),
    }).epochMilliseconds;
  }

  endOf(day: BusinessDay): number {
    return this.startOf(this.addDays(day, 1));
  }

  addDays(day: BusinessDay, days: number): BusinessDay {
    return Temporal.PlainDate.from(day).add({ days }).toString();
  }

  hourStart(ms: number): number {
    const quarter = Math.floor(ms / quarterMs);
    const known = this.#hours.get(quarter);
    if (known !== undefined) return known;

    const hour = this.#computeHour(ms);
    const start = quarter * quarterMs;
    if (this.#computeHour(start) === hour && this.#computeHour(start + quarterMs - 1) === hour) {
      remember(this.#hours, quarter, hour);
    }
    return hour;
  }

  sameTimeOn(ms: number, day: BusinessDay): number {
    const local = at(ms, this.zone);
    // After midnight and before the cut-over, the date is one ahead of the business day.
    const ahead = Temporal.PlainDate.from(this.dayOf(ms)).until(local.toPlainDate()).days;
    const moved = Temporal.PlainDate.from(day)
      .add({ days: ahead })
      .toZonedDateTime({ timeZone: this.zone, plainTime: local.toPlainTime() }).epochMilliseconds;
    return Math.min(Math.max(moved, this.startOf(day)), this.endOf(day));
  }

  /**
   * The date of the local clock put back by the cut-over hours, then made consistent with `startOf`: where the clock
   * is put back across the cut-over, the day that has begun goes on.
   */
  #computeDay(ms: number): BusinessDay {
    const day = at(ms, this.zone).toPlainDateTime().subtract({ hours: this.cutoverHour }).toPlainDate().toString();
    if (ms >= this.endOf(day)) return this.addDays(day, 1);
    if (ms < this.startOf(day)) return this.addDays(day, -1);
    return day;
  }

  #computeHour(ms: number): number {
    return at(ms, this.zone).round({ smallestUnit: 'hour', roundingMode: 'floor' }).epochMilliseconds;
  }
}

function remember<T>(cache: Map<number, T>, quarter: number, value: T): void {
  if (cache.size >= maxCachedQuarters) cache.clear();
  cache.set(quarter, value);
}
