import { expect, it } from 'vitest';
import { figureLength } from './figure-length.ts';

it('counts the letters of a currency as wider than a digit, and a sign as one', () => {
  expect(figureLength('$12,578.11')).toBe(10);
  expect(figureLength('¥12,578')).toBe(7);
  expect(figureLength('−KWD 12.578')).toBeCloseTo(11 + 3 * 0.4);
});
