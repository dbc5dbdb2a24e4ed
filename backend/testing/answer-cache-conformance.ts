import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerCache } from '../ports/answer-cache.ts';

/** A fresh, empty cache. */
export type MakeAnswerCache = () => Promise<{ cache: AnswerCache; close(): Promise<void> }>;

const day = '2026-11-22';

/** What every answer cache must do, whatever it is kept in. */
export function describeAnswerCache(name: string, make: MakeAnswerCache): void {
  describe(`answer cache: ${name}`, () => {
    let cache: AnswerCache;
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ cache, close } = await make());
    });
    afterEach(() => close());

    it('has nothing of a question that was not answered', async () => {
      expect(await cache.get(day, 'summary')).toBeUndefined();
    });

    it('gives an answer back as it was, money and missing values included', async () => {
      const value = {
        leaders: [
          { rank: 1, theaterId: 3, measures: { grossCents: 9_007_199_254_740_993n, refundCents: -1n, sales: 2 } },
        ],
        runnerUp: null,
      };
      await cache.set(day, 'topTheater', { value, version: 4, asOf: 1_700_000_000_123 });
      expect(await cache.get(day, 'topTheater')).toEqual({ value, version: 4, asOf: 1_700_000_000_123 });
    });

    it('tells days and questions apart', async () => {
      await cache.set(day, 'a', entry('of a', 1));
      await cache.set(day, 'b', entry('of b', 1));
      await cache.set('2026-11-23', 'a', entry('of the next day', 1));
      expect((await cache.get(day, 'a'))?.value).toBe('of a');
      expect((await cache.get(day, 'b'))?.value).toBe('of b');
      expect((await cache.get('2026-11-23', 'a'))?.value).toBe('of the next day');
    });

    it('never gives out an answer older than the version it was told of', async () => {
      await cache.set(day, 'a', entry('old', 4));
      await cache.bump(day, 5);
      expect(await cache.get(day, 'a')).toBeUndefined();
      await cache.set(day, 'a', entry('new', 5));
      expect((await cache.get(day, 'a'))?.value).toBe('new');
    });

    it('keeps answers of other days when one is bumped', async () => {
      await cache.set('2026-11-21', 'a', entry('yesterday', 4));
      await cache.bump(day, 9);
      expect((await cache.get('2026-11-21', 'a'))?.value).toBe('yesterday');
    });

    it('refuses an answer that was computed before a bump and comes after it', async () => {
      await cache.bump(day, 5);
      await cache.set(day, 'a', entry('late', 4));
      expect(await cache.get(day, 'a')).toBeUndefined();
    });

    it('keeps the newer of two answers to one question', async () => {
      await cache.set(day, 'a', entry('new', 6));
      await cache.set(day, 'a', entry('old', 5));
      expect((await cache.get(day, 'a'))?.value).toBe('new');
    });

    it('takes a newer answer as proof that the answers to other questions are stale', async () => {
      await cache.set(day, 'a', entry('old', 5));
      await cache.set(day, 'b', entry('new', 6));
      expect(await cache.get(day, 'a')).toBeUndefined();
    });

    it('never lowers a version, however bumps are ordered or repeated', async () => {
      await cache.bump(day, 7);
      await cache.bump(day, 3);
      await cache.bump(day, 7);
      await cache.set(day, 'a', entry('stale', 6));
      expect(await cache.get(day, 'a')).toBeUndefined();
      await cache.set(day, 'a', entry('fresh', 7));
      expect((await cache.get(day, 'a'))?.value).toBe('fresh');
    });

    it('keeps an answer newer than the last bump', async () => {
      await cache.set(day, 'a', entry('ahead', 9));
      await cache.bump(day, 8);
      expect((await cache.get(day, 'a'))?.value).toBe('ahead');
    });

    it('forgets answers and versions when cleared', async () => {
      await cache.bump(day, 7);
      await cache.set(day, 'a', entry('before', 7));
      await cache.clear();
      expect(await cache.get(day, 'a')).toBeUndefined();
      await cache.set(day, 'a', entry('after', 1));
      expect((await cache.get(day, 'a'))?.value).toBe('after');
    });
  });
}

function entry(value: unknown, version: number) {
  return { value, version, asOf: 0 };
}
