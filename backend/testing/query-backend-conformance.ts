import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { Movie, Question, Theater } from '../domain/question.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import { ask } from '../query/ask.ts';
import { naiveAnswer, questionsOfDay } from './naive-answers.ts';
import { saleLine } from './sale-line.ts';

/** A backend on an empty store; `store` commits, projects and bumps a batch of one partition. */
export type MakeQueryBackend = (catalogue: {
  theaters: readonly Theater[];
  movies: readonly Movie[];
  zone: string;
  cutoverHour: number;
}) => Promise<{
  backend: QueryBackend;
  store(partition: number, sales: readonly SaleLine[]): Promise<void>;
  close(): Promise<void>;
}>;

const zone = 'America/New_York';
const cutoverHour = 6;
const calendar = createBusinessCalendar({ zone, cutoverHour });
const theaters: readonly Theater[] = [1, 2, 3, 4].map((id) => ({
  id,
  name: `House ${id}`,
  city: 'Aldermouth',
  screens: 4,
  seats: id === 4 ? null : 400,
  showingsPerScreen: 5,
}));
const movies: readonly Movie[] = [1, 2, 3].map((id) => ({ id, title: `Film ${id}` }));

/** Before the clock is put back on 1 November 2026 in New York, and after: that business day has 25 hours. */
const day = '2026-10-31';
const emptyDay = '2026-10-29';
const refundDay = '2026-11-05';
const dayStart = calendar.startOf(day);
const minute = 60_000;

let index = 0;
const sale = (facts: Parameters<typeof saleLine>[1]) => saleLine(index++, facts, calendar);

/** Theatres 1 and 2 tie at the top, theatre 3 follows, theatre 4 has nothing; movies tie too. */
const firstBatches: readonly (readonly SaleLine[])[] = [
  [
    sale({ soldAt: dayStart, theaterId: 2, movieId: 3, amountCents: 5000, tickets: 4 }),
    sale({ soldAt: dayStart + 14 * minute + 59_999, theaterId: 1, movieId: 2, amountCents: 6000, tickets: 3 }),
    sale({ soldAt: dayStart + 15 * minute, theaterId: 3, movieId: 2, amountCents: 4999, tickets: 1 }),
    // The repeated hour between 1 and 2 o'clock, both times.
    sale({ soldAt: Date.parse('2026-11-01T05:30:00Z'), theaterId: 1, movieId: 1, amountCents: 0, tickets: 2 }),
    sale({ soldAt: Date.parse('2026-11-01T06:30:00Z'), theaterId: 1, movieId: 1, amountCents: 700, tickets: 1 }),
  ],
  [
    sale({
      soldAt: dayStart + 16 * minute,
      theaterId: 1,
      movieId: 1,
      kind: -1,
      amountCents: 1700,
      tickets: 1,
      partition: 1,
    }),
    sale({ soldAt: dayStart + 90 * minute, theaterId: 3, movieId: 3, amountCents: 1, tickets: 1, partition: 1 }),
    sale({
      soldAt: dayStart + 90 * minute,
      theaterId: 3,
      movieId: 3,
      kind: -1,
      amountCents: 1,
      tickets: 1,
      partition: 1,
    }),
    // Only a refund: the theatre had activity, and its gross is below zero.
    sale({ soldAt: calendar.startOf(refundDay), theaterId: 4, movieId: 2, kind: -1, amountCents: 300, partition: 1 }),
    // The last instant before the day, and the first after it.
    sale({ soldAt: dayStart - 1, theaterId: 4, movieId: 1, amountCents: 99_999, partition: 1 }),
    sale({ soldAt: calendar.endOf(day), theaterId: 4, movieId: 1, amountCents: 88_888, partition: 1 }),
  ],
];
/** Large enough to pass 2^53 cents when the day is summed in doubles. */
const hugeDay = '2027-01-15';
const hugeBatch = Array.from({ length: 40 }, (_, at) =>
  sale({
    soldAt: calendar.startOf(hugeDay) + at * 1000,
    theaterId: 1 + (at % 2),
    amountCents: 1_000_000_000 - at,
    tickets: 1000,
  }),
);

/** What every query backend must answer, on whatever it stands. */
export function describeQueryBackend(name: string, make: MakeQueryBackend): void {
  describe(`query backend: ${name}`, () => {
    let backend: QueryBackend;
    let store: (partition: number, sales: readonly SaleLine[]) => Promise<void>;
    let close: () => Promise<void> = async () => undefined;
    const stored: SaleLine[] = [];

    const put = async (partition: number, sales: readonly SaleLine[]) => {
      await store(partition, sales);
      stored.push(...sales);
    };
    const expected = (question: Question) => naiveAnswer(question, stored, { calendar, theaters });

    beforeAll(async () => {
      ({ backend, store, close } = await make({ theaters, movies, zone, cutoverHour }));
      for (const [partition, sales] of firstBatches.entries()) await put(partition, sales);
      await put(0, hugeBatch);
    });
    afterAll(() => close());

    it.each(questionsOfDay(day, [1, 3, 4], [dayStart, dayStart + 15 * minute, calendar.endOf(day)]))(
      'answers $name $params as a recomputation does',
      async (question) => {
        expect((await ask(backend, question)).value).toEqual(expected(question));
      },
    );

    it('answers the same when asked again, and says where the answer came from', async () => {
      const question: Question = { name: 'theaterLeaderboard', params: { day } };
      await ask(backend, question);
      const answer = await ask(backend, question);
      expect(answer.value).toEqual(expected(question));
      expect(answer).toMatchObject({ backend: backend.name, source: backend.name === 'sql' ? 'cache' : 'read-model' });
      expect(answer.tookMs).toBeGreaterThanOrEqual(0);
      expect(answer.watermark.asOf).toBeGreaterThan(0);
    });

    it('gives equal gross the same rank and orders it by id', async () => {
      const { value } = await backend.answer('theaterLeaderboard', { day });
      expect(value.map((row) => [row.rank, row.theaterId, row.measures.grossCents])).toEqual([
        [1, 1, 5000n],
        [1, 2, 5000n],
        [3, 3, 4999n],
      ]);
      const top = (await backend.answer('topTheater', { day })).value;
      expect(top.leaders.map((row) => row.theaterId)).toEqual([1, 2]);
      expect(top.runnerUp).toMatchObject({ rank: 3, theaterId: 3 });
    });

    it('keeps both runs of an hour that the clock shows twice apart', async () => {
      const { value } = await backend.answer('series', { day, bucket: 'hour', theaterId: 1 });
      expect(value.map((point) => point.at)).toEqual([
        dayStart,
        Date.parse('2026-11-01T05:00:00Z'),
        Date.parse('2026-11-01T06:00:00Z'),
      ]);
    });

    it('answers a day without any sale with nothing, at version 0', async () => {
      for (const question of questionsOfDay(emptyDay, [1], [calendar.endOf(emptyDay)])) {
        const answer = await ask(backend, question);
        expect(answer.value).toEqual(expected(question));
        expect(answer.watermark.version).toBe(0);
      }
    });

    it('shows a day that has only a refund', async () => {
      for (const question of questionsOfDay(refundDay, [1, 4], [])) {
        expect((await ask(backend, question)).value).toEqual(expected(question));
      }
      expect((await backend.answer('summary', { day: refundDay })).value.grossCents).toBe(-300n);
    });

    it('counts to the cent where doubles cannot', async () => {
      for (const question of questionsOfDay(hugeDay, [1, 2], [])) {
        expect((await ask(backend, question)).value).toEqual(expected(question));
      }
    });

    it('shows a batch as soon as it was stored and projected, at a higher version', async () => {
      const before = await backend.answer('summary', { day });
      await put(1, [sale({ soldAt: dayStart + 30 * minute, theaterId: 2, movieId: 1, amountCents: 1, partition: 1 })]);
      for (const question of questionsOfDay(day, [1, 2], [dayStart + 30 * minute, dayStart + 45 * minute])) {
        const answer = await ask(backend, question);
        expect(answer.value).toEqual(expected(question));
        if (question.name !== 'theaters') expect(answer.watermark.version).toBe(before.watermark.version + 1);
      }
    });

    it('answers the theatres from the catalogue', async () => {
      const answer = await backend.answer('theaters', {});
      expect(answer).toMatchObject({ value: theaters, source: 'catalogue' });
    });

    it.each([
      ['a day that does not exist', { name: 'summary', params: { day: '2026-02-30' } }],
      ['a day in another form', { name: 'summary', params: { day: '22.11.2026' } }],
      ['a day with a time', { name: 'topTheater', params: { day: '2026-11-22T00:00' } }],
      ['a theatre outside the catalogue', { name: 'theaterMovies', params: { day, theaterId: 99 } }],
      [
        'a series of a theatre outside the catalogue',
        { name: 'series', params: { day, bucket: 'hour', theaterId: 0 } },
      ],
      ['minutes of one theatre', { name: 'series', params: { day, bucket: 'minute', theaterId: 1 } }],
      ['a time off the quarter hour', { name: 'theaterLeaderboard', params: { day, before: dayStart + 1 } }],
    ] satisfies [string, Question][])('refuses %s', async (_what, question) => {
      await expect(ask(backend, question)).rejects.toMatchObject({ name: 'AppError', code: 'bad_question' });
    });
  });
}
