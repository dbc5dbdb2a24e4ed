/**
 * Carries committed totals to the read model and the answer cache, and clears the outbox behind them.
 * States: current -> behind (a projection failed, or the program has just started) -> current (the outbox was replayed).
 * While it is behind, nothing is projected batch by batch: a batch that went through would clear the outbox row of
 * an earlier one that did not. A projector that is behind never keeps sales from being stored.
 */
import type { BusinessDay, RollupRows } from '../domain/rollup.ts';
import type { PartStatus } from '../domain/status.ts';
import { codeOf, messageOf } from '../lib/app-error.ts';
import { backoffDelay } from '../lib/backoff.ts';
import type { AnswerCache } from '../ports/answer-cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import type { CommittedBatch, SaleStore } from '../ports/sale-store.ts';

export interface ProjectorParts {
  readonly store: Pick<SaleStore, 'outboxDays' | 'clearOutbox' | 'dayVersions'>;
  readonly rollups: Pick<RollupReader, 'dayRows'>;
  readonly readModel: ReadModel;
  readonly answers: AnswerCache;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
}

const RETRY = { baseMs: 200, capMs: 5_000 };

export class Projector {
  readonly #parts: ProjectorParts;
  readonly #random: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #projectedListeners = new Set<(batch: CommittedBatch) => void>();
  #behind = true;
  /** How often it was marked behind: a replay makes good only what was missing before it began. */
  #marks = 0;
  #failures = 0;
  /** What the next replay begins with. */
  #clear: (() => Promise<void>) | undefined;
  #status: PartStatus;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
    this.#status = { state: 'off', since: parts.clock.now(), reason: null, code: null, nextAttemptAt: null };
  }

  /** Whether committed totals may be missing from the read model. */
  get behind(): boolean {
    return this.#behind;
  }

  /** The state of the read model as the console shows it. */
  status(): PartStatus {
    return this.#status;
  }

  /** Calls back for each batch whose totals are in the read model now. Returns the unsubscriber. */
  onProjected(listener: (batch: CommittedBatch) => void): () => void {
    this.#projectedListeners.add(listener);
    return () => this.#projectedListeners.delete(listener);
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether a replay is due now. */
  get replayDue(): boolean {
    const wait = (this.#status.nextAttemptAt ?? 0) - this.#parts.clock.now();
    // Longer than any backoff: the clock was set back meanwhile.
    return this.#behind && (wait <= 0 || wait > RETRY.capMs);
  }

  /** From now on the read model may lack something; a replay is due at once. */
  markBehind(): void {
    this.#behind = true;
    this.#marks += 1;
    this.retryNow();
  }

  /**
   * What is stored was recomputed or deleted by another program: the next replay begins with `clear`, which forgets the
   * read model and the answers. What this program projected late, of before, goes with it.
   */
  startOver(clear: () => Promise<void>): void {
    this.#clear = clear;
    this.markBehind();
  }

  /** Does not wait for the end of a backoff. */
  retryNow(): void {
    if (this.#status.nextAttemptAt !== null) this.#set({ ...this.#status, nextAttemptAt: null });
  }

  /** Projects what a round of batches has committed. Never throws. */
  async project(batches: readonly CommittedBatch[]): Promise<void> {
    const touched = batches.filter((batch) => batch.changes.days.length > 0);
    if (this.#behind || touched.length === 0) return;
    try {
      for (const batch of touched) {
        await this.#parts.readModel.apply(batch.changes);
        for (const listener of this.#projectedListeners) listener(batch);
      }
      const days = touched.flatMap((batch) => batch.changes.days);
      const versions = await this.#parts.store.dayVersions([...new Set(days.map((row) => row.day))]);
      for (const [day, version] of versions) await this.#parts.answers.bump(day, version);
      await this.#parts.store.clearOutbox({ theaterMovies: [], theaterQuarters: [], minutes: [], days });
    } catch (error) {
      this.#failed(error);
    }
  }

  /**
   * Loads every day of the outbox, and every built day whose version is not PostgreSQL's, into the read model anew, and
   * calls back after each. Never throws; `behind` tells whether it went through.
   */
  async replay(onDay: () => void = () => {}): Promise<void> {
    const marks = this.#marks;
    if (this.#status.state === 'off') {
      this.#set({
        ...this.#status,
        state: 'connecting',
        since: this.#parts.clock.now(),
        reason: 'Projecting what was not projected yet',
      });
    }
    try {
      const clear = this.#clear;
      await clear?.();
      if (this.#clear === clear) this.#clear = undefined;
      const doubtful = await this.#doubtfulDays();
      // Read after the doubtful ones: a day that is being projected is in one of the two.
      for (const day of new Set([...(await this.#parts.store.outboxDays()), ...doubtful])) {
        await this.#replayDay(day);
        onDay();
      }
      this.#behind = marks !== this.#marks;
      this.#failures = 0;
      if (this.#status.state !== 'up') {
        this.#set({ state: 'up', since: this.#parts.clock.now(), reason: null, code: null, nextAttemptAt: null });
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Built days that the read model holds in another version than PostgreSQL: writes were lost, or it is of other data. */
  async #doubtfulDays(): Promise<readonly BusinessDay[]> {
    const { store, readModel, answers } = this.#parts;
    const held = new Map<BusinessDay, number>();
    for (const day of await readModel.builtDays()) {
      const version = (await readModel.days(day))?.version;
      if (version !== undefined) held.set(day, version);
    }
    if (held.size === 0) return [];
    const stored = await store.dayVersions([...held.keys()]);
    const versionOf = (day: BusinessDay) => stored.get(day) ?? 0;
    // Read before PostgreSQL's, a version above it was never PostgreSQL's: neither is any answer kept with it.
    if ([...held].some(([day, version]) => version > versionOf(day))) await answers.clear();
    return [...held].filter(([day, version]) => version !== versionOf(day)).map(([day]) => day);
  }

  async #replayDay(day: BusinessDay): Promise<void> {
    const { store, rollups, readModel, answers } = this.#parts;
    const held = await readModel.days(day);
    let build = await readModel.beginBuild(day);
    let rows = await rollups.dayRows(day);
    if (held && isOfOtherData(held.version, rows)) {
      build = await readModel.beginBuild(day, { afresh: true });
      rows = await rollups.dayRows(day);
    }
    await readModel.apply(rows);
    await readModel.endBuild(day, build);
    await answers.bump(day, sumOfVersions(rows));
    await store.clearOutbox(rows);
  }

  #failed(error: unknown): void {
    this.#behind = true;
    this.#failures += 1;
    const now = this.#parts.clock.now();
    this.#parts.logger.warn('The read model could not be brought up to date', {
      error: messageOf(error),
      failures: this.#failures,
    });
    this.#set({
      state: 'degraded',
      since: this.#status.state === 'degraded' ? this.#status.since : now,
      reason: `Totals could not be projected: ${messageOf(error)}. Sales are stored all the same; it is tried again.`,
      code: codeOf(error),
      nextAttemptAt: now + backoffDelay(this.#failures, RETRY, this.#random()),
    });
  }

  #set(status: PartStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener();
  }
}

function sumOfVersions(rows: RollupRows): number {
  return rows.days.reduce((sum, row) => sum + row.version, 0);
}

/**
 * Whether a day held at `version` may have rows that PostgreSQL does not have any more. A rebuild and a reset raise all
 * versions above every sum of versions before (`raiseVersionFloor`), so a version below each partition's may be of
 * before; one above their sum is of another database. `version` was read before the rows.
 */
function isOfOtherData(version: number, rows: RollupRows): boolean {
  if (version === 0) return false;
  return version > sumOfVersions(rows) || rows.days.every((row) => version < row.version);
}
