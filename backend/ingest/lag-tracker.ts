/** How far storing is behind the log, per partition. What is not known is null, never 0. */
import type { Flow, PartitionLag, TimeToClear } from '../domain/status.ts';
import type { LogBatch, PartitionOffsets } from '../ports/event-log.ts';
import { Pace, type PaceRates, sumOfRates, timeToClear } from './pace.ts';

interface Entry {
  stored: bigint;
  /** null until the log has told. */
  end: bigint | null;
  /** Since when something waits, epoch ms: the oldest waiting record's time, or when it was first seen. null = nothing waits. */
  waitingSince: number | null;
  readonly pace: Pace;
}

export class LagTracker {
  readonly #entries = new Map<number, Entry>();
  #appendedAt: number | null = null;
  /** When the ends of all partitions were looked at last, epoch ms; null while one is unknown. */
  #observedAt: number | null = null;

  /** Begins anew: offsets of the store for the partitions of the log. */
  begin(partitions: readonly PartitionOffsets[], stored: ReadonlyMap<number, bigint>, now: number): void {
    this.#entries.clear();
    for (const { partition, start } of partitions) {
      const entry = { stored: stored.get(partition) ?? start, end: null, waitingSince: null, pace: new Pace() };
      this.#entries.set(partition, entry);
    }
    this.observeEnds(partitions, now);
  }

  storedOffset(partition: number): bigint | undefined {
    return this.#entries.get(partition)?.stored;
  }

  observeEnds(partitions: readonly PartitionOffsets[], now: number): void {
    this.#observedAt = now;
    for (const { partition, end } of partitions) {
      const entry = this.#entries.get(partition);
      if (!entry) continue;
      const reached = this.#reach(entry, end, now);
      if (reached > entry.stored) entry.waitingSince ??= now;
      entry.pace.note(now, entry.stored, reached);
    }
  }

  /** Another member of the group has stored up to `stored`, as just read from the store. */
  observeStored(partition: number, stored: bigint, now: number): void {
    const entry = this.#entries.get(partition);
    if (!entry || stored === entry.stored) return;
    entry.stored = stored;
    entry.waitingSince = entry.end !== null && entry.end <= stored ? null : now;
  }

  /** The log handed out a batch: its first record is the oldest one that waits. */
  observeRead(batch: LogBatch, now: number): void {
    const entry = this.#entries.get(batch.partition);
    if (!entry) return;
    if (this.#reach(entry, batch.endOffset, now) > entry.stored)
      entry.waitingSince = batch.records[0]?.timestamp ?? entry.waitingSince ?? now;
  }

  /** @param lastTimestamp of the last stored record: what still waits is not older */
  advance(partition: number, stored: bigint, lastTimestamp: number): void {
    const entry = this.#entries.get(partition);
    if (!entry) return;
    entry.stored = stored;
    entry.waitingSince = entry.end !== null && entry.end <= stored ? null : lastTimestamp;
  }

  /** The log does not answer: nobody knows where its ends are. */
  forgetEnds(): void {
    this.#observedAt = null;
    for (const entry of this.#entries.values()) {
      entry.end = null;
      entry.pace.forget();
    }
  }

  partitions(now: number): readonly PartitionLag[] {
    return [...this.#entries].map(([partition, { stored, end, waitingSince, pace }]) => {
      const events = eventsOf(stored, end);
      const seconds = events === null ? null : events === 0 ? 0 : Math.max(0, now - (waitingSince ?? now)) / 1000;
      return { partition, stored, end, events, seconds, timeToClear: timeToClear(events, pace.rates()) };
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

  /** Age of the oldest event that waits, in seconds; 0 when none does; null when unknown. */
  seconds(now: number): number | null {
    const events = this.events();
    if (events === null) return null;
    if (events === 0) return 0;
    let oldest = now;
    for (const { waitingSince } of this.#entries.values()) {
      if (waitingSince !== null && waitingSince < oldest) oldest = waitingSince;
    }
    return Math.max(0, now - oldest) / 1000;
  }

  /** Up to when all that reached the log is stored, epoch ms; null while that is unknown. */
  completeUntil(now: number): number | null {
    const seconds = this.seconds(now);
    if (seconds === null || this.#observedAt === null) return null;
    return seconds === 0 && this.events() === 0 ? this.#observedAt : now - seconds * 1000;
  }

  /** Whether all below these ends is stored. */
  hasReached(ends: readonly PartitionOffsets[]): boolean {
    return ends.every(({ partition, end }) => {
      const stored = this.#entries.get(partition)?.stored;
      return stored !== undefined && stored >= end;
    });
  }
}

function eventsOf(stored: bigint, end: bigint | null): number | null {
  if (end === null) return null;
  return end > stored ? Number(end - stored) : 0;
}
