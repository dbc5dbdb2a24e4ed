import { useMemo } from 'react';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';
import { useCalendar } from '../../store/business-days.ts';
import { type Asked, useAnswer } from '../../store/use-answer.ts';
import { DaySeries, sameTimeMapper } from './day-series.ts';
import type { ComparedDay } from './revenue-spans.ts';

/** The minutes of a day gone by; its value is null until known, and when it is not wanted. */
export function usePastMinutes(day: string, wanted: boolean): Asked<readonly SeriesPoint[]> {
  const asked = useAnswer('series', { day, bucket: 'minute' }, { enabled: wanted });
  return wanted ? asked : { ...asked, value: null, error: null };
}

/** A day's running totals beside those of the day it is compared with; null until its own minutes are known. */
export function useComparedDay(
  day: string,
  minutes: readonly SeriesPoint[] | null,
  before: string,
  minutesBefore: readonly SeriesPoint[] | null,
): ComparedDay | null {
  const calendar = useCalendar();
  const ghost = useMemo(() => {
    // A day without a single sale is not something to compare with: most likely nothing was recorded then.
    if (minutesBefore === null || minutesBefore.length === 0) return null;
    return { series: new DaySeries(calendar, before, minutesBefore), sameTime: sameTimeMapper(calendar, day, before) };
  }, [calendar, day, before, minutesBefore]);
  return useMemo(
    () => (minutes === null ? null : { now: new DaySeries(calendar, day, minutes), ghost }),
    [calendar, day, minutes, ghost],
  );
}

/** Why a day is not compared with the one before, in a few words. */
export function whyNoGhost({ value, error }: Asked<readonly SeriesPoint[]>, name: string): string {
  if (error !== null) return `${name} could not be read`;
  if (value === null) return `reading ${name}`;
  return value.length === 0 ? `no sales recorded on ${name}` : `nothing sold by then on ${name}`;
}
