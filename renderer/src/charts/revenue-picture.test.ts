import { describe, expect, it } from 'vitest';
import { extent, plotRows, type RevenueBucket } from './revenue-picture.ts';

const bucket = (at: number, grossCents: bigint | null, ghostCents: bigint | null = null): RevenueBucket => ({
  at,
  grossCents,
  ghostCents,
  sales: null,
  ghostSales: null,
  admits: null,
});

describe('plotRows', () => {
  it('closes the last bucket, as a step has no width of its own', () => {
    expect(plotRows({ buckets: [bucket(0, 5n), bucket(10, 7n)], bucketMs: 10, openAt: null })).toEqual([
      { at: 0, now: 5 },
      { at: 10, now: 7 },
      { at: 20, now: 7 },
    ]);
  });

  it('draws the open bucket as its own series that hangs on the line before it', () => {
    expect(plotRows({ buckets: [bucket(0, 5n, 1n), bucket(10, 2n, 3n)], bucketMs: 10, openAt: 10 })).toEqual([
      { at: 0, now: 5, ghost: 1 },
      { at: 10, now: 5, open: 5, ghost: 3 },
      { at: 10, open: 2, ghost: 3 },
      { at: 20, open: 2, ghost: 3 },
    ]);
  });

  it('ends the line with its last known bucket and lets the ghost go on', () => {
    expect(plotRows({ buckets: [bucket(0, 5n, 1n), bucket(10, null, 2n)], bucketMs: 10, openAt: null })).toEqual([
      { at: 0, now: 5, ghost: 1 },
      { at: 10, now: 5, ghost: 2 },
      { at: 20, ghost: 2 },
    ]);
  });

  it('leaves unknown values out instead of drawing zeros', () => {
    expect(plotRows({ buckets: [bucket(0, null), bucket(10, null)], bucketMs: 10, openAt: null })).toEqual([
      { at: 0 },
      { at: 10 },
    ]);
  });
});

describe('extent', () => {
  it('spans refunds and the ghost, the ghost only when it is shown', () => {
    const buckets = [bucket(0, -5n, 90n), bucket(10, 40n)];
    expect(extent(buckets, true)).toEqual({ lowest: -5, highest: 90 });
    expect(extent(buckets, false)).toEqual({ lowest: -5, highest: 40 });
  });
});
