/** When the end of a partition was seen to grow: so it is known when an event came that was not read yet. */
const MOST = 256;

export class Arrivals {
  #seen: { readonly end: bigint; readonly at: number }[] = [];

  /**
   * The end as it is at `at`, epoch ms.
   * @param stored what lies before is of no interest any more
   */
  note(end: bigint, at: number, stored: bigint): void {
    const last = this.#seen.at(-1);
    if (last && last.end >= end) return;
    const passed = this.#seen.findLastIndex((seen) => seen.end <= stored);
    this.#seen = [...this.#seen.slice(Math.max(0, passed)), { end, at }];
    if (this.#seen.length <= MOST) return;
    this.#seen = this.#seen.filter((_seen, index) => index % 2 === 0 || index === this.#seen.length - 1);
  }

  /** When the event at `offset` came, epoch ms; null when it was there at the first look, or has not come. */
  of(offset: bigint): number | null {
    const index = this.#seen.findIndex(({ end }) => end > offset);
    return index > 0 ? (this.#seen[index]?.at ?? null) : null;
  }

  /** The end is not known for a while: what comes meanwhile comes at a time that is not known. */
  forget(): void {
    this.#seen = [];
  }

  /** Whether a log that ends here can be the one that was looked at: an end only grows. */
  reach(end: bigint): boolean {
    return (this.#seen.at(-1)?.end ?? end) <= end;
  }
}
