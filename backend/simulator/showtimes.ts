import { type BusinessCalendar, createBusinessCalendar } from '../domain/business-day.ts';
import type { Theater } from '../domain/question.ts';
import { hashUnit, type Random } from './random.ts';

const minuteMs = 60_000;
const openingHour = 10;
/** Shows begin within 12 h 45 min of opening, 10:00 to 22:45 local time. */
const programMinutes = 765;

export interface Showing {
  /** Epoch ms. */
  readonly showtime: number;
  /** The local clock's hour of the showtime, 10..22. */
  readonly hour: number;
}

/** Each theatre's times for each movie: as many a day as it has showings per screen, on the quarter hours. */
export class Showtimes {
  /** Its days start at the opening hour, so a show's distance from the start is its local time. */
  readonly #program: BusinessCalendar;
  readonly #slots = new Map<string, readonly number[]>();
  #start = 0;
  #end = 0;

  constructor(zone: string) {
    this.#program = createBusinessCalendar({ zone, cutoverHour: openingHour });
  }

  /** A show that begins after `soldAt`, mostly one of the next; after the last one, one of the next day. */
  pick(random: Random, theater: Theater, movieId: number, soldAt: number): Showing {
    if (soldAt < this.#start || soldAt >= this.#end) {
      const day = this.#program.dayOf(soldAt);
      this.#start = this.#program.startOf(day);
      this.#end = this.#program.endOf(day);
    }
    const slots = this.#slotsOf(theater, movieId);
    const minute = (soldAt - this.#start) / minuteMs;
    const next = slots.findIndex((slot) => slot > minute);
    // Half take the next show, a quarter the one after it, and so on.
    const ahead = Math.floor(random.exponential() / Math.LN2);
    const start = next < 0 ? this.#end : this.#start;
    const slot = slots[Math.min(Math.max(next, 0) + ahead, slots.length - 1)] ?? 0;
    return { showtime: start + slot * minuteMs, hour: openingHour + Math.floor(slot / 60) };
  }

  /** Minutes after opening, ascending. */
  #slotsOf(theater: Theater, movieId: number): readonly number[] {
    const key = `${theater.id}:${movieId}`;
    let slots = this.#slots.get(key);
    if (slots === undefined) {
      const quarters = Math.floor(programMinutes / theater.showingsPerScreen / 15);
      const first = Math.floor(hashUnit(theater.id, movieId) * quarters);
      slots = Array.from({ length: theater.showingsPerScreen }, (_, index) => (first + index * quarters) * 15);
      this.#slots.set(key, slots);
    }
    return slots;
  }
}
