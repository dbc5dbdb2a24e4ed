/** Waiting times between attempts: exponential from `baseMs`, at most `capMs`. */
export interface BackoffRange {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * How long to wait before attempt `attempt` + 1, in ms: half of the exponential step fixed, half random, so that many
 * clients of one server do not come back at the same moment ("equal jitter").
 * @param attempt failures so far, from 1
 * @param random a number from 0 up to 1
 */
export function backoffDelay(attempt: number, range: BackoffRange, random: number): number {
  const step = Math.min(range.capMs, range.baseMs * 2 ** Math.min(30, attempt - 1));
  return Math.round(step / 2 + (step / 2) * random);
}
