import { useMemo } from 'react';
import { type BusinessCalendar, createBusinessCalendar } from '../../../backend/domain/business-day.ts';
import type { ConsoleState } from './console-store.ts';
import { useConsole } from './console-store.ts';

const calendars = new Map<string, BusinessCalendar>();

function calendarOf(zone: string, cutoverHour: number): BusinessCalendar {
  const key = `${zone} ${cutoverHour}`;
  let calendar = calendars.get(key);
  if (calendar === undefined) {
    calendar = createBusinessCalendar({ zone, cutoverHour });
    calendars.set(key, calendar);
  }
  return calendar;
}

/** The zone in force: that of the running data source, else the one in the settings, else the computer's. */
export function zoneOf(state: ConsoleState): string {
  if (state.status !== null) return state.status.zone;
  const zone = state.settings?.zone ?? 'host';
  return zone === 'host' ? (state.info?.hostZone ?? 'UTC') : zone;
}

export function cutoverOf(state: ConsoleState): number {
  return state.status?.cutoverHour ?? state.settings?.cutoverHour ?? 0;
}

/** The business calendar in force. */
export function useCalendar(): BusinessCalendar {
  const zone = useConsole(zoneOf);
  const cutoverHour = useConsole(cutoverOf);
  return useMemo(() => calendarOf(zone, cutoverHour), [zone, cutoverHour]);
}

/** The same outside a component. */
function currentCalendar(state: ConsoleState): BusinessCalendar {
  return calendarOf(zoneOf(state), cutoverOf(state));
}

/** The current business day as main has it; before it has spoken, by this computer's clock. */
export function currentDayOf(state: ConsoleState): string {
  return state.live?.day ?? state.status?.businessDay ?? currentCalendar(state).dayOf(Date.now());
}

export interface ShownDay {
  /** The business day that the screens show. */
  readonly day: string;
  /** Whether it is the current one, so that it changes as sales come in. */
  readonly isCurrent: boolean;
  /** The same weekday of the week before. */
  readonly before: string;
  /** Whether figures are compared with it. */
  readonly compare: boolean;
}

export function useShownDay(): ShownDay {
  const calendar = useCalendar();
  const chosen = useConsole((state) => state.day);
  const current = useConsole(currentDayOf);
  const compare = useConsole((state) => state.compare);
  return useMemo(() => {
    const day = chosen ?? current;
    return { day, isCurrent: day === current, before: calendar.addDays(day, -7), compare };
  }, [calendar, chosen, current, compare]);
}

/** Moves the shown day by whole days; never past the current one, whose choice means "follow the current day". */
export function stepDay(state: ConsoleState, days: number): string | null {
  const current = currentDayOf(state);
  const next = currentCalendar(state).addDays(state.day ?? current, days);
  return next >= current ? null : next;
}
