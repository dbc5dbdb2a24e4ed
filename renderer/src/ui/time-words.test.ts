import { expect, test } from 'vitest';
import {
  dayWords,
  fullClockWords,
  percentOf,
  preciseClockWords,
  rateWords,
  spanWords,
  stopwatchWords,
} from './time-words.ts';

test.each([
  [200, '0.2 s'],
  [12_400, '12 s'],
  [925_000, '15 m 25 s'],
  [11_520_000, '3 h 12 m'],
  [187_200_000, '2 d 4 h'],
])('%d ms is %s', (ms, words) => {
  expect(spanWords(ms)).toBe(words);
});

test('clocks are those of the zone', () => {
  const at = Date.UTC(2026, 10, 22, 19, 42, 36, 7);
  expect(fullClockWords(at, 'Europe/London')).toEqual({ day: 'Sun 22 Nov', time: '19:42:36 GMT' });
  expect(preciseClockWords(at, 'America/New_York')).toBe('14:42:36.007');
});

test('a business day is named without regard to this computer’s zone', () => {
  expect(dayWords('2026-11-22', 'full')).toBe('Sun 22 Nov 2026');
  expect(dayWords('2026-11-22', 'short')).toBe('22 Nov');
});

test('rates have a decimal only where it tells something', () => {
  expect([0, 0.7, 2, 16.4, 2000].map(rateWords)).toEqual(['0', '0.7', '2', '16', '2,000']);
});

test('what is waited for is counted up like a stopwatch', () => {
  expect([900, 42_000, 725_000, 3_800_000].map(stopwatchWords)).toEqual(['0:00', '0:42', '12:05', '1:03:20']);
});

test('work is at 100 percent only once all of it is done', () => {
  expect([0, 0.624, 0.9999, 1, 1.2].map(percentOf)).toEqual(['0 %', '62 %', '99 %', '100 %', '100 %']);
});
