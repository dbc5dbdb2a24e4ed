import { useMemo } from 'react';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';
import { useCalendar } from '../../store/business-days.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { DaySeries, sameTimeMapper } from './day-series.ts';
import type { ComparedDay } from './revenue-spans.ts';

/** The minutes of a past day; null until known, and when `enabled` is false. */
export function usePastMinutes(day: string, enabled: boolean): readonly SeriesPoint[] | null {
  const { value } = useAnswer('series', { day, bucket: 'minute' }, { enabled });
  return enabled ? value : null;
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
