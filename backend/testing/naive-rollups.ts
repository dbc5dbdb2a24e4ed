import type { BusinessCalendar } from '../domain/business-day.ts';
import { addMeasures, type Measures, noMeasures } from '../domain/measures.ts';
import type { QuestionName, QuestionParams, QuestionValue, Theater } from '../domain/question.ts';
import type { BusinessDay, RollupRows } from '../domain/rollup.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import { measuresOf, naiveAnswer } from './naive-answers.ts';

interface Row {
  readonly measures: Measures;
  readonly version: number;
}

/**
 * Rollups kept in plain maps, for tests that need to hold back or break a reader at a chosen moment, which a database
 * does not allow. Answers are recomputed from the sales. What the backends answer on PostgreSQL is tested on PostgreSQL.
 */
export class NaiveRollups implements RollupReader {
  readonly #calendar: BusinessCalendar;
  readonly #theaters: readonly Theater[];
  readonly #rows = {
    theaterMovies: new Map<string, RollupRows['theaterMovies'][number]>(),
    theaterQuarters: new Map<string, RollupRows['theaterQuarters'][number]>(),
    minutes: new Map<string, RollupRows['minutes'][number]>(),
    days: new Map<string, RollupRows['days'][number]>(),
  };
  readonly sales: SaleLine[] = [];

  constructor(calendar: BusinessCalendar, theaters: readonly Theater[]) {
    this.#calendar = calendar;
    this.#theaters = theaters;
  }

  /** Stores a batch of one partition and returns the rows it changed. */
  store(partition: number, sales: readonly SaleLine[]): RollupRows {
    this.sales.push(...sales);
    const { theaterMovies, theaterQuarters, minutes, days } = this.#rows;
    return {
      theaterMovies: upsert(theaterMovies, sales, ({ businessDay: day, theaterId, movieId }) => ({
        day,
        theaterId,
        movieId,
      })),
      theaterQuarters: upsert(theaterQuarters, sales, ({ businessDay: day, theaterId, soldAt }) => ({
        day,
        theaterId,
        at: Math.floor(soldAt / 900_000) * 900_000,
      })),
      minutes: upsert(minutes, sales, ({ businessDay: day, soldAt }) => ({
        day,
        partition,
        at: Math.floor(soldAt / 60_000) * 60_000,
      })),
      days: upsert(days, sales, ({ businessDay: day }) => ({ day, partition })),
    };
  }

  async answer<N extends Exclude<QuestionName, 'theaters'>>(
    name: N,
    params: QuestionParams<N>,
  ): Promise<{ readonly value: QuestionValue<N>; readonly version: number }> {
    const question = { name, params } as unknown as Parameters<typeof naiveAnswer<N>>[0];
    const context = { calendar: this.#calendar, theaters: this.#theaters };
    const { day } = params as { day: BusinessDay };
    return { value: naiveAnswer<N>(question, this.sales, context), version: this.version(day) };
  }

  async dayRows(day: BusinessDay): Promise<RollupRows> {
    const of = <R extends { readonly day: BusinessDay }>(rows: ReadonlyMap<string, R>) =>
      [...rows.values()].filter((row) => row.day === day);
    const { theaterMovies, theaterQuarters, minutes, days } = this.#rows;
    return {
      theaterMovies: of(theaterMovies),
      theaterQuarters: of(theaterQuarters),
      minutes: of(minutes),
      days: of(days),
    };
  }

  async days(): Promise<readonly BusinessDay[]> {
    return [...new Set([...this.#rows.days.values()].map((row) => row.day))].sort();
  }

  version(day: BusinessDay): number {
    return [...this.#rows.days.values()].filter((row) => row.day === day).reduce((sum, row) => sum + row.version, 0);
  }
}

function upsert<K extends object>(
  rows: Map<string, K & Row>,
  sales: readonly SaleLine[],
  keyOf: (sale: SaleLine) => K,
): (K & Row)[] {
  const groups = new Map<string, { key: K; sales: SaleLine[] }>();
  for (const sale of sales) {
    const key = keyOf(sale);
    const place = JSON.stringify(key);
    const group = groups.get(place);
    if (group) group.sales.push(sale);
    else groups.set(place, { key, sales: [sale] });
  }
  return [...groups].map(([place, { key, sales: added }]) => {
    const held = rows.get(place);
    const row = {
      ...key,
      measures: addMeasures(held?.measures ?? noMeasures, measuresOf(added)),
      version: (held?.version ?? 0) + 1,
    };
    rows.set(place, row);
    return row;
  });
}
