import type { Answer, BackendName, QuestionName, QuestionParams, QuestionValue } from '../domain/question.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { QueryBackend } from '../ports/query-backend.ts';

/** A backend that can be told that the rollups were rebuilt. */
export interface SwitchedBackend extends QueryBackend {
  clear(): Promise<void>;
}

export interface BackendSwitchOptions {
  readonly sql: SwitchedBackend;
  readonly materialized: SwitchedBackend;
  readonly chosen: BackendName;
  /** Whether the other backend may answer when the chosen one fails. */
  readonly fallback: boolean;
  readonly clock: Clock;
}

/** How often and how long (ms) a backend that is behind what was already shown gets to catch up. */
const catchUpAttempts = 10;
const catchUpMs = 25;
/** Most days whose newest shown version is remembered. */
const maxDays = 400;

/**
 * The one way to ask. Sends each question to the chosen backend; a question on its way when the choice changes is
 * still answered. The version of a day that a caller sees never goes down, whichever backend answers.
 */
export class BackendSwitch {
  readonly #backends: Readonly<Record<BackendName, SwitchedBackend>>;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #shown = new Map<BusinessDay, number>();
  #chosen: BackendName;
  #fallback: boolean;
  /** Grows with every `clear`: versions seen before it say nothing after it. */
  #generation = 0;

  constructor(options: BackendSwitchOptions) {
    this.#backends = { sql: options.sql, materialized: options.materialized };
    this.#clock = options.clock;
    this.#chosen = options.chosen;
    this.#fallback = options.fallback;
  }

  get chosen(): BackendName {
    return this.#chosen;
  }

  get fallback(): boolean {
    return this.#fallback;
  }

  /** From the next question on. */
  switchTo(name: BackendName): void {
    if (name === this.#chosen) return;
    this.#chosen = name;
    this.#tell();
  }

  /** Whether the other backend may answer when the chosen one fails. */
  setFallback(allowed: boolean): void {
    if (allowed === this.#fallback) return;
    this.#fallback = allowed;
    this.#tell();
  }

  /** Calls back after the choice or the permission changed. Returns the unsubscriber. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Both backends forget what they hold: call it after the rollups were rebuilt, recomputed or emptied. */
  async clear(): Promise<void> {
    this.#generation += 1;
    this.#shown.clear();
    await Promise.all([this.#backends.sql.clear(), this.#backends.materialized.clear()]);
  }

  /**
   * Throws `AppError`: bad_question as it is; not_available naming the backend when the chosen one failed and the other
   * may not answer, or failed too.
   */
  async answer<N extends QuestionName>(name: N, params: QuestionParams<N>): Promise<Answer<QuestionValue<N>>> {
    const chosen = this.#chosen;
    try {
      return await this.#ask(chosen, name, params);
    } catch (error) {
      if (error instanceof AppError && error.code === 'bad_question') throw error;
      const other = chosen === 'sql' ? 'materialized' : 'sql';
      const reason = messageOf(error);
      const switched = this.#chosen !== chosen;
      if (!switched && !this.#fallback) {
        throw new AppError('not_available', `The ${chosen} backend could not answer: ${reason}`, {
          hint: `Switch to the ${other} backend, or allow it to step in (Settings, Query backend).`,
          cause: error,
        });
      }
      try {
        const answer = await this.#ask(other, name, params);
        // Chosen meanwhile: then it is no fallback but the backend the user wants.
        return switched ? answer : { ...answer, fallback: { chosen, reason } };
      } catch (otherError) {
        if (otherError instanceof AppError && otherError.code === 'bad_question') throw otherError;
        throw new AppError(
          'not_available',
          `Neither backend could answer. ${chosen}: ${reason} ${other}: ${messageOf(otherError)}`,
          { hint: 'Look at the state of the database and the read model in the status bar.', cause: error },
        );
      }
    }
  }

  async #ask<N extends QuestionName>(
    backend: BackendName,
    name: N,
    params: QuestionParams<N>,
  ): Promise<Answer<QuestionValue<N>>> {
    const day = 'day' in params ? params.day : null;
    for (let attempt = 1; ; attempt += 1) {
      const generation = this.#generation;
      const answer = await this.#backends[backend].answer(name, params);
      if (day === null || generation !== this.#generation) return answer;
      const shown = this.#shown.get(day) ?? 0;
      if (answer.watermark.version >= shown) {
        this.#remember(day, answer.watermark.version);
        return answer;
      }
      if (attempt === catchUpAttempts) {
        throw new AppError(
          'not_available',
          `It is behind: ${day} was shown at version ${shown}, and it has version ${answer.watermark.version}.`,
          { hint: 'Wait a moment, or rebuild the read model.' },
        );
      }
      await this.#clock.sleep(catchUpMs);
    }
  }

  #remember(day: BusinessDay, version: number): void {
    this.#shown.delete(day);
    this.#shown.set(day, version);
    if (this.#shown.size <= maxDays) return;
    for (const oldest of this.#shown.keys()) {
      this.#shown.delete(oldest);
      return;
    }
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
