import { expect, test } from 'vitest';
import { changeOf, changeWords } from './change.ts';
import { type Measures, noMeasures } from './measures.ts';

const day = (sales: number, grossCents: bigint, admits = sales): Measures => ({
  ...noMeasures,
  sales,
  grossCents,
  admits,
});
const words = (now: Measures, before: Measures) => changeWords(changeOf('gross', now, before));

test('a change is a signed percentage', () => {
  expect(words(day(30, 111n), day(30, 100n))).toBe('+11.0%');
  expect(words(day(30, 88n), day(30, 100n))).toBe('\u221212.0%');
  expect(words(day(30, 0n), day(30, 100n))).toBe('\u2212100.0%');
});

test('under 30 sales on either side nothing is compared', () => {
  expect(words(day(29, 111n), day(500, 100n))).toBe('too few to compare');
  expect(words(day(500, 111n), day(29, 100n))).toBe('too few to compare');
  expect(words(day(0, 0n), day(0, 0n))).toBe('too few to compare');
});

test('what is more than ten times as much is a factor, never a percentage of four digits', () => {
  expect(words(day(300, 1099n), day(30, 100n))).toBe('+999.0%');
  expect(words(day(300, 1100n), day(30, 100n))).toBe('\u00d7\u00a011');
  expect(words(day(300, 2_129_389n), day(30, 10_000n))).toBe('\u00d7\u00a0213');
  expect(words(day(300, 57_000_000n), day(30, 10_000n))).toBe('\u00d7\u00a05,700');
});

test('nothing is a share of nothing, or of a sum of refunds', () => {
  expect(words(day(30, 100n), day(30, 0n))).toBe('\u2014');
  expect(words(day(30, 100n), day(30, -100n))).toBe('\u2014');
  expect(changeOf('price', day(30, 100n, 0), day(30, 100n))).toEqual({ kind: 'unknown' });
});

test('the change of a price is that of the exact quotients in minor units', () => {
  expect(changeOf('price', day(40, 44_000n, 40), day(40, 40_000n, 40))).toEqual({ kind: 'known', ratio: 0.1 });
});
