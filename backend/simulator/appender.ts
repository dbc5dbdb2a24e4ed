import { messageOf } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLog, LogMessage } from '../ports/event-log.ts';

const firstPauseMs = 100;
const longestPauseMs = 5000;
/** How long an append is still tried after the stop. */
const graceMs = 5000;
/** How often a pause looks whether the stop has come: it must not outlast the grace. */
const longestPauseWhenStoppingMs = 500;

/**
 * Appends until the log acknowledges. A retried batch may be in the log twice when only its acknowledgement was lost:
 * the events keep their ids, so the second is a duplicate. Rejects with the log's error when that cannot be retried,
 * or when it still fails 5 s after `signal` aborted. `onRetry` gets the words of each error that is retried.
 */
export async function appendUntilAcknowledged(
  log: EventLog,
  messages: readonly LogMessage[],
  options: { readonly clock: Clock; readonly signal: AbortSignal; readonly onRetry: (reason: string) => void },
): Promise<void> {
  const { clock, signal, onRetry } = options;
  let givenUpAt = Number.POSITIVE_INFINITY;
  for (let attempt = 0; ; attempt++) {
    try {
      await log.append(messages);
      return;
    } catch (error) {
      if (signal.aborted) givenUpAt = Math.min(givenUpAt, performance.now() + graceMs);
      if (!canRetry(error) || performance.now() >= givenUpAt) throw error;
      onRetry(messageOf(error));
    }
    // Capped exponential, with jitter so that several producers do not return in step.
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.5 + Math.random() / 2);
    if (signal.aborted) await clock.sleep(Math.min(pause, longestPauseWhenStoppingMs));
    else await clock.sleep(pause, signal);
  }
}

/** Errors of the log say whether the same call may succeed later; anything else is a fault of ours. */
function canRetry(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'canRetry' in error && error.canRetry === true;
}
