import { describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../../../../backend/domain/business-day.ts';
import type { Measures } from '../../../../backend/domain/measures.ts';
import type { RankedTheater, Theater } from '../../../../backend/domain/question.ts';
import { columns, fitColumns } from './columns.ts';
import { filterRows, inHeldOrder, orderChanges, sortRows, theatreRows } from './theatre-rows.ts';

const house = (id: number, name: string, city: string, seats: number | null = 100): Theater => ({
  id,
  name,
  city,
  screens: 2,
  seats,
  showingsPerScreen: 5,
});
const taken = (grossCents: bigint, admits: number): Measures => ({
  grossCents,
  refundCents: 0n,
  sales: 1,
  refunds: 0,
  admits,
});
const ranked = (rank: number, theaterId: number, grossCents: bigint): RankedTheater => ({
  rank,
  theaterId,
  measures: taken(grossCents, 50),
});

const theaters = [
  house(1, 'Tallow Lane', 'Aldermouth'),
  house(2, 'Lantern Yard', 'Aldermouth', null),
  house(3, 'Gasworks', 'Brackwell'),
];
const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const rows = theatreRows(theaters, [ranked(1, 2, 300n), ranked(2, 1, 100n)], {
  changeOf: (id) => (id === 1 ? { kind: 'known', ratio: 0.5 } : { kind: 'too-few' }),
  gapOf: (id) => (id === 1 ? 20n : null),
  showings: { calendar, day: '2026-11-22', at: Date.parse('2026-11-22T16:00:00Z') },
});
const ids = (list: readonly { theater: Theater }[]): number[] => list.map(({ theater }) => theater.id);

describe('theatreRows', () => {
  it('has every theatre, with its share of the gross of all', () => {
    expect(ids(rows)).toEqual([1, 2, 3]);
    expect(rows.map(({ rank, share }) => [rank, share])).toEqual([
      [2, 0.25],
      [1, 0.75],
      [null, 0],
    ]);
  });

  it('knows no occupancy where the seats are not told', () => {
    // 50 admits of 100 seats in the three showings that have begun by 16:00.
    expect(rows.map(({ occupancy }) => occupancy)).toEqual([
      { kind: 'known', ratio: 50 / 300 },
      { kind: 'unknown' },
      { kind: 'known', ratio: 0 },
    ]);
  });
});

describe('sorting and filtering', () => {
  it('puts what is unknown last in both directions', () => {
    expect(ids(sortRows(rows, { key: 'gross', descending: true }))).toEqual([2, 1, 3]);
    expect(ids(sortRows(rows, { key: 'gross', descending: false }))).toEqual([1, 2, 3]);
    expect(ids(sortRows(rows, { key: 'change', descending: false }))).toEqual([1, 2, 3]);
    expect(ids(sortRows(rows, { key: 'occupancy', descending: true }))).toEqual([1, 3, 2]);
  });

  it('finds by name and city, all words', () => {
    expect(ids(filterRows(rows, 'alder'))).toEqual([1, 2]);
    expect(ids(filterRows(rows, ' LANTERN  aldermouth '))).toEqual([2]);
    expect(ids(filterRows(rows, ''))).toEqual([1, 2, 3]);
  });
});

describe('held order', () => {
  const wanted = sortRows(rows, { key: 'gross', descending: true });

  it('keeps rows where they were and counts those that would move', () => {
    const shown = inHeldOrder(wanted, [1, 2, 3]);
    expect(ids(shown)).toEqual([1, 2, 3]);
    expect(orderChanges(shown, wanted)).toBe(2);
    expect(orderChanges(wanted, wanted)).toBe(0);
  });

  it('puts newcomers at the end and forgets those that left', () => {
    expect(ids(inHeldOrder(wanted, [3, 9, 1]))).toEqual([3, 1, 2]);
  });
});

describe('fitColumns', () => {
  const short = { gross: 10, refunds: 8, admits: 5, price: 6, gap: 7, change: 6, changeHead: 15, occupancy: 3 };

  it('shows all columns but shapes and refunds beside the docked drawer of a window of 1440 px', () => {
    expect(fitColumns(794, short).shown).toEqual(columns.filter((each) => each !== 'hours' && each !== 'refunds'));
  });

  it('lets columns yield in their order and keeps the figures that answer the question', () => {
    expect(fitColumns(870, short).shown).not.toContain('hours');
    expect(fitColumns(870, short).shown).toContain('refunds');
    expect(fitColumns(700, short).shown).not.toContain('refunds');
    expect(fitColumns(300, short).shown).toEqual(['rank', 'theatre', 'gross', 'change', 'admits', 'price']);
  });

  it('fills a wide table, the shapes most of all', () => {
    const { shown, widthOf } = fitColumns(1200, short);
    const filled = shown.reduce((sum, column) => sum + widthOf(column), 0);
    expect(filled).toBeGreaterThan(1185);
    expect(filled).toBeLessThanOrEqual(1200);
    expect(widthOf('hours')).toBeGreaterThan(100);
  });

  it('widens a column for figures that outgrow it, as money is never cut', () => {
    expect(fitColumns(600, { ...short, gross: 16 }).widthOf('gross')).toBeGreaterThan(16 * 7.6);
  });
});
