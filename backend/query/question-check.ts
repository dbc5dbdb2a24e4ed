import { type QuestionName, type QuestionParams, type SeriesBucket, seriesBuckets } from '../domain/question.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import { AppError } from '../lib/app-error.ts';

const quarterMs = 900_000;
const buckets: ReadonlySet<SeriesBucket> = new Set(seriesBuckets);

/**
 * Refuses a question that no backend can answer: a day that does not exist, a theatre outside the catalogue, minutes of
 * one theatre, a time that is not on the quarter hour. Both backends call it first, so both refuse alike.
 * Throws `AppError` bad_question.
 */
export function checkQuestion<N extends QuestionName>(
  name: N,
  params: QuestionParams<N>,
  theaterIds: ReadonlySet<number>,
): void {
  if (name === 'theaters') return;
  const { day, theaterId, before, bucket } = params as {
    day?: unknown;
    theaterId?: unknown;
    before?: unknown;
    bucket?: unknown;
  };
  if (!isBusinessDay(day)) {
    throw new AppError('bad_question', `'${String(day)}' is not a business day.`, {
      hint: 'Give the day as YYYY-MM-DD.',
    });
  }
  const wantsTheater = name === 'theaterMovies' || (name === 'series' && theaterId !== undefined);
  if (wantsTheater && !(typeof theaterId === 'number' && theaterIds.has(theaterId))) {
    throw new AppError('bad_question', `There is no theatre ${String(theaterId)} in the catalogue.`, {
      hint: 'Ask for a theatre of the list of theatres.',
    });
  }
  if (name === 'theaterLeaderboard' && before !== undefined) {
    if (!(typeof before === 'number' && Number.isSafeInteger(before) && before % quarterMs === 0)) {
      throw new AppError('bad_question', `${String(before)} is not the start of a quarter hour.`, {
        hint: 'Give `before` in epoch milliseconds, as a multiple of 900,000.',
      });
    }
  }
  if (name === 'series') {
    if (!buckets.has(bucket as SeriesBucket)) {
      throw new AppError('bad_question', `'${String(bucket)}' is not a bucket of a series.`, {
        hint: 'Ask for minute, quarter or hour.',
      });
    }
    if (bucket === 'minute' && theaterId !== undefined) {
      throw new AppError('bad_question', 'Minutes are kept for all theatres together, not for one theatre.', {
        hint: "Ask for the theatre's quarter hours or hours.",
      });
    }
  }
}

function isBusinessDay(value: unknown): value is BusinessDay {
  const parts = typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) : null;
  if (!parts || parts[1] === '0000') return false;
  const date = new Date(0);
  // setUTCFullYear, because Date.UTC reads the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return date.toISOString().slice(0, 10) === value;
}
