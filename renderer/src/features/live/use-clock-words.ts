import { useCallback } from 'react';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { clockWords, minuteWords } from '../../ui/time-words.ts';

/** Writes an instant in the business zone, as `19:42` or with seconds; stable while the zone is. */
export function useClockWords(form: 'minute' | 'second'): (at: number) => string {
  const zone = useConsole(zoneOf);
  return useCallback((at) => (form === 'minute' ? minuteWords(at, zone) : clockWords(at, zone)), [form, zone]);
}
