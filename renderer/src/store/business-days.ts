import { useMemo } from 'react';
import { type BusinessCalendar, createBusinessCalendar, isZone } from '../../../backend/domain/business-day.ts';
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

/**
 * The zone in force: that of the running data source, else the one in the settings, else the computer's. What this page
 * cannot compute with never gets further than here: every screen draws days.
 */
export function zoneOf(state: ConsoleState): string {
  const zone = state.status?.zone ?? state.settings?.zone ?? 'host';
  if (zone !== 'host' && isKnown(zone)) return zone;
  return state.info?.hostZone ?? 'UTC';
}

const known = new Map<string, boolean>();

function isKnown(zone: string): boolean {
  const found = known.get(zone) ?? isZone(zone);
  known.set(zone, found);
  return found;
}

/** ISO 4217 code of the data that runs; before, of data that the settings would make. */
export function currencyOf(state: ConsoleState): string {
  return state.status?.currency ?? state.settings?.currency ?? 'USD';
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
