import { expect, test } from 'vitest';
import { positionOf, rateAt, rateMarks, ratePositions } from './rate-scale.ts';

test('the ends of the slider are the lowest and the highest rate', () => {
  expect(rateAt(0)).toBe(0.1);
  expect(rateAt(ratePositions)).toBe(5000);
});

test('every printed figure is reached where it is printed', () => {
  for (const { rate } of rateMarks) expect(rateAt(positionOf(rate))).toBeCloseTo(rate, 1);
});

test('the rate never falls as the slider moves right', () => {
  let before = 0;
  for (let position = 0; position <= ratePositions; position += 1) {
    const rate = rateAt(position);
    expect(rate).toBeGreaterThanOrEqual(before);
    before = rate;
  }
});
