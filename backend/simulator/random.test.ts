import { expect, test } from 'vitest';
import { hashUnit, Random, runningSums, uuidV7 } from './random.ts';

test('the same words give the same numbers, other words others', () => {
  const numbers = (a: number, b: number, c: number) => {
    const random = new Random(a, b, c);
    return Array.from({ length: 50 }, () => random.uint32());
  };
  expect(numbers(1, 2, 3)).toEqual(numbers(1, 2, 3));
  expect(numbers(1, 2, 3)).not.toEqual(numbers(1, 2, 4));
});

test('numbers are spread evenly, gaps have mean 1, and weights have their shares', () => {
  const random = new Random(4217, 0, 0);
  const count = 100_000;
  const tenths = new Array<number>(10).fill(0);
  const chosen = [0, 0, 0, 0];
  const sums = runningSums([1, 0, 2, 1]);
  let gaps = 0;
  for (let i = 0; i < count; i++) {
    tenths[random.below(10)]! += 1;
    chosen[random.weighted(sums)]! += 1;
    gaps += random.exponential();
  }
  for (const tenth of tenths) expect(tenth / count).toBeCloseTo(0.1, 2);
  expect(gaps / count).toBeCloseTo(1, 1);
  expect(chosen[1]).toBe(0);
  expect(chosen[2]! / count).toBeCloseTo(0.5, 1);
});

test('a UUID v7 holds its instant, version and variant, and sorts by time', () => {
  const random = new Random(1, 1, 1);
  const at = Date.UTC(2026, 10, 22);
  const id = uuidV7(at, random);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
  expect(uuidV7(at + 1, random) > id).toBe(true);
  expect(new Set(Array.from({ length: 20_000 }, () => uuidV7(at, random))).size).toBe(20_000);
});

test('a hash is fixed and within 0 and 1', () => {
  expect(hashUnit(1, 2)).toBe(hashUnit(1, 2));
  expect(hashUnit(1, 2)).not.toBe(hashUnit(2, 1));
  for (let i = 0; i < 1000; i++) {
    expect(hashUnit(i)).toBeGreaterThanOrEqual(0);
    expect(hashUnit(i)).toBeLessThan(1);
  }
});
