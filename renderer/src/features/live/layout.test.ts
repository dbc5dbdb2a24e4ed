import { expect, it } from 'vitest';
import { salesRowsFor } from './layout.ts';

it('gives the sales list what the chart leaves', () => {
  expect(salesRowsFor(640)).toBe(6);
  expect(salesRowsFor(820)).toBeGreaterThan(8);
});

it('lets the list shrink to three rows before the chart does, and go when nothing is left', () => {
  expect(salesRowsFor(520)).toBe(3);
  expect(salesRowsFor(460)).toBe(3);
  expect(salesRowsFor(420)).toBe(1);
  expect(salesRowsFor(380)).toBe(0);
});
