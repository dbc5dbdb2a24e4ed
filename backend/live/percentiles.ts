import type { Percentiles } from '../domain/live.ts';

/** p50, p95 and p99 by nearest rank (the smallest sample that at least p % do not exceed); null without samples. */
export function percentilesOf(samples: ArrayLike<number>): Percentiles | null {
  if (samples.length === 0) return null;
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), samples: sorted.length };
}

/** The last `capacity` samples that are not older than `maxAgeMs`. */
export class RecentSamples {
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  readonly #maxAgeMs: number;
  #next = 0;
  #count = 0;

  constructor(capacity: number, maxAgeMs: number) {
    this.#values = new Float64Array(capacity);
    this.#times = new Float64Array(capacity);
    this.#maxAgeMs = maxAgeMs;
  }

  /** `at`: when it was taken, epoch ms. */
  add(value: number, at: number): void {
    this.#values[this.#next] = value;
    this.#times[this.#next] = at;
    this.#next = (this.#next + 1) % this.#values.length;
    this.#count = Math.min(this.#count + 1, this.#values.length);
  }

  /** Of the samples not older than the limit at `now` (epoch ms). */
  percentiles(now: number): Percentiles | null {
    const fresh: number[] = [];
    for (let index = 0; index < this.#count; index += 1) {
      if ((this.#times[index] ?? 0) >= now - this.#maxAgeMs) fresh.push(this.#values[index] ?? 0);
    }
    return percentilesOf(fresh);
  }
}
