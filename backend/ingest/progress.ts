/** Those who wait for the consumer to get somewhere. */
export class Progress {
  readonly #waiters = new Set<() => void>();

  /** Resolves when the condition holds: it is asked now, and after each `made`. Resolves too when the signal aborts. */
  until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (signal?.aborted !== true && !condition()) return;
        this.#waiters.delete(look);
        signal?.removeEventListener('abort', look);
        resolve();
      };
      this.#waiters.add(look);
      signal?.addEventListener('abort', look, { once: true });
      look();
    });
  }

  made(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}
