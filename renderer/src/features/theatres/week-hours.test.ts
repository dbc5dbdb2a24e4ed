import { expect, it } from 'vitest';
import { createBusinessCalendar } from '../../../../backend/domain/business-day.ts';
import { dayCells, mostOf } from './week-hours.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const at = (text: string): number => Date.parse(`${text}Z`);
const point = (time: string, grossCents: bigint) => ({
  at: at(time),
  measures: { grossCents, refundCents: 0n, sales: 1, refunds: 0, admits: 1 },
});

it('puts hours in the order of the business day and tells past, current and future apart', () => {
  const cells = dayCells(calendar, '2026-11-22', [point('2026-11-22T19:00', 500n)], at('2026-11-22T19:42'), 24);
  expect(cells).toHaveLength(24);
  expect(cells[13]).toEqual({ at: at('2026-11-22T19:00'), cents: 500n, when: 'current' });
  expect(cells[12]).toMatchObject({ cents: 0n, when: 'past' });
  expect(cells[14]?.when).toBe('future');
  expect(mostOf([cells])).toBe(500n);
});

it('keeps 24 columns on a day of 25 hours', () => {
  const cells = dayCells(
    calendar,
    '2026-10-24',
    [point('2026-10-25T05:30', 7n), point('2026-10-25T04:30', 5n)],
    at('2026-10-26T00:00'),
    24,
  );
  expect(cells[23]?.cents).toBe(12n);
});

it('knows nothing of a day that is not read yet', () => {
  const cells = dayCells(calendar, '2026-11-22', null, at('2026-11-23T12:00'), 24);
  expect(cells.every(({ cents }) => cents === null)).toBe(true);
});
