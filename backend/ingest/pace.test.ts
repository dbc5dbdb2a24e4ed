import { describe, expect, it } from 'vitest';
import { Pace, sumOfRates, timeToClear } from './pace.ts';

describe('the pace of a partition', () => {
  it('is unknown until it was watched for about a second', () => {
    const pace = new Pace();
    pace.note(0, 0n, 10n);
    expect(pace.rates()).toBeNull();
    pace.note(500, 5n, 20n);
    expect(pace.rates()).toBeNull();
    pace.note(1000, 10n, 30n);
    expect(pace.rates()).toEqual({ stored: 10, appended: 20 });
  });

  it('is that of the last 5 seconds', () => {
    const pace = new Pace();
    for (let second = 0; second <= 20; second += 1) {
      pace.note(second * 1000, BigInt(second < 10 ? second * 100 : 1000), BigInt(second * 100));
    }
    expect(pace.rates()).toEqual({ stored: 0, appended: 100 });
  });

  it('is unknown again when offsets begin anew, or the clock was set back', () => {
    const pace = new Pace();
    pace.note(0, 100n, 100n);
    pace.note(2000, 200n, 200n);
    pace.note(3000, 0n, 5n);
    expect(pace.rates()).toBeNull();
    pace.note(1000, 10n, 10n);
    expect(pace.rates()).toBeNull();
  });

  it('of all partitions is unknown when one is, or when there is none', () => {
    expect(sumOfRates([])).toBeNull();
    expect(sumOfRates([{ stored: 1, appended: 2 }, null])).toBeNull();
    expect(
      sumOfRates([
        { stored: 1, appended: 2 },
        { stored: 3, appended: 4 },
      ]),
    ).toEqual({ stored: 4, appended: 6 });
  });
});

describe('the time to clear', () => {
  it('is unknown without a lag or a pace, and 0 only when nothing waits', () => {
    expect(timeToClear(null, { stored: 5, appended: 5 })).toBeNull();
    expect(timeToClear(5, null)).toBeNull();
    expect(timeToClear(0, null)).toBe(0);
    expect(timeToClear(1, { stored: 1000, appended: 1000 })).toBe(0.001);
  });

  it('of a backlog is what is stored beyond what arrives', () => {
    expect(timeToClear(10_000, { stored: 1500, appended: 500 })).toBe(10);
  });

  it('of a backlog that does not shrink is said not to fall', () => {
    expect(timeToClear(10_000, { stored: 500, appended: 500 })).toBe('not-falling');
    expect(timeToClear(1, { stored: 0, appended: 3 })).toBe('not-falling');
  });
});
