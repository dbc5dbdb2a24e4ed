import type { Watermark } from '../../../backend/domain/question.ts';
import type { ConsoleState } from './console-store.ts';
import { useConsole } from './console-store.ts';
import type { SeenVersion } from './live-slice.ts';

const secondMs = 1000;

/**
 * As of when an answer about a day holds, epoch ms: for the live day the moment up to which the version it is of is known
 * to be complete, which is what the live figures of that version say, too. So the same version is the same moment.
 */
export function asOfIn({ latest, seen }: Pick<ConsoleState, 'latest' | 'seen'>, day: string, mark: Watermark): number {
  if (latest === null) return mark.asOf;
  if (day !== latest.day) return Math.min(mark.asOf, latest.completeUntil ?? mark.asOf);
  if (mark.version >= latest.dayVersion) return latest.completeUntil ?? mark.asOf;
  const known = seen.findLast((version: SeenVersion) => version.day === day && version.version <= mark.version);
  return known?.until ?? Math.min(mark.asOf, seen[0]?.until ?? mark.asOf);
}

/** The same to the second, so that it is not drawn anew with each tick; null while there is no answer. */
export function useAsOf(day: string, mark: Watermark | null): number | null {
  return useConsole((state) => (mark === null ? null : Math.floor(asOfIn(state, day, mark) / secondMs) * secondMs));
}

/** As of when the live picture that is shown holds, to the second; null before the first one. */
export function useLiveAsOf(): number | null {
  return useConsole(({ live }) =>
    live === null || live.completeUntil === null ? null : Math.floor(live.completeUntil / secondMs) * secondMs,
  );
}
