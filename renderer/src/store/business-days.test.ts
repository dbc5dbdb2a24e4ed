import { beforeEach, expect, test } from 'vitest';
import type { SystemStatus } from '../../../backend/domain/status.ts';
import { currentDayOf, stepDay } from './business-days.ts';
import { useConsole } from './console-store.ts';

const initial = useConsole.getInitialState();
const status = { businessDay: '2026-11-22', zone: 'Europe/London', cutoverHour: 6 } as SystemStatus;
beforeEach(() => useConsole.setState({ ...initial, status }, true));

const step = (days: number) => stepDay(useConsole.getState(), days);

test('the current day is the one main says', () => {
  expect(currentDayOf(useConsole.getState())).toBe('2026-11-22');
});

test('going back leaves the current day, going forward comes back to following it', () => {
  expect(step(-1)).toBe('2026-11-21');
  useConsole.getState().setDay('2026-11-20');
  expect(step(1)).toBe('2026-11-21');
  useConsole.getState().setDay('2026-11-21');
  expect(step(1)).toBeNull();
});

test('there is no way past the current day', () => {
  expect(step(1)).toBeNull();
});
