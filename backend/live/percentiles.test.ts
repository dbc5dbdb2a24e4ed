import { expect, it } from 'vitest';
import { percentilesOf, RecentSamples } from './percentiles.ts';

it('has no percentiles without samples', () => {
  expect(percentilesOf([])).toBeNull();
});

it('takes percentiles by nearest rank, whatever the order', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(samples)).toEqual({ p50: 50, p95: 95, p99: 99, samples: 100 });
  expect(percentilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7, samples: 1 });
  expect(percentilesOf([9, 1])).toEqual({ p50: 1, p95: 9, p99: 9, samples: 2 });
});

it('keeps the last samples only, and forgets those that are too old', () => {
  const recent = new RecentSamples(3, 1000);
  for (const [value, at] of [
    [1, 0],
    [2, 100],
    [3, 200],
    [4, 300],
  ] as const)
    recent.add(value, at);
  expect(recent.percentiles(300)).toEqual({ p50: 3, p95: 4, p99: 4, samples: 3 });
  expect(recent.percentiles(1250)).toEqual({ p50: 4, p95: 4, p99: 4, samples: 1 });
  expect(recent.percentiles(2000)).toBeNull();
});
