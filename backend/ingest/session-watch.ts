/**
 * Looks at a session from outside, now and then: at the ends of the log, at what other programs store, and at whether the
 * session itself gets anywhere. What it finds wrong ends the session.
 */
import { AppError, messageOf } from '../lib/app-error.ts';
import type { CommitFeed } from './commit-feed.ts';
import type { ConsumerParts, Session } from './consumer-parts.ts';
import { standingOf } from './held.ts';
import type { LagTracker } from './lag-tracker.ts';
import { dataChanged } from './rounds.ts';

export interface WatchParts extends Pick<ConsumerParts, 'log' | 'store' | 'shared' | 'clock' | 'logger'> {
  readonly observeMs: number;
  readonly stallMs: number;
  readonly lag: LagTracker;
  readonly feed: CommitFeed;
  readonly session: () => Session | undefined;
  /** Nothing has to move now: it is paused, or other work is done first. */
  readonly rests: () => boolean;
  readonly abandon: (error: Error) => void;
  /** Reads anew what became of all events; false when it has to be done again. */
  readonly readCounters: () => Promise<boolean>;
  /** Called after others have stored something. */
  readonly onOthers: () => void;
  readonly onObserved: () => void;
}

export class SessionWatch {
  readonly #parts: WatchParts;
  #timer: NodeJS.Timeout | undefined;
  #observing = false;
  /** How long no offset has moved, in ms of this program's own running: neither a sleep nor a clock step counts. */
  #stillMs = 0;

  /** Others have stored since what became of all events was read. */
  #countersDue = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#look();
      void this.#observe();
    }, this.#parts.observeMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** An offset has moved, or could not. */
  moved(): void {
    this.#stillMs = 0;
  }

  /** Gives up a session that stands still although events wait for it. */
  #look(): void {
    const { lag, stallMs, observeMs } = this.#parts;
    const session = this.#parts.session();
    const waiting = lag.events(this.#moving(session)) ?? 0;
    if (!session || this.#parts.rests() || waiting === 0) this.#stillMs = 0;
    else this.#stillMs += observeMs;
    if (this.#stillMs <= stallMs) return;
    this.#parts.abandon(
      new AppError('log_failed', `${waiting} events wait, and none was stored for ${stallMs / 1000} s.`),
    );
  }

  /** The partitions in which something can move: those of the session but for those that stand at what cannot be read. */
  #moving(session: Session | undefined): ReadonlySet<number> | undefined {
    const { lag } = this.#parts;
    const assigned = session?.reader.assigned;
    const held = session?.reader.held ?? [];
    if (!assigned || held.length === 0) return assigned;
    const standing = standingOf(held, lag);
    return new Set([...assigned].filter((partition) => !standing.has(partition)));
  }

  /** Keeps the lag true while nothing comes. */
  async #observe(): Promise<void> {
    if (this.#observing) return;
    this.#observing = true;
    const { log, clock, logger, lag } = this.#parts;
    try {
      lag.observeEnds(await log.partitions(), clock.now());
      for (const held of this.#parts.session()?.reader.held ?? []) lag.observeHeld(held);
      await this.#observeOthers();
    } catch (error) {
      if (this.#timer === undefined) return;
      logger.debug('The ends of the log are unknown', { error: messageOf(error) });
      lag.forgetEnds();
    } finally {
      this.#observing = false;
      if (this.#timer !== undefined) this.#parts.onObserved();
    }
  }

  /**
   * What other members of the group, and groups of other topics, have stored: it shortens the lag, and whoever adds up
   * commits did not hear of it.
   */
  async #observeOthers(): Promise<void> {
    const { log, store, shared, lag, feed } = this.#parts;
    const session = this.#parts.session();
    if (!session?.reader.assigned) return;
    if (shared && (await shared.storedGeneration()) !== shared.generation()) {
      if (this.#parts.session() === session) this.#parts.abandon(dataChanged());
      return;
    }
    const stored = await store.offsets(log.topic);
    // As it is now: what was given to this member meanwhile may have been stored further by itself.
    const { assigned } = session.reader;
    const others = new Map([...stored].filter(([partition]) => !assigned?.has(partition)));
    for (const [partition, offset] of others) lag.observeStored(partition, offset);
    if (feed.compare(others)) this.#countersDue = true;
    feed.compareOthers(await store.offsetsOfOthers(log.topic));
    if (this.#countersDue) this.#countersDue = !(await this.#parts.readCounters());
    this.#parts.onOthers();
  }
}
