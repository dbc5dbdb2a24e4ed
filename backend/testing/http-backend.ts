/** A query backend behind HTTP, as a client of the gateway sees it. */
import type { Measures } from '../domain/measures.ts';
import type {
  Answer,
  BackendName,
  QuestionName,
  QuestionParams,
  QuestionValue,
  SeriesPoint,
} from '../domain/question.ts';
import { sharedMs } from '../gateway/answer-bodies.ts';
import { AppError } from '../lib/app-error.ts';
import type { QueryBackend } from '../ports/query-backend.ts';

interface Told {
  readonly grossCents: number | string;
  readonly refundCents: number | string;
  readonly sales: number;
  readonly refunds: number;
  readonly admits: number;
}

/** An answer, or a problem. */
type Body = Omit<Answer<unknown>, 'watermark'> & {
  readonly watermark: { readonly version: number; readonly asOf: string };
  readonly detail: string;
};

const measuresOf = ({ grossCents, refundCents, sales, refunds, admits }: Told): Measures => ({
  ...{ grossCents: BigInt(grossCents), refundCents: BigInt(refundCents) },
  ...{ sales, refunds, admits },
});
const nested = <T extends Told>({ grossCents, refundCents, sales, refunds, admits, ...rest }: T) => ({
  ...rest,
  measures: measuresOf({ grossCents, refundCents, sales, refunds, admits }),
});
const pointOf = (point: Told & { readonly at: string }): SeriesPoint => ({
  at: Date.parse(point.at),
  measures: measuresOf(point),
});

const paths: { readonly [N in QuestionName]: (params: QuestionParams<N>) => string } = {
  theaters: () => '/theaters',
  theaterMovies: ({ theaterId, day }) => `/theaters/${theaterId}/movies?day=${encodeURIComponent(day)}`,
  topTheater: ({ day }) => `/top-theater/${encodeURIComponent(day)}`,
  theaterLeaderboard: ({ day, before }) =>
    `/leaderboards/theaters?day=${encodeURIComponent(day)}${before === undefined ? '' : `&before=${new Date(before).toISOString()}`}`,
  movieLeaderboard: ({ day }) => `/leaderboards/movies?day=${encodeURIComponent(day)}`,
  summary: ({ day }) => `/summary/${encodeURIComponent(day)}`,
  series: ({ day, bucket, theaterId }) =>
    `/series/${encodeURIComponent(day)}?bucket=${bucket}${theaterId === undefined ? '' : `&theaterId=${theaterId}`}`,
  theaterHours: ({ day }) => `/theater-hours/${encodeURIComponent(day)}`,
};

const values: { readonly [N in QuestionName]: (told: never) => QuestionValue<N> } = {
  theaters: (told: QuestionValue<'theaters'>) => told,
  theaterMovies: (told: (Told & { movieId: number })[]) => told.map(nested),
  topTheater: (told: {
    leaders: (Told & { rank: number; theaterId: number })[];
    runnerUp: (Told & { rank: number; theaterId: number }) | null;
  }) => ({
    leaders: told.leaders.map(nested),
    runnerUp: told.runnerUp === null ? null : nested(told.runnerUp),
  }),
  theaterLeaderboard: (told: (Told & { rank: number; theaterId: number })[]) => told.map(nested),
  movieLeaderboard: (told: (Told & { rank: number; movieId: number; theaters: number })[]) => told.map(nested),
  summary: measuresOf,
  series: (told: (Told & { at: string })[]) => told.map(pointOf),
  theaterHours: (told: { theaterId: number; hours: (Told & { at: string })[] }[]) =>
    told.map(({ theaterId, hours }) => ({ theaterId, hours: hours.map(pointOf) })),
};

export class HttpBackend implements QueryBackend {
  readonly name: BackendName;
  readonly #base: string;

  constructor(name: BackendName, port: number) {
    this.name = name;
    this.#base = `http://127.0.0.1:${port}`;
  }

  async answer<N extends QuestionName>(name: N, params: QuestionParams<N>): Promise<Answer<QuestionValue<N>>> {
    // Until then a client may be given an answer of before.
    await new Promise((resolve) => setTimeout(resolve, sharedMs + 2));
    const response = await fetch(`${this.#base}${paths[name](params)}`);
    const body = (await response.json()) as Body;
    if (response.status === 400 || response.status === 404) throw new AppError('bad_question', body.detail);
    if (!response.ok) throw new AppError('not_available', body.detail);
    const { value, backend, source, watermark, tookMs } = body;
    return {
      ...{ backend, source, tookMs },
      value: values[name](value as never),
      watermark: { version: watermark.version, asOf: Date.parse(watermark.asOf) },
    };
  }
}
