import type { BusinessDay } from '../domain/rollup.ts';
import type { AnswerCache } from '../ports/answer-cache.ts';

interface Entry {
  readonly value: unknown;
  readonly version: number;
  readonly asOf: number;
}

interface Kept {
  readonly day: BusinessDay;
  readonly entry: Entry;
  readonly weight: number;
}

export interface MemoryAnswerCacheOptions {
  /** Most answers kept. */
  readonly maxEntries?: number;
  /** Most values (numbers, bigints, texts) in all kept answers together; one takes 20 to 40 bytes. */
  readonly maxWeight?: number;
}

/** Most days whose newest version is remembered: eleven years, a few hundred kilobytes. */
const maxDays = 4096;

/**
 * Answers of the sql backend, in this process. The answer asked for longest ago goes first when there are too many.
 * The newest version known of a day outlives its answers, so that an answer computed before a bump and set after it
 * is refused.
 */
export class MemoryAnswerCache implements AnswerCache {
  readonly #maxEntries: number;
  readonly #maxWeight: number;
  /** In order of use: the first is the next to go. */
  readonly #kept = new Map<string, Kept>();
  readonly #newest = new Map<BusinessDay, number>();
  #weight = 0;

  constructor(options: MemoryAnswerCacheOptions = {}) {
    this.#maxEntries = options.maxEntries ?? 1000;
    this.#maxWeight = options.maxWeight ?? 1_000_000;
  }

  async get(day: BusinessDay, key: string): Promise<Entry | undefined> {
    const place = placeOf(day, key);
    const kept = this.#kept.get(place);
    if (!kept) return undefined;
    if (kept.entry.version < (this.#newest.get(day) ?? 0)) {
      this.#forget(place, kept);
      return undefined;
    }
    this.#kept.delete(place);
    this.#kept.set(place, kept);
    return kept.entry;
  }

  async set(day: BusinessDay, key: string, entry: Entry): Promise<void> {
    if (entry.version < (this.#newest.get(day) ?? 0)) return;
    // The answer itself proves that the day has reached its version.
    this.#raise(day, entry.version);
    const place = placeOf(day, key);
    const before = this.#kept.get(place);
    if (before) this.#forget(place, before);
    const weight = weigh(entry.value);
    if (weight > this.#maxWeight) return;
    this.#kept.set(place, { day, entry, weight });
    this.#weight += weight;
    for (const [oldest, kept] of this.#kept) {
      if (this.#kept.size <= this.#maxEntries && this.#weight <= this.#maxWeight) break;
      this.#forget(oldest, kept);
    }
  }

  async bump(day: BusinessDay, version: number): Promise<void> {
    this.#raise(day, version);
  }

  async clear(): Promise<void> {
    this.#kept.clear();
    this.#newest.clear();
    this.#weight = 0;
  }

  #raise(day: BusinessDay, version: number): void {
    const newest = Math.max(version, this.#newest.get(day) ?? 0);
    this.#newest.delete(day);
    this.#newest.set(day, newest);
    if (this.#newest.size <= maxDays) return;
    for (const oldest of this.#newest.keys()) {
      this.#newest.delete(oldest);
      // Without its newest version a stale answer of that day could no longer be told.
      for (const [place, kept] of this.#kept) if (kept.day === oldest) this.#forget(place, kept);
      return;
    }
  }

  #forget(place: string, kept: Kept): void {
    this.#kept.delete(place);
    this.#weight -= kept.weight;
  }
}

function placeOf(day: BusinessDay, key: string): string {
  return `${day}\n${key}`;
}

/** How many plain values an answer holds. */
function weigh(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  let weight = 1;
  for (const part of Object.values(value)) weight += weigh(part);
  return weight;
}
