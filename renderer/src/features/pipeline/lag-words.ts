import type { TimeToClear } from '../../../../backend/domain/status.ts';
import { spanWords } from '../../ui/time-words.ts';

/** `27 s`, `<1 s`, `0 s` when nothing waits, `not falling`; null while unknown. */
export function clearWords(time: TimeToClear): string | null {
  if (time === null) return null;
  if (time === 'not-falling') return 'not falling';
  if (time === 0) return '0 s';
  return time < 1 ? '<1 s' : spanWords(Math.round(time) * 1000);
}

/** When nothing waits in any partition: as late as in the slowest of them; null while one is unknown. */
export function slowestToClear(times: readonly TimeToClear[]): TimeToClear {
  if (times.includes('not-falling')) return 'not-falling';
  const known = times.filter((time): time is number => typeof time === 'number');
  return known.length < times.length || known.length === 0 ? null : Math.max(...known);
}

/** Age of the oldest event that waits; null while unknown. */
export function secondsWords(seconds: number | null): string | null {
  if (seconds === null) return null;
  return seconds === 0 ? '0 s' : spanWords(seconds * 1000);
}
