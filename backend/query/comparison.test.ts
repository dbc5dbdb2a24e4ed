import { describe, expect, it } from 'vitest';
import type { Measures } from '../domain/measures.ts';
import type { BackendName, Question } from '../domain/question.ts';
import { AppError } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import { compareBackends } from './comparison.ts';

const clock: Clock = { now: () => 0, sleep: async () => undefined };
const day = '2026-11-22';
const leaderboard: Question = { name: 'theaterLeaderboard', params: { day } };

const measures = (grossCents: bigint, sales = 1): Measures => ({
  grossCents,
  refundCents: 0n,
  sales,
  refunds: 0,
  admits: sales,
});
const row = (rank: number, theaterId: number, grossCents: bigint, sales = 1) => ({
  rank,
  theaterId,
  measures: measures(grossCents, sales),
});

/** A backend that gives these (value, version) one after the other, the last one for ever; an error is thrown. */
function giving(name: BackendName, ...answers: (Error | { value: unknown; version?: number })[]): QueryBackend {
  let next = 0;
  return {
    name,
    answer: async () => {
      const given = answers[Math.min(next, answers.length - 1)];
      next += 1;
      if (!given || given instanceof Error) throw given;
      return {
        value: given.value as never,
        backend: name,
        source: 'postgres',
        watermark: { version: given.version ?? 1, asOf: 0 },
        tookMs: 1,
      };
    },
  };
}

let currency = 'USD';
const compare = (sql: QueryBackend, materialized: QueryBackend, question: Question = leaderboard) =>
  compareBackends({ sql, materialized, clock, currency }, question);

async function differences(
  sql: unknown,
  materialized: unknown,
  question: Question = leaderboard,
): Promise<readonly string[]> {
  const { verdict } = await compare(
    giving('sql', { value: sql }),
    giving('materialized', { value: materialized }),
    question,
  );
  return verdict.kind === 'differs' ? verdict.differences : [];
}

describe('comparison', () => {
  it('writes amounts in the digits of their currency', async () => {
    const inWords = async (code: string) => {
      currency = code;
      const found = await differences([row(1, 4, 120_000n, 3)], [row(1, 4, 119_950n, 3)]);
      currency = 'USD';
      return found;
    };
    expect((await inWords('USD'))[0]).toMatch(/gross 1200\.00 in sql, 1199\.50 in materialized \(0\.50 less\)/);
    expect((await inWords('JPY'))[0]).toMatch(/gross 120000 in sql, 119950 in materialized \(50 less\)/);
    expect((await inWords('KWD'))[0]).toMatch(/gross 120\.000 in sql, 119\.950 in materialized \(0\.050 less\)/);
  });

  it('finds equal answers equal and hands both over', async () => {
    const value = [row(1, 4, 100n), row(2, 3, 50n)];
    const found = await compare(giving('sql', { value }), giving('materialized', { value: structuredClone(value) }));
    expect(found).toMatchObject({
      question: leaderboard,
      verdict: { kind: 'equal' },
      sql: { backend: 'sql' },
      materialized: { backend: 'materialized' },
    });
  });

  it('says which row differs, in what and by how much', async () => {
    expect(
      await differences([row(1, 4, 120_000n, 3), row(2, 3, 50n)], [row(1, 4, 119_950n, 2), row(2, 3, 50n)]),
    ).toEqual([
      'theatre 4: gross 1200.00 in sql, 1199.50 in materialized (0.50 less).',
      'theatre 4: sales 3 in sql, 2 in materialized (1 less).',
      'theatre 4: admits 3 in sql, 2 in materialized (1 less).',
    ]);
  });

  it('says which rows only one of them has', async () => {
    expect(await differences([row(1, 4, 100n)], [row(1, 5, 100n)])).toEqual([
      'theatre 4 is missing in materialized.',
      'theatre 5 is missing in sql.',
    ]);
  });

  it('notices another order of the same rows', async () => {
    expect(await differences([row(1, 4, 100n), row(1, 5, 100n)], [row(1, 5, 100n), row(1, 4, 100n)])).toEqual([
      'Row 1 is theatre 4 in sql and theatre 5 in materialized.',
    ]);
  });

  it('writes negative gross and points of a series in words', async () => {
    const at = Date.parse('2026-11-22T18:00:00Z');
    const point = (grossCents: bigint) => [{ at, measures: measures(grossCents) }];
    const series: Question = { name: 'series', params: { day, bucket: 'hour' } };
    expect(await differences(point(-5n), point(1n), series)).toEqual([
      '2026-11-22T18:00:00.000Z: gross -0.05 in sql, 0.01 in materialized (0.06 more).',
    ]);
    const hours: Question = { name: 'theaterHours', params: { day } };
    expect(await differences([{ theaterId: 2, hours: point(0n) }], [{ theaterId: 2, hours: [] }], hours)).toEqual([
      'theatre 2, 2026-11-22T18:00:00.000Z is missing in materialized.',
    ]);
  });

  it('compares a missing runner-up, a movie and the whole day', async () => {
    const top: Question = { name: 'topTheater', params: { day } };
    expect(
      await differences(
        { leaders: [row(1, 1, 5n)], runnerUp: row(2, 2, 1n) },
        { leaders: [row(1, 1, 5n)], runnerUp: null },
        top,
      ),
    ).toEqual(['runner-up, theatre 2 is missing in materialized.']);
    const movies: Question = { name: 'movieLeaderboard', params: { day } };
    const movie = (theaters: number) => [{ rank: 1, movieId: 8, theaters, measures: measures(1n) }];
    expect(await differences(movie(3), movie(4), movies)).toEqual([
      'movie 8: theatres 3 in sql, 4 in materialized (1 more).',
    ]);
    expect(await differences(measures(1n), measures(1n, 2), { name: 'summary', params: { day } })).toHaveLength(2);
  });

  it('lists only so many differences and counts the rest', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => row(1, index, 0n));
    const found = await differences(rows, []);
    expect(found).toHaveLength(21);
    expect(found[20]).toBe('And 30 more.');
  });

  it('asks again until both answer at the same version', async () => {
    const value = [row(1, 4, 100n)];
    const found = await compare(
      giving('sql', { value, version: 2 }),
      giving('materialized', { value: [], version: 1 }, { value, version: 2 }),
    );
    expect(found.verdict).toEqual({ kind: 'equal' });
  });

  it('judges nothing while one stays behind, and says which and by how much', async () => {
    const found = await compare(
      giving('sql', { value: [], version: 9 }),
      giving('materialized', { value: [], version: 7 }),
    );
    expect(found.verdict).toEqual({ kind: 'not-comparable', behind: 'materialized', versions: 2 });
    const other = await compare(
      giving('sql', { value: [], version: 6 }),
      giving('materialized', { value: [], version: 7 }),
    );
    expect(other.verdict).toEqual({ kind: 'not-comparable', behind: 'sql', versions: 1 });
  });

  it('names the backend that failed and keeps the answer of the other', async () => {
    const found = await compare(giving('sql', { value: [] }), giving('materialized', new Error('away')));
    expect(found.verdict).toEqual({ kind: 'failed', backend: 'materialized', reason: 'away' });
    expect(found.sql?.value).toEqual([]);
    expect(found.materialized).toBeNull();
    const both = await compare(giving('sql', new Error('one')), giving('materialized', new Error('two')));
    expect(both.verdict).toMatchObject({ kind: 'failed', backend: 'sql', reason: expect.stringMatching(/one.*two/) });
  });

  it('throws a bad question back', async () => {
    const bad = new AppError('bad_question', 'no such day');
    await expect(compare(giving('sql', bad), giving('materialized', bad))).rejects.toBe(bad);
  });
});
