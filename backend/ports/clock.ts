/** Wall time and waiting, so that tests can own both. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const startedAt = Date.now() - performance.now();

/**
 * The time of the program's start and what has gone by since: a wall clock that is set meanwhile neither ends nor prolongs
 * what is measured by this one.
 */
export const steadyClock: Clock = {
  now: () => startedAt + performance.now(),
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
