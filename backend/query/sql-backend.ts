import type { Answer, Movie, QuestionName, QuestionParams, QuestionValue, Theater } from '../domain/question.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { AnswerCache } from '../ports/answer-cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import { checkQuestion } from './question-check.ts';
import { questionKey } from './question-key.ts';

export interface SqlBackendOptions {
  readonly reader: RollupReader;
  readonly cache: AnswerCache;
  readonly catalogue: { readonly theaters: readonly Theater[]; readonly movies: readonly Movie[] };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Answers from PostgreSQL's rollups, with a cache before it. A cached answer carries the version of its day, and the
 * cache gives it out only while that version is the newest it was told of. A cache that fails costs time, never an
 * answer.
 */
export class SqlBackend implements QueryBackend {
  readonly name = 'sql';
  readonly #options: SqlBackendOptions;
  readonly #theaterIds: ReadonlySet<number>;
  #cacheFailing = false;
  /** Grows with every `clear`: an answer read before it must not be cached after it. */
  #generation = 0;

  constructor(options: SqlBackendOptions) {
    this.#options = options;
    this.#theaterIds = new Set(options.catalogue.theaters.map((theater) => theater.id));
  }

  async answer<N extends QuestionName>(name: N, params: QuestionParams<N>): Promise<Answer<QuestionValue<N>>> {
    const started = performance.now();
    checkQuestion(name, params, this.#theaterIds);
    const found = await this.#find(name, params);
    return { ...found, backend: this.name, tookMs: performance.now() - started };
  }

  /** Forgets every cached answer: call it after the rollups were rebuilt. */
  async clear(): Promise<void> {
    this.#generation += 1;
    await this.#options.cache.clear();
  }

  async #find<N extends QuestionName>(
    name: N,
    params: QuestionParams<N>,
  ): Promise<Pick<Answer<QuestionValue<N>>, 'value' | 'source' | 'watermark'>> {
    const { catalogue, clock, reader, cache } = this.#options;
    const asOf = clock.now();
    if (name === 'theaters') {
      return {
        value: catalogue.theaters as QuestionValue<N>,
        source: 'catalogue',
        watermark: { version: 0, asOf },
      };
    }
    const asked = name as Exclude<N, 'theaters'>;
    const { day } = params as { day: string };
    const key = questionKey(name, params);
    const generation = this.#generation;
    const kept = await this.#tryCache(() => cache.get(day, key));
    if (kept) {
      return {
        value: kept.value as QuestionValue<N>,
        source: 'cache',
        watermark: { version: kept.version, asOf: kept.asOf },
      };
    }
    const { value, version } = await this.#read(() => reader.answer(asked, params as QuestionParams<typeof asked>));
    if (generation === this.#generation) await this.#tryCache(() => cache.set(day, key, { value, version, asOf }));
    return { value: value as QuestionValue<N>, source: 'postgres', watermark: { version, asOf } };
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      if (cause instanceof AppError && cause.code === 'bad_question') throw cause;
      throw new AppError('not_available', `PostgreSQL did not answer: ${messageOf(cause)}`, {
        hint: 'Look at the state of the database in the status bar, then ask again.',
        cause,
      });
    }
  }

  async #tryCache<T>(use: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await use();
      if (this.#cacheFailing) this.#options.logger.info('the answer cache works again');
      this.#cacheFailing = false;
      return result;
    } catch (error) {
      // Said once per outage: at many questions a second one line each would bury everything else.
      if (!this.#cacheFailing) {
        this.#options.logger.warn('the answer cache failed; answers come from PostgreSQL', {
          reason: messageOf(error),
        });
      }
      this.#cacheFailing = true;
      return undefined;
    }
  }
}
