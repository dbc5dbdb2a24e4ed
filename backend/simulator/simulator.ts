import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BusinessCalendar } from '../domain/business-day.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import { requirePermit, type SimulationPermit } from '../domain/simulation.ts';
import type { BackfillStatus, SimulatorSettings, SimulatorStatus } from '../domain/status.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import { appendUntilAcknowledged } from './appender.ts';
import { type BackfillOptions, historyDays, runBackfill, untilAborted } from './backfill.ts';
import { type GeneratedMessage, SaleGenerator } from './generator.ts';
import { scenarioProfile, withBurst } from './rate-profile.ts';
import { RecentRate } from './recent-rate.ts';
import { checkRate, checkSettings, refusal } from './simulator-settings.ts';

/** Between two looks for due events. Short enough to be unseen in produce -> screen, long enough to make batches. */
const tickMs = 25;
/** Events made before other work gets its turn: about 2 ms. */
const sliceSize = 250;
const maxBatch = 2000;
/** Arrivals older than this are put off instead of sent in a storm. */
const maxBehindMs = 1000;
const maxBurstSeconds = 3600;
const maxBackfillDays = 366;

/** What is stored already: a history is never made on top of another. */
export interface StoredHistory {
  /** Business days that have sales. */
  days(): Promise<readonly BusinessDay[]>;
  /** When the first sale of the day was sold, epoch ms (of its minute); null when it has none. */
  firstSaleAt(day: BusinessDay): Promise<number | null>;
}

export interface SimulatorOptions {
  readonly log: EventLog;
  readonly catalogue: Catalogue;
  /** Currency and calendar in force; asked at each start and backfill, and when the data has changed. */
  readonly currency: () => string;
  readonly calendar: () => BusinessCalendar;
  readonly settings: SimulatorSettings;
  readonly permit: SimulationPermit;
  readonly stored: StoredHistory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** null when the consumer has room for more, else a promise of it. */
  readonly waitForRoom: () => Promise<void> | null;
}

type HeldHistory = Pick<BackfillOptions, 'present' | 'firstToday'> & { readonly missing: number };

interface Counters {
  produced: number;
  acknowledged: number;
  failed: number;
  backPressureMs: number;
  readonly faultsSent: { duplicates: number; late: number; outOfOrder: number; malformed: number };
}

/** What lives as long as one run. */
interface Run {
  generator: SaleGenerator;
  readonly stop: AbortController;
  /** Resolves when the run has ended; never rejects. */
  done: Promise<void>;
}

/**
 * Produces ticket sales into the log at the set rate.
 *
 *   stopped --start--> running <--pause, resume--> paused
 *   running, paused --stop--> stopping --last append acknowledged or given up--> stopped
 *   running --the log refuses for good--> stopped (lastError says why)
 *
 * A backfill of history runs beside it in any state. `#enter` is the only place that changes the state.
 */
export class Simulator {
  readonly #options: SimulatorOptions;
  readonly #listeners = new Set<() => void>();
  #state: SimulatorStatus['state'] = 'stopped';
  #since: number;
  #settings: SimulatorSettings;
  #burst: SimulatorStatus['burst'] = null;
  #counters: Counters = newCounters();
  #recent = new RecentRate();
  /** While arrivals stand still, because paused or for want of room: since when. */
  #standing: { readonly since: number; readonly backPressure: boolean } | null = null;
  /** Why a run or backfill has ended by itself. */
  #failure: string | null = null;
  /** Why the last append is being tried again. */
  #retryReason: string | null = null;
  #run: Run | null = null;
  /** Resolved on resume. */
  #resumed: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null;
  #backfill: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;
  #backfillStatus: BackfillStatus | null = null;

  /** Throws `AppError` bad_request for settings out of their limits. */
  constructor(options: SimulatorOptions) {
    checkSettings(options.settings);
    this.#options = options;
    this.#settings = options.settings;
    this.#since = options.clock.now();
  }

  status(): SimulatorStatus {
    const now = this.#options.clock.now();
    const { produced, acknowledged, failed, backPressureMs, faultsSent } = this.#counters;
    const waiting = this.#standing?.backPressure ? now - this.#standing.since : 0;
    return {
      state: this.#state,
      since: this.#since,
      settings: this.#settings,
      burst: this.#burst !== null && now < this.#burst.until ? this.#burst : null,
      produced,
      acknowledged,
      failed,
      faultsSent: { ...faultsSent },
      rate: this.#recent.perSecond(now),
      backPressureMs: Math.round(backPressureMs + waiting),
      backfill: this.#backfillStatus,
      lastError: this.#failure ?? this.#retryReason,
    };
  }

  /** Calls back after every change of the status. Returns the unsubscriber. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Starts a run, its counters at 0. Throws `AppError` simulation_not_allowed, simulator_busy when there is one,
   * bad_request for its settings.
   */
  start(settings: SimulatorSettings = this.#settings): void {
    requirePermit(this.#options.permit);
    if (this.#run !== null) {
      throw new AppError('simulator_busy', `The simulator is ${this.#state}.`, {
        hint: 'Stop it before you start it again.',
      });
    }
    checkSettings(settings);
    const now = this.#options.clock.now();
    this.#settings = settings;
    this.#counters = newCounters();
    this.#recent = new RecentRate(now);
    this.#failure = null;
    const run: Run = { generator: this.#newGenerator(now), stop: new AbortController(), done: Promise.resolve() };
    this.#run = run;
    this.#enter('running');
    run.done = this.#live(run);
  }

  /** Stops producing; resolves when all that was handed to the log is acknowledged or counted as failed. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    if (this.#state !== 'stopping') {
      this.#enter('stopping');
      run.stop.abort();
    }
    await run.done;
  }

  /** Holds a run; what has been handed to the log is still acknowledged. Without effect unless running. */
  pause(): void {
    if (this.#state !== 'running') return;
    let resolve: () => void = () => {};
    const promise = new Promise<void>((resolved) => {
      resolve = resolved;
    });
    this.#resumed = { promise, resolve };
    this.#enter('paused');
  }

  /** Goes on with a paused run; the time between is not made up for. Without effect unless paused. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#enter('running');
    this.#resumed?.resolve();
    this.#resumed = null;
  }

  /** New settings, for the run in progress too: a new seed starts its events anew. Throws `AppError` bad_request. */
  update(settings: SimulatorSettings): void {
    checkSettings(settings);
    const reseeded = settings.seed !== this.#settings.seed;
    this.#settings = settings;
    if (this.#run !== null) {
      if (reseeded) this.#run.generator = this.#newGenerator(this.#options.clock.now());
      this.#redraw(this.#run);
    }
    this.#changed();
  }

  /** Goes on by the calendar and the currency that the data has now. */
  followData(): void {
    if (this.#run === null) return;
    this.#run.generator = this.#newGenerator(this.#options.clock.now());
    this.#redraw(this.#run);
  }

  /** `rate` events/s for some seconds, then the set rate again. Throws `AppError` bad_request for limits or without a run. */
  burst(rate: number, seconds: number): void {
    checkRate(rate);
    if (!(seconds > 0 && seconds <= maxBurstSeconds)) {
      throw refusal(`A burst of ${seconds} s is not possible.`, `Give a length of up to ${maxBurstSeconds} s.`);
    }
    if (this.#run === null || this.#state !== 'running') {
      throw refusal('A burst needs a running simulator.', 'Start the simulator first.');
    }
    this.#burst = { rate, until: this.#options.clock.now() + seconds * 1000 };
    this.#redraw(this.#run);
    this.#changed();
  }

  /**
   * Starts to produce the history of `days` business days, and of today before its first sale. Where some of the days
   * have sales already, `extend` adds only the missing ones; else it is refused. Resolves when it has started.
   * Throws `AppError` simulation_not_allowed, simulator_busy while a backfill runs, bad_request for a number of days
   * outside 1..366, history_present, and what reading the stored days throws.
   */
  startBackfill(days: number, existing: 'refuse' | 'extend' = 'refuse'): Promise<void> {
    requirePermit(this.#options.permit);
    if (this.#backfill !== null) {
      throw new AppError('simulator_busy', 'A backfill is running.', { hint: 'Wait for its end or cancel it.' });
    }
    if (!Number.isInteger(days) || days < 1 || days > maxBackfillDays) {
      throw refusal(`A history of ${days} days is not possible.`, `Give a whole number from 1 to ${maxBackfillDays}.`);
    }
    this.#failure = null;
    const stop = new AbortController();
    this.#backfillStatus = { days, day: 1, produced: 0, total: 0, secondsLeft: null };
    const held = this.#heldHistory(days, existing);
    const done = held
      .then((history) => {
        this.#backfillStatus = { days: history.missing, day: 1, produced: 0, total: 0, secondsLeft: null };
        return this.#fillBack(days, history, stop.signal);
      })
      .catch(() => undefined)
      .finally(() => {
        this.#backfill = null;
        this.#backfillStatus = null;
        this.#changed();
      });
    this.#backfill = { stop, done };
    this.#changed();
    return held.then(() => undefined);
  }

  /** What is stored of the days, and of today; throws where a history may not be added to it. */
  async #heldHistory(days: number, existing: 'refuse' | 'extend'): Promise<HeldHistory> {
    const { clock, stored } = this.#options;
    const calendar = this.#options.calendar();
    const today = calendar.dayOf(clock.now());
    const [held, firstToday] = await Promise.all([stored.days(), stored.firstSaleAt(today)]);
    const present = new Set(held);
    const wanted = historyDays(today, days, calendar);
    checkPresent(wanted, present, existing);
    return { present, firstToday, missing: wanted.filter((day) => !present.has(day)).length };
  }

  /** Ends the backfill; resolves when its last append is acknowledged or given up. */
  async cancelBackfill(): Promise<void> {
    this.#backfill?.stop.abort();
    await this.#backfill?.done;
  }

  /** Resolves when no backfill runs any more. */
  async backfillEnded(): Promise<void> {
    await this.#backfill?.done;
  }

  /** Stops the run and the backfill. */
  async close(): Promise<void> {
    await Promise.all([this.stop(), this.cancelBackfill()]);
  }

  async #live(run: Run): Promise<void> {
    try {
      await this.#produce(run);
      await this.#send(run, run.generator.takeHeld());
    } catch (error) {
      this.#fail('The simulator has stopped', error);
    } finally {
      this.#run = null;
      this.#burst = null;
      this.#resumed = null;
      this.#enter('stopped');
    }
  }

  async #produce(run: Run): Promise<void> {
    const { clock, waitForRoom } = this.#options;
    const { signal } = run.stop;
    let lookedAt = clock.now();
    while (!signal.aborted) {
      if (this.#resumed !== null) {
        await this.#stand(run, this.#resumed.promise, { backPressure: false });
        continue;
      }
      const room = waitForRoom();
      if (room !== null) {
        await this.#stand(run, room, { backPressure: true });
        continue;
      }
      // A clock that was put back would stop the arrivals until it has caught up.
      const now = clock.now();
      if (now < lookedAt) run.generator.shift(now - lookedAt);
      lookedAt = now;

      const batch = await this.#gather(run, now);
      const sentAt = clock.now();
      await this.#send(run, batch);
      this.#putOff(run, clock.now() - sentAt);
      if (batch.length < maxBatch) await clock.sleep(tickMs, signal);
    }
  }

  /** The events due by `now`, made in slices. */
  async #gather(run: Run, now: number): Promise<GeneratedMessage[]> {
    const batch: GeneratedMessage[] = [];
    while (batch.length < maxBatch) {
      const slice = run.generator.take(now, sliceSize);
      batch.push(...slice);
      if (slice.length < sliceSize) break;
      await nextTurn();
    }
    return batch;
  }

  async #send(run: Run, batch: readonly GeneratedMessage[]): Promise<void> {
    if (batch.length === 0) return;
    const counters = this.#counters;
    counters.produced += batch.length;
    for (const { fault } of batch) if (fault !== null) counters.faultsSent[fault] += 1;
    try {
      await appendUntilAcknowledged(this.#options.log, batch, {
        clock: this.#options.clock,
        signal: run.stop.signal,
        onRetry: (reason) => this.#retrying(reason),
      });
    } catch (error) {
      counters.failed += batch.length;
      throw error;
    }
    counters.acknowledged += batch.length;
    this.#recent.add(this.#options.clock.now(), batch.length);
    this.#retryReason = null;
    this.#changed();
  }

  /** Lets arrivals stand still until the promise resolves or the run stops, and then go on where they were. */
  async #stand(run: Run, until: Promise<void>, { backPressure }: { readonly backPressure: boolean }): Promise<void> {
    const since = this.#options.clock.now();
    this.#standing = { since, backPressure };
    try {
      await untilAborted(until, run.stop.signal);
    } finally {
      const stood = this.#options.clock.now() - since;
      this.#standing = null;
      if (backPressure) this.#counters.backPressureMs += stood;
      run.generator.shift(stood);
      this.#changed();
    }
  }

  /** Draws the arrivals anew from now on, or from where they stand still. */
  #redraw(run: Run): void {
    const from = this.#standing?.since ?? this.#options.clock.now();
    run.generator.change(from, this.#profile(), this.#settings);
  }

  /** After a slow append, or after the computer slept: at most the last second is made up for. */
  #putOff(run: Run, appendMs: number): void {
    const excess = this.#options.clock.now() - run.generator.position - maxBehindMs;
    if (excess <= 0) return;
    run.generator.shift(excess);
    this.#counters.backPressureMs += Math.min(excess, appendMs);
  }

  async #fillBack(days: number, held: HeldHistory, signal: AbortSignal): Promise<void> {
    const { log, catalogue, currency, clock, waitForRoom } = this.#options;
    try {
      await runBackfill({
        days,
        present: held.present,
        firstToday: held.firstToday,
        seed: this.#settings.seed,
        log,
        calendar: this.#options.calendar(),
        catalogue,
        currency: currency(),
        clock,
        waitForRoom,
        signal,
        onRetry: (reason) => this.#retrying(reason),
        onProgress: (status) => {
          this.#backfillStatus = status;
          this.#retryReason = null;
          this.#changed();
        },
      });
    } catch (error) {
      this.#fail('The backfill has stopped', error);
    }
  }

  #newGenerator(now: number): SaleGenerator {
    const { catalogue, currency } = this.#options;
    return new SaleGenerator({
      seed: this.#settings.seed,
      start: now,
      profile: this.#profile(),
      mix: this.#settings,
      calendar: this.#options.calendar(),
      catalogue,
      currency: currency(),
    });
  }

  #profile() {
    const profile = scenarioProfile(this.#settings.scenario, this.#settings.rate);
    return this.#burst === null ? profile : withBurst(profile, this.#burst);
  }

  #retrying(reason: string): void {
    this.#options.logger.warn('append failed, trying again', { reason });
    this.#retryReason = reason;
    this.#changed();
  }

  #fail(what: string, error: unknown): void {
    this.#options.logger.error(what, { reason: messageOf(error) });
    this.#failure = `${what}: ${messageOf(error)}`;
    this.#retryReason = null;
  }

  #enter(state: SimulatorStatus['state']): void {
    this.#state = state;
    this.#since = this.#options.clock.now();
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Replacing days would have to take counted sales back out of a log that keeps them: days are only ever added. */
function checkPresent(
  wanted: readonly BusinessDay[],
  present: ReadonlySet<BusinessDay>,
  existing: 'refuse' | 'extend',
): void {
  const there = wanted.filter((day) => present.has(day)).length;
  const missing = wanted.length - there;
  if (there === 0 || (existing === 'extend' && missing > 0)) return;
  throw new AppError(
    'history_present',
    missing === 0
      ? `${wanted.length === 1 ? 'This day is' : `All ${wanted.length} days are`} there already.`
      : `${there} of these ${wanted.length} days ${there === 1 ? 'is' : 'are'} there already, ${missing} ${missing === 1 ? 'is' : 'are'} missing.`,
    {
      hint: `${missing === 0 ? 'Ask for more days' : 'Add only the missing days'}, or reset the data first: sales that are counted stay in the log and cannot be replaced.`,
    },
  );
}

function newCounters(): Counters {
  return {
    produced: 0,
    acknowledged: 0,
    failed: 0,
    backPressureMs: 0,
    faultsSent: { duplicates: 0, late: 0, outOfOrder: 0, malformed: 0 },
  };
}
