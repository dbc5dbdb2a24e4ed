import { expect, test } from 'vitest';
import { createBusinessCalendar } from './business-day.ts';
import { occupancyOf } from './occupancy.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const day = '2026-11-22';
const house = { id: 1, name: 'x', city: 'y', screens: 2, seats: 200, showingsPerScreen: 5 };
const at = (clock: string) => ({ calendar, day, at: Date.parse(`2026-11-22T${clock}:00Z`) });

test('counts the seats of the showings that have begun, not of those to come', () => {
  expect(occupancyOf(house, 100, at('10:00'))).toEqual({ kind: 'known', ratio: 0.5 });
  expect(occupancyOf(house, 100, at('16:07'))).toEqual({ kind: 'known', ratio: 100 / 600 });
  expect(occupancyOf(house, 100, at('23:59'))).toEqual({ kind: 'known', ratio: 0.1 });
  // A day gone by: all of them.
  expect(occupancyOf(house, 100, { ...at('10:00'), at: calendar.endOf(day) })).toEqual({ kind: 'known', ratio: 0.1 });
});

test('before the first showing, and without seats, there is nothing to fill', () => {
  expect(occupancyOf(house, 100, at('09:59'))).toEqual({ kind: 'not-begun' });
  expect(occupancyOf({ ...house, seats: null }, 100, at('16:07'))).toEqual({ kind: 'unknown' });
  expect(occupancyOf({ ...house, seats: 0 }, 100, at('16:07'))).toEqual({ kind: 'unknown' });
});

test('more admits than seats are an error, not a percentage', () => {
  expect(occupancyOf(house, 601, at('16:07'))).toMatchObject({ kind: 'over' });
  expect(occupancyOf(house, 600, at('16:07'))).toEqual({ kind: 'known', ratio: 1 });
});
