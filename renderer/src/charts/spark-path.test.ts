import { expect, it } from 'vitest';
import { heatStep } from './heat-steps.ts';
import { sparkPath } from './spark-path.ts';

it('draws a sparkline from edge to edge on its own scale', () => {
  expect(sparkPath([10, 20], 100, 30)).toEqual({ path: 'M3 27L97 3', end: { x: 97, y: 3 } });
});

it('leaves a gap where a value is unknown', () => {
  expect(sparkPath([1, null, 1], 100, 30).path).toBe('M3 15M97 15');
  expect(sparkPath([null], 100, 30)).toEqual({ path: '', end: null });
});

it('draws nothing at all on the base line, and a level series in the middle', () => {
  expect(sparkPath([0, 0], 100, 30).path).toBe('M3 27L97 27');
  expect(sparkPath([5, 5], 100, 30).path).toBe('M3 15L97 15');
});

it('puts nothing at step 0, the most at step 6 and anything between in 1 to 6', () => {
  expect([
    heatStep(0n, 600n),
    heatStep(-5n, 600n),
    heatStep(1n, 600n),
    heatStep(300n, 600n),
    heatStep(600n, 600n),
  ]).toEqual([0, 0, 1, 3, 6]);
  expect(heatStep(700n, 600n)).toBe(6);
});
