/**
 * Calls `run` at most once per `ms`: at once when it has been quiet for that long, else when the time is up (so the
 * last request is never lost). `cancel` drops what is waiting.
 */
export function throttle(run: () => void, ms: number): { request(): void; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const fire = (): void => {
    timer = undefined;
    last = performance.now();
    run();
  };
  return {
    request() {
      if (timer !== undefined) return;
      const wait = last + ms - performance.now();
      if (wait <= 0) fire();
      else timer = setTimeout(fire, wait);
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
