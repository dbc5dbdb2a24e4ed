/** Counts attempts by network, on the clock that only goes forward: a step of the wall clock gives none away and bars none. */
const mostNetworks = 10_000;

interface Count {
  used: number;
  readonly since: number;
}

export class Attempts {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  /** In order of their beginning. */
  readonly #counts = new Map<string, Count>();

  /** @param now ms, of any origin */
  constructor(most: number, windowMs: number, now: () => number = () => performance.now()) {
    this.#most = most;
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Takes one. How long to wait where there is none left, ms; 0 when it was taken. */
  take(network: string): number {
    const now = this.#now();
    this.#forget(now);
    const count = this.#counts.get(network);
    if (count === undefined) {
      this.#counts.set(network, { used: 1, since: now });
      return 0;
    }
    if (count.used >= this.#most) return count.since + this.#windowMs - now;
    count.used += 1;
    return 0;
  }

  /** Gives one back: it was no guess. */
  giveBack(network: string): void {
    const count = this.#counts.get(network);
    if (count !== undefined && count.used > 0) count.used -= 1;
  }

  #forget(now: number): void {
    for (const [network, { since }] of this.#counts) {
      if (since + this.#windowMs > now && this.#counts.size < mostNetworks) return;
      this.#counts.delete(network);
    }
  }
}
