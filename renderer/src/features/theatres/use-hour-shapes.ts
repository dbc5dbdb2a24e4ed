import { useMemo } from 'react';
import type { TheaterHours } from '../../../../backend/domain/question.ts';
import { useCalendar } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';

const hourMs = 3_600_000;

/** Gross by the hour of each theatre, from the start of the business day to the hour that is open. */
export type HourShapes = ReadonlyMap<number, readonly number[]>;

/** The sparklines of the table; null until known. Hours to come are left out: they are not zeros. */
export function useHourShapes(
  hours: readonly TheaterHours[] | null,
  day: string,
  isCurrent: boolean,
): HourShapes | null {
  const calendar = useCalendar();
  const openHour = useConsole((state) =>
    isCurrent && state.live !== null ? Math.floor(state.live.at / hourMs) * hourMs : null,
  );
  return useMemo(() => {
    if (hours === null) return null;
    const start = calendar.startOf(day);
    const end = openHour ?? calendar.endOf(day) - hourMs;
    const count = Math.max(1, Math.round((end - start) / hourMs) + 1);
    return new Map(hours.map(({ theaterId, hours: points }) => [theaterId, shapeOf(points, start, count)]));
  }, [hours, calendar, day, openHour]);
}

function shapeOf(points: TheaterHours['hours'], start: number, count: number): readonly number[] {
  const shape = new Array<number>(count).fill(0);
  for (const { at, measures } of points) {
    const index = Math.floor((at - start) / hourMs);
    if (index >= 0 && index < count) shape[index] = (shape[index] ?? 0) + Number(measures.grossCents);
  }
  return shape;
}
