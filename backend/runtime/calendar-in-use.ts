import type pg from 'pg';
import { type BusinessCalendar, createBusinessCalendar } from '../domain/business-day.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import { createDecoder } from '../domain/ticket-sale.ts';
import type { Decode } from '../ingest/decode-slices.ts';
import { adoptCalendar, readStoredCalendar, type StoredCalendar } from '../postgres/rebuild.ts';

/** The data's business calendar and currency that this program goes by, with the generation that they are of. */
export class CalendarInUse {
  readonly #pool: pg.Pool;
  readonly #catalogue: Catalogue;
  #calendar: BusinessCalendar;
  #currency: string;
  #decode: Decode;
  #generation: number;

  constructor(pool: pg.Pool, catalogue: Catalogue, stored: StoredCalendar) {
    this.#pool = pool;
    this.#catalogue = catalogue;
    this.#calendar = createBusinessCalendar(stored);
    this.#currency = stored.currency;
    this.#decode = this.#decoder();
    this.#generation = stored.generation;
  }

  readonly calendar = (): BusinessCalendar => this.#calendar;
  /** ISO 4217 code. */
  readonly currency = (): string => this.#currency;
  readonly generation = (): number => this.#generation;
  /** By calendar and currency as they are at each call. */
  readonly decode: Decode = (value, now) => this.#decode(value, now);

  async storedGeneration(): Promise<number> {
    return (await this.#stored()).generation;
  }

  /**
   * Goes by what is stored from now on. Whether that has another calendar or currency.
   * @param before what else rests on the calendar goes over to it here; when that fails, nothing has changed
   */
  async follow(before: (calendar: BusinessCalendar) => Promise<void>): Promise<boolean> {
    const stored = await this.#stored();
    const calendar = createBusinessCalendar(stored);
    await before(calendar);
    const { zone, cutoverHour } = this.#calendar;
    const changed =
      zone !== calendar.zone || cutoverHour !== calendar.cutoverHour || this.#currency !== stored.currency;
    this.#calendar = calendar;
    this.#currency = stored.currency;
    this.#decode = this.#decoder();
    this.#generation = stored.generation;
    return changed;
  }

  async #stored(): Promise<StoredCalendar> {
    const { zone, cutoverHour } = this.#calendar;
    const found = await readStoredCalendar(this.#pool);
    return found ?? adoptCalendar(this.#pool, { zone, cutoverHour, currency: this.#currency });
  }

  #decoder(): Decode {
    return createDecoder({ calendar: this.#calendar, catalogue: this.#catalogue, currency: this.#currency });
  }
}
