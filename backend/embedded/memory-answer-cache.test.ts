import { expect, it } from 'vitest';
import { describeAnswerCache } from '../testing/answer-cache-conformance.ts';
import { MemoryAnswerCache } from './memory-answer-cache.ts';

describeAnswerCache('in memory', async () => ({ cache: new MemoryAnswerCache(), close: async () => undefined }));

const day = '2026-11-22';
const entry = (value: unknown, version = 1) => ({ value, version, asOf: 0 });

it('lets go the answer used longest ago when there are too many', async () => {
  const cache = new MemoryAnswerCache({ maxEntries: 2 });
  await cache.set(day, 'a', entry('a'));
  await cache.set(day, 'b', entry('b'));
  await cache.get(day, 'a');
  await cache.set(day, 'c', entry('c'));
  expect(await cache.get(day, 'b')).toBeUndefined();
  expect((await cache.get(day, 'a'))?.value).toBe('a');
  expect((await cache.get(day, 'c'))?.value).toBe('c');
});

it('lets go answers when they are too large together, and never takes one that is too large alone', async () => {
  const cache = new MemoryAnswerCache({ maxWeight: 25 });
  await cache.set(day, 'a', entry(Array.from({ length: 10 }, () => 1)));
  await cache.set(day, 'b', entry(Array.from({ length: 10 }, () => 2)));
  await cache.set(day, 'c', entry(Array.from({ length: 10 }, () => 3)));
  await cache.set(day, 'huge', entry(Array.from({ length: 100 }, () => 4)));
  expect(await cache.get(day, 'a')).toBeUndefined();
  expect(await cache.get(day, 'huge')).toBeUndefined();
  expect(await cache.get(day, 'b')).toBeDefined();
  expect(await cache.get(day, 'c')).toBeDefined();
});

it('drops the answers of a day whose newest version it can no longer remember', async () => {
  const cache = new MemoryAnswerCache();
  await cache.set(day, 'a', entry('a'));
  for (let index = 0; index < 4096; index += 1) await cache.bump(`day ${index}`, 1);
  expect(await cache.get(day, 'a')).toBeUndefined();
});
