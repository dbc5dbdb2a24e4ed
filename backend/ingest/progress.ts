/** Those who wait for the consumer to get somewhere. */
export class Progress {
  readonly #waiters = new Set<() => void>();

  /** Resolves when the condition holds: it is asked now, and after each `made`. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
      look();
    });
  }

  made(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}
