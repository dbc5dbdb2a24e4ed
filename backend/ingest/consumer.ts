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
import type { Clock } from '../ports/clock.ts';
import type { EventLog, LogBatch, LogReader } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import type { CommittedBatch, SaleStore, StoreBatch } from '../ports/sale-store.ts';
import { BetweenRounds } from './between-rounds.ts';
import { CommitFeed } from './commit-feed.ts';
import type { Decode } from './decode-slices.ts';
import { decodeBatch } from './decode-slices.ts';
import { failurePolicyFor, rootCodeOf } from './failure-policy.ts';
import { IdleReader } from './idle-reader.ts';
import { LagTracker } from './lag-tracker.ts';
import { runLanes } from './lanes.ts';
import type { Projector } from './projector.ts';

export interface ConsumerParts {
  readonly log: EventLog;
  readonly store: SaleStore;
  readonly projector: Projector;
  readonly decode: Decode;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
  /** Others store: nothing is read, stored or projected here, but what they store is watched. */
  readonly observeOnly?: boolean;
  readonly tuning?: Partial<ConsumerTuning>;
}

export interface ConsumerTuning {
  /** Partitions whose batches are stored at the same time; each wants a connection of its own. */
  readonly parallel: number;
  /** Records of one poll for each of them, all partitions together. */
  readonly pollRecords: number;
  /** How long a poll waits for the first record, ms. */
  readonly pollWaitMs: number;
  /** Shortest time between the starts of two rounds while little waits, ms: small batches cost the database most. */
  readonly lingerMs: number;
  /** No offset moved for so long although events wait: the session is given up, ms. */
  readonly stallMs: number;
  /** How often the log is asked for its ends, ms. */
  readonly observeMs: number;
  /** How long `stop` waits for the batch in hand, ms. A batch that did not commit by then is stored after the next start. */
  readonly stopMs: number;
  /** Events that may wait before producers of this program are asked to. */
  readonly roomEvents: number;
}

const defaultTuning: ConsumerTuning = {
  parallel: 1,
  pollRecords: 8_000,
  pollWaitMs: 500,
  lingerMs: 40,
  stallMs: 10_000,
  observeMs: 1_000,
  stopMs: 5_000,
  roomEvents: 10_000,
};

/** A poll that brings this many records shows that more wait: the next one follows at once. */
const FULL_ROUND = 1_500;

type DecodedBatch = Omit<StoreBatch, 'expectedOffset'>;

/** What a round has just done with a batch; times in ms. */
export type RoundStep =
  | { readonly kind: 'read'; readonly batch: LogBatch }
  | { readonly kind: 'decoded'; readonly ms: number }
  | { readonly kind: 'written'; readonly ms: number };

interface Session {
  readonly reader: LogReader;
  ended: boolean;
}

export class Consumer {
  readonly #parts: ConsumerParts;
  readonly #tuning: ConsumerTuning;
  readonly #lag = new LagTracker();
  readonly #statusListeners = new Set<() => void>();
  readonly #stepListeners = new Set<(step: RoundStep) => void>();
  readonly #feed: CommitFeed;
  readonly #progressWaiters = new Set<() => void>();
  #state: { state: PartState; since: number; reason: string | null; code: string | null; nextAttemptAt: number | null };
  #pausedAt: number | null = null;
  #stopping = false;
  #running: Promise<void> | undefined;
  #interrupt = new AbortController();
  #abandonSession: ((error: Error) => void) | undefined;
  #session: Session | undefined;
  #observer: NodeJS.Timeout | undefined;
  #observing = false;
  #projecting = false;
  readonly #between = new BetweenRounds();
  /** How long no offset has moved, in ms of this program's own running: neither a sleep nor a clock step counts. */
  #stillMs = 0;
  #failures = 0;
  #restarts = 0;
  #duplicates = 0;
  #deadLettered = 0;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    this.#tuning = { ...defaultTuning, ...parts.tuning };
    this.#feed = new CommitFeed(parts.logger);
    this.#state = { state: 'off', since: parts.clock.now(), reason: null, code: null, nextAttemptAt: null };
  }

  /** Begins to consume; failures are retried by itself. Does nothing when it runs already. */
  start(): void {
    if (this.#running) return;
    this.#stopping = false;
    this.#interrupt = new AbortController();
    this.#observer = setInterval(() => {
      this.#watch();
      void this.#observe();
    }, this.#tuning.observeMs);
    this.#running = this.#run();
  }

  /** Finishes the batch in hand and closes the reader. What was not stored yet stays in the log. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#observer);
    this.#interrupt.abort();
    const giveUp = setTimeout(() => {
      this.#abandonSession?.(new AppError('cancelled', 'The batch in hand took too long to wait for.'));
    }, this.#tuning.stopMs);
    await this.#running;
    clearTimeout(giveUp);
    this.#running = undefined;
    this.#set('off');
    this.#wakeProgressWaiters();
  }

  /** Stops polling after the round in hand, until `resume`. */
  pause(): void {
    this.#pausedAt ??= this.#parts.clock.now();
    this.#notify();
  }

  resume(): void {
    this.#pausedAt = null;
    this.#stillMs = 0;
    this.#wake();
    this.#notify();
  }

  /** Tries again at once instead of waiting for the end of a backoff. */
  retryNow(): void {
    this.#parts.projector.retryNow();
    this.#wake();
  }

  status(): ConsumerStatus {
    const waits = this.#lag.events();
    const { projector, clock } = this.#parts;
    const behind = this.#state.state === 'up' && projector.status().state === 'degraded';
    return {
      ...(behind ? projector.status() : this.#state),
      paused: this.#pausedAt !== null,
      pausedAt: this.#pausedAt,
      observeOnly: this.#parts.observeOnly ?? false,
      lagEvents: waits,
      lagSeconds: this.#lag.seconds(clock.now()),
      timeToClear: this.#lag.timeToClear(),
      partitions: this.#lag.partitions(clock.now()),
      duplicates: this.#duplicates,
      deadLettered: this.#deadLettered,
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
    this.#stepListeners.add(listener);
    return () => this.#stepListeners.delete(listener);
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
    return this.#until(() => !this.#isFull(this.#tuning.roomEvents / 2));
  }

  /**
   * Resolves when all that is in the log now is stored and projected. Waits through failures.
   * Errors: `AppError` `cancelled` when the consumer is stopped before.
   */
  async drained(): Promise<void> {
    const ends = await this.#parts.log.partitions();
    this.#lag.observeEnds(ends, this.#parts.clock.now());
    const { projector, observeOnly = false } = this.#parts;
    const done = () => this.#lag.hasReached(ends) && (observeOnly || !projector.behind) && !this.#projecting;
    await this.#until(() => done() || !this.#running);
    if (!this.#lag.hasReached(ends))
      throw new AppError('cancelled', 'The consumer was stopped before everything was stored.');
  }

  #isFull(events: number): boolean {
    const waiting = this.#lag.events();
    return waiting !== null && waiting >= events;
  }

  /** Resolves when the condition holds after some progress, or after a stop. */
  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#progressWaiters.delete(look);
        resolve();
      };
      this.#progressWaiters.add(look);
      look();
    });
  }

  #wakeProgressWaiters(): void {
    for (const waiter of [...this.#progressWaiters]) waiter();
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

  #step(step: RoundStep): void {
    for (const listener of this.#stepListeners) listener(step);
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
    const { log, store, projector, clock } = this.#parts;
    const stored = await store.offsets(log.topic);
    await this.#readCounters();
    const partitions = await log.partitions();
    this.#lag.begin(partitions, stored, clock.now());
    this.#feed.compare(new Map(partitions.map(({ partition, start }) => [partition, stored.get(partition) ?? start])));
    const reader = this.#parts.observeOnly
      ? new IdleReader(clock)
      : await log.open(stored, { storedOffsets: () => this.#storedOffsets() });
    const session: Session = { reader, ended: false };
    this.#session = session;
    // What the session before committed last may not have been projected.
    projector.markBehind();
    this.#stillMs = 0;
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
      if (projector.replayDue && !this.#parts.observeOnly) await projector.replay(() => this.#progressed());
      await this.#between.settle();
      if (!goesOn()) break;
      this.#wakeProgressWaiters();
      if (this.#pausedAt !== null) {
        await clock.sleep(this.#tuning.pollWaitMs, this.#interrupt.signal);
        continue;
      }
      const batches = await this.#poll(session);
      const roundStart = clock.now();
      if (batches.length > 0) {
        await this.#round(session, batches);
        this.#failures = 0;
      }
      if (this.#state.state !== 'up' && goesOn()) this.#set('up');
      if (batches.length === 0) continue;
      const count = batches.reduce((sum, batch) => sum + batch.records.length, 0);
      const rest = this.#tuning.lingerMs - (clock.now() - roundStart);
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

  /** Stores and projects the batches of a poll. Where several are stored at a time, projecting goes on beside it. */
  async #round(session: Session, batches: readonly LogBatch[]): Promise<void> {
    const { projector, clock } = this.#parts;
    const { parallel } = this.#tuning;
    for (const batch of batches) {
      this.#lag.observeRead(batch, clock.now());
      this.#step({ kind: 'read', batch });
    }
    const committed: CommittedBatch[] = [];
    let projected = 0;
    let projecting = Promise.resolve();
    const project = () => {
      projecting = projecting.then(() => {
        const from = projected;
        projected = committed.length;
        return projector.project(committed.slice(from));
      });
    };
    this.#projecting = true;
    try {
      await runLanes(batches, parallel, {
        decode: (batch) => this.#decode(batch),
        store: async (batch, decoded) => {
          const result = await this.#apply(session, batch, decoded);
          if (result) committed.push(result);
          if (result && parallel > 1) project();
          return result !== undefined;
        },
        goesOn: () => !this.#stopping && !session.ended,
      });
    } finally {
      // What was committed before a failure is projected all the same.
      project();
      await projecting;
      this.#projecting = false;
      this.#wakeProgressWaiters();
    }
    for (const batch of committed) await session.reader.commit(batch.partition, batch.nextOffset);
  }

  async #decode(batch: LogBatch): Promise<DecodedBatch> {
    const started = performance.now();
    const decoded = await decodeBatch(batch, this.#parts.decode, () => this.#parts.clock.now());
    this.#step({ kind: 'decoded', ms: performance.now() - started });
    return decoded;
  }

  /** undefined when the batch was fenced off, or the session was given up meanwhile. */
  async #apply(session: Session, batch: LogBatch, decoded: DecodedBatch): Promise<CommittedBatch | undefined> {
    const { store, projector, clock, logger } = this.#parts;
    const { partition } = batch;
    const first = batch.records[0]?.offset ?? batch.nextOffset;
    const expectedOffset = this.#lag.storedOffset(partition) ?? first;
    if (first > expectedOffset) {
      logger.error('Events are missing in the log', { partition, from: String(expectedOffset), to: String(first) });
    }
    if (first < expectedOffset) {
      if (batch.endOffset < expectedOffset) {
        throw new AppError(
          'log_failed',
          `Partition ${partition} of the log ends at ${batch.endOffset}, and ${expectedOffset} is stored.`,
        );
      }
      // Read before another member of the group, which had the partition, stored it.
      session.reader.seek(partition, expectedOffset);
      return undefined;
    }
    const started = performance.now();
    const result = await store.apply({ ...decoded, expectedOffset });
    this.#step({ kind: 'written', ms: performance.now() - started });
    if (result.kind === 'committed') this.#feed.tell(result.batch);
    if (session.ended) {
      // The session that follows has replayed the outbox already, perhaps without this one.
      projector.markBehind();
      return undefined;
    }
    if (result.kind === 'fenced') {
      logger.warn('Another consumer has moved the offset', { partition, storedOffset: String(result.storedOffset) });
      session.reader.seek(partition, result.storedOffset);
      this.#lag.advance(partition, result.storedOffset, clock.now());
      this.#feed.compare(new Map([[partition, result.storedOffset]]));
      await this.#readCounters();
      return undefined;
    }
    this.#duplicates += result.batch.duplicates;
    this.#deadLettered += result.batch.deadLetters;
    this.#progressed();
    this.#lag.advance(partition, result.batch.nextOffset, batch.records.at(-1)?.timestamp ?? clock.now());
    return result.batch;
  }

  async #readCounters(): Promise<void> {
    const counters = await this.#parts.store.counters(this.#parts.log.topic);
    this.#duplicates = counters.duplicates;
    this.#deadLettered = counters.deadLettered;
  }

  #progressed(): void {
    this.#stillMs = 0;
  }

  /** Keeps the lag true while nothing comes. */
  async #observe(): Promise<void> {
    if (this.#observing) return;
    this.#observing = true;
    const { log, clock, logger } = this.#parts;
    try {
      this.#lag.observeEnds(await log.partitions(), clock.now());
      await this.#observeOthers();
    } catch (error) {
      if (this.#stopping) return;
      logger.debug('The ends of the log are unknown', { error: messageOf(error) });
      this.#lag.forgetEnds();
    } finally {
      this.#observing = false;
      if (!this.#stopping) this.#notify();
    }
  }

  /** Asked for when the group has given this member other partitions: from there on it reads. */
  async #storedOffsets(): Promise<ReadonlyMap<number, bigint>> {
    const { store, log, clock } = this.#parts;
    const stored = await store.offsets(log.topic);
    for (const [partition, offset] of stored) this.#lag.observeStored(partition, offset, clock.now());
    this.#feed.compare(stored);
    return stored;
  }

  /** What other members of the group have stored: it shortens the lag, and whoever adds up commits did not hear of it. */
  async #observeOthers(): Promise<void> {
    const assigned = this.#session?.reader.assigned;
    if (!assigned) return;
    const { store, log, clock } = this.#parts;
    const stored = await store.offsets(log.topic);
    const others = new Map([...stored].filter(([partition]) => !assigned.has(partition)));
    for (const [partition, offset] of others) this.#lag.observeStored(partition, offset, clock.now());
    this.#feed.compare(others);
    this.#wakeProgressWaiters();
  }

  /** Gives up a session that stands still although events wait for it. */
  #watch(): void {
    const waiting = this.#lag.events(this.#session?.reader.assigned) ?? 0;
    if (!this.#abandonSession || this.#pausedAt !== null || this.#between.busy || waiting === 0) this.#stillMs = 0;
    else this.#stillMs += this.#tuning.observeMs;
    if (this.#stillMs <= this.#tuning.stallMs) return;
    this.#abandonSession?.(
      new AppError('log_failed', `${waiting} events wait and none was stored for ${this.#tuning.stallMs / 1000} s.`),
    );
  }
}
