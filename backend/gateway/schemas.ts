/** What the answers look like, for the routes and for the OpenAPI document. Money is integer cents, instants are ISO 8601 in UTC. */
import { z } from 'zod';
import { seriesBuckets } from '../domain/question.ts';

const cents = z
  .union([z.int(), z.string().regex(/^-?\d{16,}$/)])
  .describe(
    'Integer minor units of `currency` (cents; whole yen): a number up to 2^53 - 1 on either side of zero, decimal text beyond.',
  );
const count = z.int();
const instant = z.iso.datetime();

export const day = z.iso.date().describe('Business day, YYYY-MM-DD.');
export const dayOrToday = day.optional().describe('Business day, YYYY-MM-DD; the current one when it is left out.');
export const theaterId = z.coerce.number().int().min(1).max(2_147_483_647).describe('Theatre of the catalogue.');
export const bucket = z
  .enum(seriesBuckets)
  .default('minute')
  .describe('Minutes are kept for all theatres together only.');

const measures = {
  grossCents: cents,
  refundCents: cents,
  sales: count,
  refunds: count,
  admits: count,
};

const theater = z.object({
  id: z.int(),
  name: z.string(),
  city: z.string(),
  screens: z.int(),
  seats: z.int().nullable().describe('null: not told.'),
  showingsPerScreen: z.int(),
});
const rankedTheater = z.object({ rank: z.int(), theaterId: z.int(), ...measures });
const point = z.object({ at: instant, ...measures });

export const values = {
  theaters: z.array(theater),
  theaterMovies: z.array(z.object({ movieId: z.int(), ...measures })),
  topTheater: z.object({
    leaders: z.array(rankedTheater).describe('More than one is a tie; none when nothing was sold.'),
    runnerUp: rankedTheater.nullable(),
  }),
  theaterLeaderboard: z.array(rankedTheater),
  movieLeaderboard: z.array(z.object({ rank: z.int(), movieId: z.int(), theaters: z.int(), ...measures })),
  summary: z.object(measures),
  series: z.array(point),
  theaterHours: z.array(z.object({ theaterId: z.int(), hours: z.array(point) })),
};

/** A value with where it came from and how old it is. */
export const answerOf = <T extends z.ZodType>(value: T) =>
  z.object({
    value,
    currency: z.string().length(3).describe('ISO 4217 code of all amounts.'),
    currencyDigits: z.int().describe('Decimal places of its minor unit, in which amounts are given: 2, 0 or 3.'),
    backend: z.enum(['sql', 'materialized']),
    source: z.enum(['postgres', 'cache', 'read-model', 'catalogue']),
    watermark: z.object({
      version: z.int().describe('Version of the day that the value holds for; only grows. 0: nothing stored.'),
      asOf: instant.describe('When that state was read.'),
    }),
    tookMs: z.number(),
  });
