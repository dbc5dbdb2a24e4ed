import { describe, expect, it } from 'vitest';
import { Attempts } from './attempts.ts';

describe('attempts', () => {
  it('are bounded in a window, each network for itself, and those given back are free again', () => {
    let now = 5;
    const attempts = new Attempts(3, 60_000, () => now);
    expect([1, 2, 3].map(() => attempts.take('a'))).toEqual([0, 0, 0]);
    now += 20_000;
    expect(attempts.take('a')).toBe(40_000);
    expect(attempts.take('b')).toBe(0);
    attempts.giveBack('a');
    expect(attempts.take('a')).toBe(0);
    expect(attempts.take('a')).toBe(40_000);
    now += 40_000;
    expect(attempts.take('a')).toBe(0);
  });

  it('hold no more networks than they can, and forget the oldest', () => {
    const attempts = new Attempts(1, 60_000, () => 0);
    for (let each = 0; each < 10_000; each += 1) attempts.take(String(each));
    expect(attempts.take('9999')).toBeGreaterThan(0);
    expect(attempts.take('0')).toBe(0);
  });
});
