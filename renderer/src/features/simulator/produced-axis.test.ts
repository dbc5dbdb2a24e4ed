import { expect, test } from 'vitest';
import { rateAxis } from './produced-axis.ts';

test.each([0, 0.3, 1, 3, 17, 99, 250, 4999, 5000, 12_345])(
  'the axis for %d holds it with at most 6 round steps',
  (highest) => {
    const { max, ticks } = rateAxis(highest);
    expect(max).toBeGreaterThanOrEqual(highest);
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks[0]).toBe(0);
    expect(ticks.at(-1)).toBeCloseTo(max, 6);
  },
);
