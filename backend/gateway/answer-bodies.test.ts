import { beforeEach, expect, it } from 'vitest';
import type { Question } from '../domain/question.ts';
import { AnswerBodies, sharedMs } from './answer-bodies.ts';

const day = '2026-11-22';
const summary: Question = { name: 'summary', params: { day } };

/** A backend whose value is its version, as text of a length. */
let version: number;
let asked: number;
let tellsVersion: boolean;
let length: number;
let bodies: AnswerBodies;

beforeEach(() => {
  version = 1;
  asked = 0;
  tellsVersion = true;
  length = 1;
  bodies = new AnswerBodies({
    backend: 'materialized',
    currency: () => 'USD',
    ask: async () => {
      asked += 1;
      const value = { version, filling: 'x'.repeat(length) };
      return { value, backend: 'materialized', source: 'postgres', watermark: { version, asOf: 0 }, tookMs: 1 };
    },
    versionOf: async () => (tellsVersion ? version : null),
    now: () => 60_000,
    longest: 10_000,
  });
});

/** Until no answer is shared any more. */
const later = () => new Promise((resolve) => setTimeout(resolve, sharedMs + 2));

const ask = async (question: Question = summary) => {
  const { text, etag } = await bodies.answer(question, (value) => value);
  return { etag, ...JSON.parse(text) };
};

it('gives the version of the moment, but for the time in which an answer is shared', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { value, watermark, etag } = await ask();
    expect([value.version, watermark.version]).toEqual([version, version]);
    expect(etag).toContain(`.${version}.`);
    version += 1;
    await later();
  }
});

it('asks the backend once per version where it tells its version, and says that it looked again', async () => {
  const first = await ask();
  await later();
  const second = await ask();
  expect(asked).toBe(1);
  expect(second.value).toEqual(first.value);
  expect(second.etag).toBe(first.etag);
  expect([first.source, second.source]).toEqual(['postgres', 'read-model']);
  expect(second.watermark).toEqual({ version: 1, asOf: '1970-01-01T00:01:00.000Z' });
});

it('asks the backend each time where it does not', async () => {
  tellsVersion = false;
  const { etag } = await ask();
  await later();
  expect((await ask()).etag).toBe(etag);
  expect(asked).toBe(2);
});

it('answers those who ask together with one answer, and soon afterwards with the same, which says as of when', async () => {
  tellsVersion = false;
  const together = await Promise.all([ask(), ask(), ask({ name: 'topTheater', params: { day } }), ask()]);
  expect(asked).toBe(2);
  expect(new Set(together.map(({ value }) => value.version))).toEqual(new Set([1]));
  version = 2;
  const soon = await ask();
  expect([1, 2]).toContain(soon.value.version);
  await later();
  expect((await ask()).value.version).toBe(2);
});

it('says so when the backend takes too long', async () => {
  const slow = { ask: () => new Promise<never>(() => {}), versionOf: async () => null, now: () => 0, longest: 20 };
  bodies = new AnswerBodies({ backend: 'materialized', currency: () => 'USD', ...slow });
  await expect(ask()).rejects.toMatchObject({ status: 503, code: 'too_slow' });
});

it('tells values apart that have no version', async () => {
  version = 0;
  tellsVersion = false;
  const { etag } = await ask({ name: 'theaters', params: {} });
  bodies = new AnswerBodies({
    backend: 'materialized',
    currency: () => 'USD',
    ask: async () => ({
      ...{ value: 'another catalogue', backend: 'materialized', source: 'catalogue', tookMs: 0 },
      watermark: { version, asOf: 0 },
    }),
    versionOf: async () => null,
    now: () => 0,
    longest: 10_000,
  });
  expect((await ask({ name: 'theaters', params: {} })).etag).not.toBe(etag);
});

it('forgets the answer asked for longest ago when they are too large together', async () => {
  length = 6 * 1024 * 1024;
  const dayAfter = (days: number): Question => ({ name: 'summary', params: { day: `2026-11-0${days}` } });
  for (const days of [1, 2, 1, 3]) await ask(dayAfter(days));
  await later();
  expect(asked).toBe(3);
  await ask(dayAfter(1));
  expect(asked).toBe(3);
  await ask(dayAfter(2));
  expect(asked).toBe(4);
});
