import type pg from 'pg';
import { type BusinessCalendar, createBusinessCalendar } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
import { createDecoder } from '../domain/ticket-sale.ts';
import type { Decode } from '../ingest/decode-slices.ts';
import { adoptCalendar, readStoredCalendar, type StoredCalendar } from '../postgres/rebuild.ts';

/** The business calendar that this program goes by, with the generation of the stored data that it is of. */
export class CalendarInUse {
  readonly #pool: pg.Pool;
  readonly #currency: string;
  #calendar: BusinessCalendar;
  #decode: Decode;
  #generation: number;

  constructor(pool: pg.Pool, currency: string, stored: StoredCalendar) {
    this.#pool = pool;
    this.#currency = currency;
    this.#calendar = createBusinessCalendar(stored);
    this.#decode = this.#decoder();
    this.#generation = stored.generation;
  }

  readonly calendar = (): BusinessCalendar => this.#calendar;
  readonly generation = (): number => this.#generation;
  /** By the calendar as it is at each call. */
  readonly decode: Decode = (value, now) => this.#decode(value, now);

  async storedGeneration(): Promise<number> {
    return (await this.#stored()).generation;
  }

  /**
   * Goes by what is stored from now on.
   * @param before what else rests on the calendar goes over to it here; when that fails, nothing has changed
   */
  async follow(before: (calendar: BusinessCalendar) => Promise<void>): Promise<void> {
    const stored = await this.#stored();
    const calendar = createBusinessCalendar(stored);
    await before(calendar);
    this.#calendar = calendar;
    this.#decode = this.#decoder();
    this.#generation = stored.generation;
  }

  #stored(): Promise<StoredCalendar> {
    return readStoredCalendar(this.#pool).then((stored) => stored ?? adoptCalendar(this.#pool, this.#calendar));
  }

  #decoder(): Decode {
    return createDecoder({ calendar: this.#calendar, catalogue, currency: this.#currency });
  }
}
