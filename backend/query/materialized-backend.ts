import type { BusinessCalendar } from '../domain/business-day.ts';
import type {
  Answer,
  Movie,
  QuestionName,
  QuestionParams,
  Questions,
  QuestionValue,
  Theater,
} from '../domain/question.ts';
import type { BusinessDay, RollupRows } from '../domain/rollup.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import type { ReadModel, Versioned } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import {
  movieLeaderboardOf,
  seriesOf,
  summaryOf,
  theaterHoursOf,
  theaterLeaderboardOf,
  theaterMoviesOf,
  topTheaterOf,
} from './answers-from-rows.ts';
import { checkQuestion } from './question-check.ts';

export interface MaterializedBackendOptions {
  readonly model: ReadModel;
  /** Where a day that is not built is built from. */
  readonly reader: RollupReader;
  readonly catalogue: { readonly theaters: readonly Theater[]; readonly movies: readonly Movie[] };
  /** The calendar in force now (it changes with the business zone). */
  readonly calendar: () => BusinessCalendar;
  readonly clock: Clock;
}

type RowFamily = keyof RollupRows;
/** The read model's readers as one map, by which TypeScript follows a family to its type of row. */
type ModelReaders = { [F in RowFamily]: (day: BusinessDay) => Promise<Versioned<RollupRows[F]> | undefined> };

interface ReadRows<F extends RowFamily> extends Versioned<RollupRows[F]> {
  readonly source: 'read-model' | 'postgres';
}

/**
 * Answers from the read model, computed here from its rows. A day that is not built is built from PostgreSQL first,
 * once however many ask for it, and those who waited are answered from the rows just read.
 */
export class MaterializedBackend implements QueryBackend {
  readonly name = 'materialized';
  readonly #options: MaterializedBackendOptions;
  readonly #theaterIds: ReadonlySet<number>;
  readonly #builds = new Map<BusinessDay, Promise<RollupRows>>();
  /** Settles when no clearing is under way; builds wait for it. Never rejects. */
  #cleared: Promise<void> = Promise.resolve();

  constructor(options: MaterializedBackendOptions) {
    this.#options = options;
    this.#theaterIds = new Set(options.catalogue.theaters.map((theater) => theater.id));
  }

  async answer<N extends QuestionName>(name: N, params: QuestionParams<N>): Promise<Answer<QuestionValue<N>>> {
    const started = performance.now();
    checkQuestion(name, params, this.#theaterIds);
    const asOf = this.#options.clock.now();
    const { value, source, version } = await this.#solve(name, params);
    return { value, backend: this.name, source, watermark: { version, asOf }, tookMs: performance.now() - started };
  }

  async versionOf(day: BusinessDay): Promise<number | null> {
    const held = await this.#useModel(() => this.#options.model.days(day));
    return held?.version ?? null;
  }

  /**
   * Builds those of `days` that are not built yet, one after the other. `onProgress` hears how many are done.
   * Throws `AppError` not_available; `cancelled` when the signal aborts.
   */
  async prepare(
    days: readonly BusinessDay[],
    options: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal } = {},
  ): Promise<void> {
    const built = new Set(await this.#useModel(() => this.#options.model.builtDays()));
    for (const [index, day] of days.entries()) {
      if (options.signal?.aborted) throw new AppError('cancelled', 'Building the read model was cancelled.');
      options.onProgress?.(index, days.length);
      if (!built.has(day)) await this.#build(day);
    }
    options.onProgress?.(days.length, days.length);
  }

  /**
   * Forgets every day, so that each is built anew: call it after the rollups were rebuilt. Builds under way finish
   * first, and later ones wait, so that no rows read before it are kept after it.
   */
  clear(): Promise<void> {
    // Taken now: a build that starts later waits for this clearing, which must not wait for it.
    const running = [...this.#builds.values()];
    const clearing = this.#cleared
      .then(() => Promise.allSettled(running))
      .then(() => this.#useModel(() => this.#options.model.clear()));
    this.#cleared = clearing.catch(() => undefined);
    return clearing;
  }

  async #solve<N extends QuestionName>(
    name: N,
    params: QuestionParams<N>,
  ): Promise<{ value: QuestionValue<N>; source: Answer<unknown>['source']; version: number }> {
    const hourStart = (at: number) => this.#options.calendar().hourStart(at);
    const solvers: { [Q in QuestionName]: (params: QuestionParams<Q>) => Promise<Solved<Q>> } = {
      theaters: async () => ({ value: this.#options.catalogue.theaters, source: 'catalogue', version: 0 }),
      theaterMovies: ({ day, theaterId }) =>
        this.#from('theaterMovies', day, (rows) => theaterMoviesOf(rows, theaterId)),
      topTheater: ({ day }) => this.#from('theaterMovies', day, (rows) => topTheaterOf(theaterLeaderboardOf(rows))),
      theaterLeaderboard: ({ day, before }) =>
        before === undefined
          ? this.#from('theaterMovies', day, theaterLeaderboardOf)
          : this.#from('theaterQuarters', day, (rows) => theaterLeaderboardOf(rows.filter((row) => row.at < before))),
      movieLeaderboard: ({ day }) => this.#from('theaterMovies', day, movieLeaderboardOf),
      summary: ({ day }) => this.#from('days', day, summaryOf),
      series: ({ day, bucket, theaterId }) => {
        if (bucket === 'minute') return this.#from('minutes', day, (rows) => seriesOf(rows, (at) => at));
        const start = bucket === 'hour' ? hourStart : (at: number) => at;
        return this.#from('theaterQuarters', day, (rows) =>
          seriesOf(theaterId === undefined ? rows : rows.filter((row) => row.theaterId === theaterId), start),
        );
      },
      theaterHours: ({ day }) => this.#from('theaterQuarters', day, (rows) => theaterHoursOf(rows, hourStart)),
    };
    return solvers[name](params);
  }

  async #from<F extends RowFamily, V>(
    family: F,
    day: BusinessDay,
    compute: (rows: RollupRows[F]) => V,
  ): Promise<{ value: V; source: 'read-model' | 'postgres'; version: number }> {
    const { rows, version, source } = await this.#rows(family, day);
    return { value: compute(rows), source, version };
  }

  async #rows<F extends RowFamily>(family: F, day: BusinessDay): Promise<ReadRows<F>> {
    const model: ModelReaders = this.#options.model;
    const held = await this.#useModel(() => model[family](day));
    if (held) return { ...held, source: 'read-model' };
    const read = await this.#build(day);
    const version = read.days.reduce((sum, row) => sum + row.version, 0);
    return { rows: read[family], version, source: 'postgres' };
  }

  #build(day: BusinessDay): Promise<RollupRows> {
    const running = this.#builds.get(day);
    if (running) return running;
    const build = this.#cleared.then(() => this.#buildNow(day)).finally(() => this.#builds.delete(day));
    this.#builds.set(day, build);
    return build;
  }

  async #buildNow(day: BusinessDay): Promise<RollupRows> {
    const { model, reader } = this.#options;
    const build = await this.#useModel(() => model.beginBuild(day));
    const rows = await use('PostgreSQL', () => reader.dayRows(day));
    await this.#useModel(() => model.apply(rows));
    await this.#useModel(() => model.endBuild(day, build));
    return rows;
  }

  #useModel<T>(call: () => Promise<T>): Promise<T> {
    return use('The read model', call);
  }
}

type Solved<N extends QuestionName> = {
  value: Questions[N]['value'];
  source: Answer<unknown>['source'];
  version: number;
};

async function use<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new AppError('not_available', `${what} did not answer: ${messageOf(cause)}`, {
      hint: 'Look at its state in the status bar, or switch to the sql backend.',
      cause,
    });
  }
}
