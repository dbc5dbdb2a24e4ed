import { expect, test } from 'vitest';
import { msWords, placeOf } from './latency-words.ts';

test('a duration has the digits that count', () => {
  expect([0.234, 9.96, 19.4, 251, 41_230].map(msWords)).toEqual(['0.2 ms', '10.0 ms', '19 ms', '251 ms', '41.2 s']);
});

test('the scale is logarithmic from 0.1 ms to 100 s, and nothing leaves it', () => {
  expect([0, 0.1, 10, 1000, 100_000, 1e9].map((ms) => Math.round(placeOf(ms) * 100))).toEqual([0, 0, 33, 67, 100, 100]);
});
