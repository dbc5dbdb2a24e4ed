import { describe, expect, it } from 'vitest';
import { type HeldAxis, holdAxis, valueAxis } from './value-axis.ts';

describe('valueAxis', () => {
  it('starts at zero and ends on a round figure above the highest value', () => {
    expect(valueAxis(0, 149_200, 100)).toEqual({
      min: 0,
      max: 150_000,
      ticks: [0, 30_000, 60_000, 90_000, 120_000, 150_000],
    });
  });

  it('has five to seven ticks or fewer over seven orders of magnitude, and holds every value', () => {
    for (let high = 1100; high < 1e10; high *= 1.7) {
      const { min, max, ticks } = valueAxis(0, high, 100);
      expect(min).toBe(0);
      expect(max).toBeGreaterThanOrEqual(high);
      expect(max).toBeLessThan(high * 2);
      expect(ticks.length).toBeGreaterThanOrEqual(4);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.at(-1)).toBe(max);
    }
  });

  it('goes below zero for refunds and keeps a tick at zero', () => {
    const { min, max, ticks } = valueAxis(-25_000, 60_000, 100);
    expect(min).toBeLessThanOrEqual(-25_000);
    expect(max).toBeGreaterThanOrEqual(60_000);
    expect(ticks).toContain(0);
    expect(ticks.length).toBeLessThanOrEqual(7);
  });

  it('gives a small dip below zero room without a tick of its own', () => {
    const { min, max, ticks } = valueAxis(-1200, 280_000, 100);
    expect(min).toBeLessThanOrEqual(-1200);
    expect(min).toBeGreaterThan(-10_000);
    expect(ticks[0]).toBe(0);
    expect(ticks.at(-1)).toBe(max);
  });

  it('shows a scale of whole units when there is nothing', () => {
    const { min, max, ticks } = valueAxis(0, 0, 100);
    expect([min, max]).toEqual([0, 1000]);
    expect(ticks.every((tick) => tick % 100 === 0)).toBe(true);
  });
});

describe('holdAxis', () => {
  const small = valueAxis(0, 50_000, 100);
  const large = valueAxis(0, 400_000, 100);
  const start = 1_000_000;

  it('grows at once', () => {
    expect(holdAxis(holdAxis(null, small, start, 100), large, start + 1, 100).axis).toEqual(large);
  });

  it('shrinks only after less was enough for 60 s', () => {
    let held: HeldAxis = holdAxis(null, large, start, 100);
    held = holdAxis(held, small, start + 1000, 100);
    expect(held.axis).toEqual(large);
    held = holdAxis(held, small, start + 60_999, 100);
    expect(held.axis).toEqual(large);
    held = holdAxis(held, small, start + 61_000, 100);
    expect(held.axis).toEqual(small);
  });

  it('starts counting anew when the large range was needed again', () => {
    let held: HeldAxis = holdAxis(null, large, start, 100);
    held = holdAxis(held, small, start + 1000, 100);
    held = holdAxis(held, large, start + 50_000, 100);
    held = holdAxis(held, small, start + 51_000, 100);
    expect(holdAxis(held, small, start + 100_000, 100).axis).toEqual(large);
    expect(holdAxis(held, small, start + 111_000, 100).axis).toEqual(small);
  });

  it('gives the same object back while nothing changes, so that the chart is not drawn again', () => {
    const held = holdAxis(null, small, start, 100);
    expect(holdAxis(held, valueAxis(0, 50_000, 100), start + 5, 100)).toBe(held);
  });
});
