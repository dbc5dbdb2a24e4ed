import type { TimeToClear } from '../domain/status.ts';

const windowMs = 5_000;
/** Shorter spans say more of when they were looked at than of the pace. */
const leastSpanMs = 900;

export interface PaceRates {
  /** Events per second that arrived in the log. */
  readonly appended: number;
  /** Events per second that were stored. */
  readonly stored: number;
}

/** How fast a partition's end and its stored offset have moved in the last seconds. */
export class Pace {
  #samples: { readonly at: number; readonly stored: bigint; readonly end: bigint }[] = [];

  /** Both offsets as they are at `at`, epoch ms. */
  note(at: number, stored: bigint, end: bigint): void {
    const last = this.#samples.at(-1);
    // A clock that was set back, or offsets that began anew: what was seen before says nothing of the pace.
    if (last && (at < last.at || stored < last.stored || end < last.end)) this.#samples = [];
    this.#samples = [...this.#samples.filter((sample) => sample.at >= at - windowMs), { at, stored, end }];
  }

  forget(): void {
    this.#samples = [];
  }

  /** null until it was watched for about a second. */
  rates(): PaceRates | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < leastSpanMs) return null;
    const seconds = (last.at - first.at) / 1000;
    return { appended: Number(last.end - first.end) / seconds, stored: Number(last.stored - first.stored) / seconds };
  }
}

/** The sum of all; null when one is unknown, or there is none. */
export function sumOfRates(all: readonly (PaceRates | null)[]): PaceRates | null {
  let appended = 0;
  let stored = 0;
  for (const rates of all) {
    if (rates === null) return null;
    appended += rates.appended;
    stored += rates.stored;
  }
  return all.length === 0 ? null : { appended, stored };
}

/**
 * When nothing will wait any more. What is stored within a second is on its way, however many follow it; a backlog
 * shrinks by what is stored beyond what arrives.
 */
export function timeToClear(waiting: number | null, rates: PaceRates | null): TimeToClear {
  if (waiting === null) return null;
  if (waiting === 0) return 0;
  if (rates === null) return null;
  if (waiting <= rates.stored) return waiting / rates.stored;
  const net = rates.stored - rates.appended;
  return net > 0 ? waiting / net : 'not-falling';
}
