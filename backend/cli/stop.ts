/**
 * How a command ends on a signal. The one handler is there before anything is opened, and stays until the end: the first
 * SIGINT or SIGTERM asks the command to end in order, what hangs is given up a little later, and after `limitMs`, or with
 * the second signal, the program ends as it is. What was acknowledged is in the log or stored by then, in each case.
 */
import { constants } from 'node:os';

const giveUpMs = 3_000;
const limitMs = 7_000;

const asked = new AbortController();
const later = new AbortController();
let code: number | null = null;

/** Aborts with the first signal. */
export const stopAsked: AbortSignal = asked.signal;
/** Aborts some seconds after it: whatever is still waited for then is not waited for any longer. */
export const stopLate: AbortSignal = later.signal;

/** The exit code of a command that a signal has ended before its work was done: 128 + its number; null without a signal. */
export function codeOfSignal(): number | null {
  return code;
}

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const mine = 128 + constants.signals[name];
    if (asked.signal.aborted) process.exit(mine);
    code = mine;
    setTimeout(() => later.abort(), giveUpMs).unref();
    setTimeout(() => {
      process.stderr.write('reelmetrics: something did not end in time; what was acknowledged is kept\n');
      process.exit(mine);
    }, limitMs).unref();
    asked.abort();
  });
}

/** The promise's outcome, or undefined once it is late. */
export async function untilLate<T>(work: Promise<T>): Promise<T | undefined> {
  if (stopLate.aborted) return undefined;
  let gaveUp = () => {};
  const late = new Promise<undefined>((resolve) => {
    gaveUp = () => resolve(undefined);
    stopLate.addEventListener('abort', gaveUp, { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stopLate.removeEventListener('abort', gaveUp);
  }
}
