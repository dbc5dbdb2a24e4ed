const windowMs = 5000;

/** Events per second over the last 5 s, or since the start when that is less. Instants in epoch ms. */
export class RecentRate {
  readonly #startedAt: number;
  readonly #samples: { readonly at: number; readonly count: number }[] = [];

  constructor(startedAt = 0) {
    this.#startedAt = startedAt;
  }

  add(at: number, count: number): void {
    this.#samples.push({ at, count });
    this.#forget(at);
  }

  perSecond(now: number): number {
    this.#forget(now);
    const sum = this.#samples.reduce((total, { count }) => total + count, 0);
    const seconds = Math.min(windowMs, Math.max(1000, now - this.#startedAt)) / 1000;
    return sum / seconds;
  }

  #forget(now: number): void {
    while ((this.#samples[0]?.at ?? now) <= now - windowMs) this.#samples.shift();
  }
}
