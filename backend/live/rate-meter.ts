const slotMs = 250;
const slots = 20;

/** Events per second over the last 5 seconds. */
export class RateMeter {
  readonly #counts = new Array<number>(slots).fill(0);
  readonly #starts = new Array<number>(slots).fill(Number.NEGATIVE_INFINITY);

  /** `count` events were stored at `now` (epoch ms). */
  add(count: number, now: number): void {
    const start = Math.floor(now / slotMs);
    const index = start % slots;
    if (this.#starts[index] !== start) {
      this.#starts[index] = start;
      this.#counts[index] = 0;
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
  }

  perSecond(now: number): number {
    const newest = Math.floor(now / slotMs);
    let events = 0;
    for (let index = 0; index < slots; index += 1) {
      const start = this.#starts[index] ?? Number.NEGATIVE_INFINITY;
      if (start > newest - slots && start <= newest) events += this.#counts[index] ?? 0;
    }
    return events / ((slotMs * slots) / 1000);
  }
}
