/** How far storing is behind the log, per partition. What is not known is null, never 0. */
import type { Flow, PartitionLag, TimeToClear } from '../domain/status.ts';
import type { HeldPartition, LogBatch, PartitionOffsets } from '../ports/event-log.ts';
import { Arrivals } from './arrivals.ts';
import { Pace, type PaceRates, sumOfRates, timeToClear } from './pace.ts';

interface Entry {
  stored: bigint;
  /** null until the log has told. */
  end: bigint | null;
  /** The time of the event at `stored`, epoch ms; null until it was read. */
  oldest: number | null;
  /** The time of the last event before it, epoch ms: what waits is not older. null when it is not known. */
  notOlder: number | null;
  readonly arrivals: Arrivals;
  readonly pace: Pace;
}

export class LagTracker {
  readonly #entries = new Map<number, Entry>();
  #appendedAt: number | null = null;
  /** When the ends of all partitions were looked at last, epoch ms; null while one is unknown. */
  #observedAt: number | null = null;

  /**
   * Begins with the offsets of the store for the partitions of the log. A partition whose stored offset has not moved since
   * the session before keeps what is known of the events that wait in it.
   */
  begin(partitions: readonly PartitionOffsets[], stored: ReadonlyMap<number, bigint>, now: number): void {
    const before = new Map(this.#entries);
    this.#entries.clear();
    for (const { partition, start, end } of partitions) {
      const offset = stored.get(partition) ?? start;
      const entry = before.get(partition);
      if (entry?.stored === offset && entry.arrivals.reach(end)) this.#entries.set(partition, { ...entry, end: null });
      else this.#entries.set(partition, entryAt(offset));
    }
    this.observeEnds(partitions, now);
  }

  storedOffset(partition: number): bigint | undefined {
    return this.#entries.get(partition)?.stored;
  }

  /** @param now epoch ms */
  observeEnds(partitions: readonly PartitionOffsets[], now: number): void {
    this.#observedAt = now;
    for (const { partition, start, end } of partitions) {
      // One that was added to the topic: nothing of it is stored.
      const entry = this.#entries.get(partition) ?? entryAt(start);
      this.#entries.set(partition, entry);
      const reached = this.#reach(entry, end, now);
      entry.pace.note(performance.now(), entry.stored, reached);
    }
  }

  /** Another member of the group has stored up to `stored`, as just read from the store. */
  observeStored(partition: number, stored: bigint): void {
    const entry = this.#entries.get(partition);
    if (entry && stored !== entry.stored) move(entry, stored, null);
  }

  /** The log handed out a batch: its first record is the oldest one that waits. */
  observeRead(batch: LogBatch, now: number): void {
    const entry = this.#entries.get(batch.partition);
    if (!entry) return;
    this.#reach(entry, batch.endOffset, now);
    if (batch.startOffset <= entry.stored) entry.oldest = batch.records[0]?.timestamp ?? entry.oldest;
  }

  /** A partition stands still at what cannot be read, whose time may be known all the same. */
  observeHeld({ partition, offset, timestamp }: HeldPartition): void {
    const entry = this.#entries.get(partition);
    if (entry?.stored === offset) entry.oldest = timestamp ?? entry.oldest;
  }

  /** @param lastTimestamp of the last stored record: what still waits is not older; null when there was none */
  advance(partition: number, stored: bigint, lastTimestamp: number | null): void {
    const entry = this.#entries.get(partition);
    if (entry) move(entry, stored, lastTimestamp);
  }

  /** The log does not answer: nobody knows where its ends are. */
  forgetEnds(): void {
    this.#observedAt = null;
    for (const entry of this.#entries.values()) {
      entry.end = null;
      entry.arrivals.forget();
      entry.pace.forget();
    }
  }

  partitions(now: number): readonly PartitionLag[] {
    return [...this.#entries].map(([partition, entry]) => {
      const { stored, end, pace } = entry;
      const events = eventsOf(stored, end);
      return {
        partition,
        stored,
        end,
        events,
        seconds: ageOf(entry, now),
        timeToClear: timeToClear(events, pace.rates()),
      };
    });
  }

  /** What arrives in the log, whoever produces it. */
  appended(): Flow {
    return { perSecond: this.#rates()?.appended ?? null, lastAt: this.#appendedAt };
  }

  /** An end only grows. @returns the end */
  #reach(entry: Entry, end: bigint, now: number): bigint {
    if (entry.end !== null && entry.end >= end) return entry.end;
    // The first look at an end tells that something is there, not when it came.
    if (entry.end !== null) this.#appendedAt = now;
    entry.end = end;
    entry.arrivals.note(end, now, entry.stored);
    return end;
  }

  /** Over all partitions; null while unknown. */
  #rates(): PaceRates | null {
    return sumOfRates([...this.#entries.values()].map(({ pace }) => pace.rates()));
  }

  timeToClear(): TimeToClear {
    return timeToClear(this.events(), this.#rates());
  }

  /**
   * Events; null when any partition's end is unknown, or nothing is known yet.
   * @param of these partitions only
   */
  events(of?: ReadonlySet<number>): number | null {
    let sum = 0;
    for (const [partition, { stored, end }] of this.#entries) {
      if (of && !of.has(partition)) continue;
      const events = eventsOf(stored, end);
      if (events === null) return null;
      sum += events;
    }
    return this.#entries.size === 0 ? null : sum;
  }

  /** Age of the oldest event that waits, in seconds; 0 when none does; null when that of any partition is unknown. */
  seconds(now: number): number | null {
    if (this.#entries.size === 0) return null;
    let oldest = 0;
    for (const entry of this.#entries.values()) {
      const age = ageOf(entry, now);
      if (age === null) return null;
      oldest = Math.max(oldest, age);
    }
    return oldest;
  }

  /** Up to when all that reached the log is stored, epoch ms; null while that is unknown. */
  completeUntil(now: number): number | null {
    const seconds = this.seconds(now);
    if (seconds === null || this.#observedAt === null) return null;
    return seconds === 0 && this.events() === 0 ? this.#observedAt : now - seconds * 1000;
  }

  /** Whether all below these ends is stored, but for that of some partitions. */
  hasReached(ends: readonly PartitionOffsets[], except?: ReadonlySet<number>): boolean {
    return ends.every(({ partition, end }) => {
      if (except?.has(partition)) return true;
      const stored = this.#entries.get(partition)?.stored;
      return stored !== undefined && stored >= end;
    });
  }
}

function eventsOf(stored: bigint, end: bigint | null): number | null {
  if (end === null) return null;
  return end > stored ? Number(end - stored) : 0;
}

function entryAt(stored: bigint): Entry {
  return { stored, end: null, oldest: null, notOlder: null, arrivals: new Arrivals(), pace: new Pace() };
}

function move(entry: Entry, stored: bigint, notOlder: number | null): void {
  entry.stored = stored;
  entry.oldest = null;
  entry.notOlder = notOlder;
}

function ageOf(entry: Entry, now: number): number | null {
  const events = eventsOf(entry.stored, entry.end);
  if (events === null || events === 0) return events;
  const since = entry.oldest ?? entry.arrivals.of(entry.stored) ?? entry.notOlder;
  return since === null ? null : Math.max(0, now - since) / 1000;
}
