/**
 * Reads the log, stores batch after batch, projects what was committed.
 *
 * States (`PartState`, changed in `#set` alone):
 *   off -> connecting            start()
 *   connecting -> up             offsets read, reader open
 *   up -> degraded | down        a round failed; by the table in failure-policy.ts; retried after a backoff
 *   degraded | down -> connecting   backoff over, or retryNow()
 *   any -> off                   stop()
 * Paused is a flag beside the state: the reader stays open, nothing is polled.
 *
 * A *session* is one reader's life, from the store's offsets on. The truth is in the store: whatever fails, the next
 * session begins at what was committed. A session that was given up (watchdog) may still be waiting for an answer;
 * whatever it commits late is fenced off or counted by the offsets that the next one reads.
 */

import type { ConsumerStatus, Flow, PartState } from '../domain/status.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import { backoffDelay } from '../lib/backoff.ts';
import type { HeldPartition, LogBatch, PartitionOffsets } from '../ports/event-log.ts';
import type { CommittedBatch } from '../ports/sale-store.ts';
import { BetweenRounds } from './between-rounds.ts';
import { CommitFeed } from './commit-feed.ts';
import { type ConsumerParts, type ConsumerTuning, defaultTuning, type Session } from './consumer-parts.ts';
import { failurePolicyFor, rootCodeOf } from './failure-policy.ts';
import { standingOf, stateOfHeld, unreadable } from './held.ts';
import { IdleReader } from './idle-reader.ts';
import { LagTracker } from './lag-tracker.ts';
import { Progress } from './progress.ts';
import { type RoundStep, Rounds } from './rounds.ts';
import { SessionWatch } from './session-watch.ts';

/** A poll that brings this many records shows that more wait: the next one follows at once. */
const FULL_ROUND = 1_500;

export class Consumer {
  readonly #parts: ConsumerParts;
  readonly #tuning: ConsumerTuning;
  readonly #lag = new LagTracker();
  readonly #statusListeners = new Set<() => void>();
  readonly #feed: CommitFeed;
  readonly #rounds: Rounds;
  readonly #watch: SessionWatch;
  readonly #progress = new Progress();
  #state: { state: PartState; since: number; reason: string | null; code: string | null; nextAttemptAt: number | null };
  #pausedAt: number | null = null;
  #completeUntil: number | null = null;
  #stopping = false;
  #running: Promise<void> | undefined;
  #interrupt = new AbortController();
  #abandonSession: ((error: Error) => void) | undefined;
  #session: Session | undefined;
  readonly #between = new BetweenRounds();
  #failures = 0;
  /** Since when a partition is held, epoch ms. */
  #heldSince: number | null = null;
  #restarts = 0;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    this.#tuning = { ...defaultTuning, ...parts.tuning };
    this.#feed = new CommitFeed(parts.logger);
    const shared = { ...parts, ...this.#tuning, lag: this.#lag, feed: this.#feed };
    this.#rounds = new Rounds({ ...shared, onProgress: () => this.#watch.moved() });
    this.#watch = new SessionWatch({
      ...shared,
      session: () => this.#session,
      rests: () => this.#pausedAt !== null || this.#between.busy,
      abandon: (error) => this.#abandonSession?.(error),
      readCounters: () => this.#rounds.readCounters(),
      onOthers: () => this.#progress.made(),
      onObserved: () => this.#observed(),
    });
    this.#state = { state: 'off', since: parts.clock.now(), reason: null, code: null, nextAttemptAt: null };
  }

  /** Begins to consume; failures are retried by itself. Does nothing when it runs already. */
  start(): void {
    if (this.#running) return;
    this.#stopping = false;
    this.#interrupt = new AbortController();
    this.#watch.start();
    this.#running = this.#run();
  }

  /** Finishes the batch in hand and closes the reader. What was not stored yet stays in the log. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#watch.stop();
    this.#interrupt.abort();
    const giveUp = setTimeout(() => {
      this.#abandonSession?.(new AppError('cancelled', 'The batch in hand took too long to wait for.'));
    }, this.#tuning.stopMs);
    await this.#running;
    clearTimeout(giveUp);
    this.#running = undefined;
    this.#set('off');
    this.#progress.made();
  }

  /** Stops polling after the round in hand, until `resume`. */
  pause(): void {
    this.completeUntil();
    this.#pausedAt ??= this.#parts.clock.now();
    this.#notify();
  }

  resume(): void {
    this.#pausedAt = null;
    this.#watch.moved();
    this.#wake();
    this.#notify();
  }

  /** Tries again at once instead of waiting for the end of a backoff. */
  retryNow(): void {
    this.#parts.projector.retryNow();
    this.#wake();
  }

  /**
   * Up to when all that reached the log is stored, epoch ms; null until that was known once. It stands still while the
   * consumer is not up, is paused, or does not know how much waits.
   */
  completeUntil(): number | null {
    const now = this.#parts.clock.now();
    const known = this.#state.state === 'up' && this.#pausedAt === null ? this.#lag.completeUntil(now) : null;
    // A clock that was set back must not make old data look new.
    if (known !== null) this.#completeUntil = Math.max(Math.min(this.#completeUntil ?? known, now), known);
    return this.#completeUntil;
  }

  status(): ConsumerStatus {
    // Nothing looks at the log while it is off.
    const known = this.#state.state !== 'off';
    const { projector, clock } = this.#parts;
    const isUp = this.#state.state === 'up';
    const held = this.#held();
    const behind = isUp && projector.status().state === 'degraded';
    return {
      ...(behind ? projector.status() : this.#state),
      ...(isUp && held.length > 0 ? stateOfHeld(held, this.#heldSince ?? clock.now()) : {}),
      paused: this.#pausedAt !== null,
      pausedAt: this.#pausedAt,
      observeOnly: this.#parts.observeOnly ?? false,
      lagEvents: known ? this.#lag.events() : null,
      lagSeconds: known ? this.#lag.seconds(clock.now()) : null,
      timeToClear: known ? this.#lag.timeToClear() : null,
      partitions: known ? this.#lag.partitions(clock.now()) : [],
      ...this.#rounds.counts,
      restarts: this.#restarts,
    };
  }

  /** Calls back after a change of state, and whenever the lag was looked at. Returns the unsubscriber. */
  onStatus(listener: () => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** What arrives in the log, whoever produces it. */
  appended(): Flow {
    return this.#lag.appended();
  }

  /** Calls back after each step of a round, for measuring. Returns the unsubscriber. */
  onStep(listener: (step: RoundStep) => void): () => void {
    return this.#rounds.onStep(listener);
  }

  /** Calls back after each committed batch, in the order of the commits. Returns the unsubscriber. */
  onCommitted(listener: (batch: CommittedBatch) => void): () => void {
    return this.#feed.onCommitted(listener);
  }

  /**
   * Calls back when the store holds batches that `onCommitted` did not tell of: the answer to a commit was lost, or
   * another program has stored them. Whoever adds up commits has to start from the store again.
   */
  onGap(listener: () => void): () => void {
    return this.#feed.onGap(listener);
  }

  /**
   * Runs `work` while nothing is being stored: all that was committed is told and, unless the projector is behind,
   * projected. The next round waits for it, so it should be short.
   */
  betweenRounds<T>(work: () => Promise<T>): Promise<T> {
    return this.#between.run(work);
  }

  /**
   * null when producers may go on; otherwise resolves when half of the room is free again. While it is stopped nothing
   * becomes free: a producer that ends meanwhile has to stop waiting by itself.
   */
  waitForRoom(): Promise<void> | null {
    if (!this.#isFull(this.#tuning.roomEvents)) return null;
    return this.#progress.until(() => !this.#isFull(this.#tuning.roomEvents / 2));
  }

  /**
   * Resolves when all that can be read of the log now is stored and projected. Waits through failures, until the signal
   * aborts.
   * Errors: `AppError` `cancelled`, which names what it waited for, when the signal aborts or the consumer is stopped
   * before; `batch_unreadable` when all is stored but what stands behind a batch that cannot be read.
   */
  async drained(signal?: AbortSignal): Promise<void> {
    const ends = await this.#ends(signal);
    const { projector, observeOnly = false } = this.#parts;
    const stored = () => ends !== undefined && this.#lag.hasReached(ends, standingOf(this.#held(), this.#lag));
    const done = () => stored() && (observeOnly || !projector.behind) && !this.#rounds.projecting;
    await this.#progress.until(() => done() || !this.#running, signal);
    if (signal?.aborted && !done()) throw new AppError('cancelled', `Stopped waiting: ${this.#waitsFor()}.`);
    if (!stored()) throw new AppError('cancelled', 'The consumer was stopped before everything was stored.');
    const [held] = this.#held();
    if (held && !this.#lag.hasReached(ends ?? [])) throw unreadable(held);
  }

  /** What `drained` waits for, for a person. */
  #waitsFor(): string {
    const { reason, lagEvents: events } = this.status();
    const what =
      events === null
        ? 'how many events wait is not known'
        : events > 0
          ? `${events} events wait to be stored`
          : 'all events are stored, and the read model is behind';
    return reason === null ? what : `${what}. ${reason.replace(/\.$/, '')}`;
  }

  #held(): readonly HeldPartition[] {
    return this.#session?.reader.held ?? [];
  }

  /** The ends of the log; undefined when the signal aborts first. */
  async #ends(signal: AbortSignal | undefined): Promise<readonly PartitionOffsets[] | undefined> {
    let onAbort = () => {};
    const aborted = new Promise<undefined>((resolve) => {
      onAbort = () => resolve(undefined);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) resolve(undefined);
    });
    try {
      const ends = await Promise.race([this.#parts.log.partitions(), aborted]);
      if (ends) this.#lag.observeEnds(ends, this.#parts.clock.now());
      return ends;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #observed(): void {
    this.#heldSince = this.#held().length > 0 ? (this.#heldSince ?? this.#parts.clock.now()) : null;
    this.#progress.made();
    this.#notify();
  }

  #isFull(events: number): boolean {
    const waiting = this.#lag.events();
    return waiting !== null && waiting >= events;
  }

  #set(
    state: PartState,
    reason: string | null = null,
    code: string | null = null,
    nextAttemptAt: number | null = null,
  ): void {
    const since = state === this.#state.state ? this.#state.since : this.#parts.clock.now();
    this.#state = { state, since, reason, code, nextAttemptAt };
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#statusListeners) listener();
  }

  /** Ends whatever wait the loop is in. */
  #wake(): void {
    this.#interrupt.abort();
    if (!this.#stopping) this.#interrupt = new AbortController();
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#parts;
    while (!this.#stopping) {
      try {
        // While it fails again and again it stays what it is, since the first failure.
        if (this.#failures === 0) this.#set('connecting', 'Reading the stored offsets');
        await this.#runSession();
      } catch (error) {
        if (this.#stopping) break;
        this.#failures += 1;
        const policy = failurePolicyFor(error);
        const delay = backoffDelay(this.#failures, policy.range, (this.#parts.random ?? Math.random)());
        logger.warn('Consuming failed and is tried again', {
          error: messageOf(error),
          code: rootCodeOf(error),
          delayMs: delay,
        });
        this.#set(policy.state, `${messageOf(error)} ${policy.advice}`, rootCodeOf(error), clock.now() + delay);
        this.#restarts += 1;
        await clock.sleep(delay, this.#interrupt.signal);
      }
    }
  }

  async #runSession(): Promise<void> {
    const { log, store, projector, clock, shared } = this.#parts;
    // First: whatever is read from here on is of this generation, or the batches are refused.
    await shared?.takeOver();
    const stored = await store.offsets(log.topic);
    await this.#rounds.readCounters();
    const partitions = await log.partitions();
    this.#lag.begin(partitions, stored, clock.now());
    this.#feed.compare(new Map(partitions.map(({ partition, start }) => [partition, stored.get(partition) ?? start])));
    const reader = this.#parts.observeOnly
      ? new IdleReader(clock)
      : await log.open(stored, this.#parts.alone ? { alone: true } : { storedOffsets: () => this.#storedOffsets() });
    const session: Session = { reader, ended: false };
    this.#session = session;
    // What the session before committed last may not have been projected.
    projector.markBehind();
    this.#watch.moved();
    this.#between.open();
    try {
      const abandoned = new Promise<never>((_resolve, reject) => {
        this.#abandonSession = reject;
      });
      await Promise.race([this.#consume(session), abandoned]);
    } finally {
      session.ended = true;
      this.#session = undefined;
      this.#abandonSession = undefined;
      await this.#between.close();
      await reader.close();
    }
  }

  async #consume(session: Session): Promise<void> {
    const { projector, clock } = this.#parts;
    const goesOn = () => !this.#stopping && !session.ended;
    while (goesOn()) {
      if (projector.replayDue && !this.#parts.observeOnly) await projector.replay(() => this.#watch.moved());
      await this.#between.settle();
      if (!goesOn()) break;
      this.#progress.made();
      if (this.#pausedAt !== null) {
        await clock.sleep(this.#tuning.pollWaitMs, this.#interrupt.signal);
        continue;
      }
      const batches = await this.#poll(session);
      const roundStart = performance.now();
      if (batches.length > 0) {
        await this.#rounds.run(session, batches, goesOn).finally(() => this.#progress.made());
        this.#failures = 0;
      }
      // Up means that events are stored, or that none wait; a partition that is held is told of apart.
      const { assigned, held = [] } = session.reader;
      const works = batches.length > 0 || held.length > 0 || this.#lag.events(assigned) === 0;
      if (works && this.#state.state !== 'up' && goesOn()) this.#set('up');
      if (batches.length === 0) continue;
      const count = batches.reduce((sum, batch) => sum + batch.records.length, 0);
      const rest = this.#tuning.lingerMs - (performance.now() - roundStart);
      if (count < FULL_ROUND && rest > 0 && goesOn()) await clock.sleep(rest, this.#interrupt.signal);
    }
  }

  /** A poll that stop() and retryNow() can end. */
  async #poll(session: Session): Promise<readonly LogBatch[]> {
    const { signal } = this.#interrupt;
    const onAbort = () => {
      if (this.#stopping) void session.reader.close();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await session.reader.poll(
        this.#tuning.pollRecords * this.#tuning.parallel,
        this.#parts.projector.behind ? 50 : this.#tuning.pollWaitMs,
      );
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Asked for when the group has given this member other partitions: from there on it reads. */
  async #storedOffsets(): Promise<ReadonlyMap<number, bigint>> {
    const { store, log } = this.#parts;
    const stored = await store.offsets(log.topic);
    for (const [partition, offset] of stored) this.#lag.observeStored(partition, offset);
    this.#feed.compare(stored);
    return stored;
  }
}
