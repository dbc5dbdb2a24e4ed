import { expect, test } from 'vitest';
import { clearWords, secondsWords, slowestToClear } from './lag-words.ts';

test('what is unknown has no words, so that it is never shown as 0', () => {
  expect(clearWords(null)).toBeNull();
  expect(secondsWords(null)).toBeNull();
});

test('the total clears when the slowest partition does', () => {
  expect(slowestToClear([0, 3, 0.2])).toBe(3);
  expect(slowestToClear([0, 'not-falling', null])).toBe('not-falling');
  expect(slowestToClear([0, null])).toBeNull();
  expect(slowestToClear([])).toBeNull();
});

test('0 is said only when nothing waits', () => {
  expect(clearWords(0)).toBe('0 s');
  expect(clearWords(0.004)).toBe('<1 s');
  expect(clearWords(27.4)).toBe('27 s');
  expect(clearWords('not-falling')).toBe('not falling');
  expect(secondsWords(0)).toBe('0 s');
  expect(secondsWords(0.004)).toBe('0.0 s');
});
