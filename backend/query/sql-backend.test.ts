import { describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { systemClock } from '../ports/clock.ts';
import { type Logger, silentLogger } from '../ports/logger.ts';
import { NaiveRollups } from '../testing/naive-rollups.ts';
import { saleLine } from '../testing/sale-line.ts';
import { questionKey } from './question-key.ts';
import { SqlBackend } from './sql-backend.ts';

const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const day = '2026-11-22';
const noon = Date.parse('2026-11-22T12:00:00Z');
const theaters = [{ id: 1, name: 'One', city: 'Town', screens: 1, seats: 10, showingsPerScreen: 1 }];

/** A cache whose service can go away. */
class BreakableCache extends MemoryAnswerCache {
  broken = false;
  override async get(...args: Parameters<MemoryAnswerCache['get']>) {
    if (this.broken) throw new Error('cache is away');
    return super.get(...args);
  }
  override async set(...args: Parameters<MemoryAnswerCache['set']>) {
    if (this.broken) throw new Error('cache is away');
    return super.set(...args);
  }
}

function start(logger: Logger = silentLogger) {
  const reader = new NaiveRollups(calendar, theaters);
  const cache = new BreakableCache();
  const backend = new SqlBackend({ reader, cache, catalogue: { theaters, movies: [] }, clock: systemClock, logger });
  let index = 0;
  const store = () => reader.store(0, [saleLine(index++, { soldAt: noon }, calendar)]);
  const summary = () => backend.answer('summary', { day });
  return { reader, cache, backend, store, summary };
}

describe('sql backend', () => {
  it('asks PostgreSQL once, then the cache, until the day has moved on', async () => {
    const { cache, store, summary } = start();
    store();
    expect((await summary()).source).toBe('postgres');
    expect((await summary()).source).toBe('cache');
    store();
    await cache.bump(day, 2);
    expect(await summary()).toMatchObject({ source: 'postgres', value: { sales: 2 }, watermark: { version: 2 } });
    expect((await summary()).source).toBe('cache');
  });

  it('says how old a cached answer is', async () => {
    const { store, summary } = start();
    store();
    const { watermark } = await summary();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await summary()).watermark).toEqual(watermark);
  });

  it('does not cache an answer that a batch has overtaken', async () => {
    const { reader, cache, store, summary } = start();
    store();
    const answer = reader.answer.bind(reader);
    reader.answer = async (name, params) => {
      const old = await answer(name, params);
      store();
      await cache.bump(day, 2);
      return old;
    };
    expect((await summary()).value.sales).toBe(1);
    reader.answer = answer;
    expect(await summary()).toMatchObject({ source: 'postgres', value: { sales: 2 } });
  });

  it('answers while the cache is away, and says so once', async () => {
    const lines: string[] = [];
    const { cache, store, summary } = start({
      ...silentLogger,
      warn: (message) => lines.push(message),
      info: (message) => lines.push(message),
    });
    store();
    cache.broken = true;
    for (let time = 0; time < 3; time += 1) expect((await summary()).source).toBe('postgres');
    expect(lines).toEqual(['the answer cache failed; answers come from PostgreSQL']);
    cache.broken = false;
    await summary();
    expect((await summary()).source).toBe('cache');
    expect(lines).toHaveLength(2);
  });

  it('keeps no answer from before a rebuild', async () => {
    const { reader, backend, store, summary } = start();
    store();
    const answer = reader.answer.bind(reader);
    reader.answer = async (name, params) => {
      const old = await answer(name, params);
      await backend.clear();
      return old;
    };
    await summary();
    reader.answer = answer;
    expect((await summary()).source).toBe('postgres');
  });

  it('names PostgreSQL when it fails', async () => {
    const { reader, summary } = start();
    reader.answer = async () => {
      throw new Error('connection lost');
    };
    await expect(summary()).rejects.toMatchObject({
      code: 'not_available',
      message: 'PostgreSQL did not answer: connection lost',
    });
  });
});

describe('question key', () => {
  it('is the same for parameters in another order or left undefined', () => {
    expect(questionKey('series', { bucket: 'hour', day, theaterId: 3 })).toBe(
      questionKey('series', { theaterId: 3, day, bucket: 'hour' }),
    );
    const asked: { day: string; before?: number } = { day };
    Object.assign(asked, { before: undefined });
    expect(questionKey('theaterLeaderboard', asked)).toBe(questionKey('theaterLeaderboard', { day }));
  });

  it('differs for questions that differ', () => {
    const keys = [
      questionKey('series', { day, bucket: 'hour' }),
      questionKey('series', { day, bucket: 'quarter' }),
      questionKey('series', { day, bucket: 'hour', theaterId: 1 }),
      questionKey('summary', { day }),
      questionKey('topTheater', { day }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
