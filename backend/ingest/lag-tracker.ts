/** How far storing is behind the log, per partition. What is not known is null, never 0. */
import type { PartitionLag } from '../domain/status.ts';
import type { LogBatch, PartitionOffsets } from '../ports/event-log.ts';

interface Entry {
  stored: bigint;
  /** null until the log has told. */
  end: bigint | null;
  /** Since when something waits, epoch ms: the oldest waiting record's time, or when it was first seen. null = nothing waits. */
  waitingSince: number | null;
}

export class LagTracker {
  readonly #entries = new Map<number, Entry>();

  /** Begins anew: offsets of the store for the partitions of the log. */
  begin(partitions: readonly PartitionOffsets[], stored: ReadonlyMap<number, bigint>, now: number): void {
    this.#entries.clear();
    for (const { partition, start } of partitions) {
      this.#entries.set(partition, { stored: stored.get(partition) ?? start, end: null, waitingSince: null });
    }
    this.observeEnds(partitions, now);
  }

  storedOffset(partition: number): bigint | undefined {
    return this.#entries.get(partition)?.stored;
  }

  observeEnds(partitions: readonly PartitionOffsets[], now: number): void {
    for (const { partition, end } of partitions) {
      const entry = this.#entries.get(partition);
      if (!entry) continue;
      if (entry.end === null || entry.end < end) entry.end = end;
      if (entry.end > entry.stored) entry.waitingSince ??= now;
    }
  }

  /** The log handed out a batch: its first record is the oldest one that waits. */
  observeRead(batch: LogBatch, now: number): void {
    const entry = this.#entries.get(batch.partition);
    if (!entry) return;
    if (entry.end === null || entry.end < batch.endOffset) entry.end = batch.endOffset;
    if (entry.end > entry.stored) entry.waitingSince = batch.records[0]?.timestamp ?? now;
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
    for (const entry of this.#entries.values()) entry.end = null;
  }

  partitions(): readonly PartitionLag[] {
    return [...this.#entries].map(([partition, { stored, end }]) => ({
      partition,
      stored,
      end,
      events: eventsOf(stored, end),
    }));
  }

  /** Events; null when any partition's end is unknown, or nothing is known yet. */
  events(): number | null {
    let sum = 0;
    for (const { stored, end } of this.#entries.values()) {
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
