import { describe, expect, it } from 'vitest';
import { clockTicks } from './clock-ticks.ts';

const utcMinute = (at: number): number => Math.floor(at / 60_000) % 1440;
const at = (text: string): number => Date.parse(`2026-11-22T${text}Z`);
const words = (ticks: readonly number[]): string[] => ticks.map((tick) => new Date(tick).toISOString().slice(11, 16));

describe('clockTicks', () => {
  it('stands on whole minutes over 5 minutes', () => {
    expect(words(clockTicks(at('19:37:37'), at('19:42:37'), 8, utcMinute))).toEqual([
      '19:38',
      '19:39',
      '19:40',
      '19:41',
      '19:42',
    ]);
  });

  it('stands on multiples of 5 minutes over an hour', () => {
    expect(words(clockTicks(at('18:43:00'), at('19:43:00'), 12, utcMinute))[0]).toBe('18:45');
    expect(clockTicks(at('18:43:00'), at('19:43:00'), 12, utcMinute)).toHaveLength(12);
  });

  it('stands on the local clock over a day, also in a zone half an hour off', () => {
    const india = (instant: number): number => utcMinute(instant + 330 * 60_000);
    const ticks = clockTicks(at('00:30:00'), at('23:30:00'), 12, india);
    expect(words(ticks)[0]).toBe('00:30');
    expect(ticks.every((tick) => india(tick) % 120 === 0)).toBe(true);
  });

  it('never gives more than were asked for', () => {
    for (const most of [4, 6, 9, 13]) {
      expect(clockTicks(at('06:00:00'), at('23:59:00'), most, utcMinute).length).toBeLessThanOrEqual(most + 1);
    }
  });
});
