/** The query side's view of PostgreSQL: answers in SQL, and a day's rollups. */
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import type { Measures } from '../domain/measures.ts';
import { noMeasures } from '../domain/measures.ts';
import type {
  QuestionName,
  QuestionParams,
  QuestionValue,
  RankedMovie,
  RankedTheater,
  SeriesPoint,
  TheaterHours,
} from '../domain/question.ts';
import type { BusinessDay, RollupRows } from '../domain/rollup.ts';
import type { Sql } from '../lib/sql.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import * as answers from './answers-sql.ts';
import { RollupRowCollector } from './rollup-rows.ts';
import { type Queryable, select } from './select.ts';

type SqlQuestionName = Exclude<QuestionName, 'theaters'>;
type Answered<N extends SqlQuestionName> = { readonly value: QuestionValue<N>; readonly version: number };

interface Row {
  readonly version: bigint;
  readonly id: number | null;
  readonly rank: number | null;
  readonly theaters: number | null;
  readonly at: number | null;
  readonly gross_cents: bigint | null;
  readonly refund_cents: bigint | null;
  readonly sales: bigint | null;
  readonly refunds: bigint | null;
  readonly admits: bigint | null;
}

interface Rows {
  readonly rows: readonly Row[];
  readonly version: number;
}

/** Rows are converted in pieces, so that a day's several thousand do not hold up the event loop. */
const ROWS_PER_SLICE = 1_000;

const wireText = { getTypeParser: () => (text: string) => text };

function measuresOf(row: Row): Measures {
  return {
    grossCents: row.gross_cents ?? 0n,
    refundCents: row.refund_cents ?? 0n,
    sales: Number(row.sales ?? 0n),
    refunds: Number(row.refunds ?? 0n),
    admits: Number(row.admits ?? 0n),
  };
}

function rankedTheater(row: Row): RankedTheater {
  return { rank: row.rank ?? 0, theaterId: row.id ?? 0, measures: measuresOf(row) };
}

function rankedMovie(row: Row): RankedMovie {
  return { rank: row.rank ?? 0, movieId: row.id ?? 0, measures: measuresOf(row), theaters: row.theaters ?? 0 };
}

function seriesPoint(row: Row): SeriesPoint {
  return { at: row.at ?? 0, measures: measuresOf(row) };
}

/** Rows come ordered by theatre. */
function hoursByTheater(rows: readonly Row[]): TheaterHours[] {
  const theaters: { theaterId: number; hours: SeriesPoint[] }[] = [];
  for (const row of rows) {
    const last = theaters.at(-1);
    if (last && last.theaterId === row.id) last.hours.push(seriesPoint(row));
    else theaters.push({ theaterId: row.id ?? 0, hours: [seriesPoint(row)] });
  }
  return theaters;
}

type Answerers = { readonly [N in SqlQuestionName]: (params: QuestionParams<N>) => Promise<Answered<N>> };

export class PostgresRollupReader implements RollupReader {
  readonly #pool: Queryable;
  readonly #zone: () => string;

  readonly #answerers: Answerers = {
    summary: async ({ day }) => {
      const { rows, version } = await this.#rows(answers.summary, [day], 'gross_cents');
      return { value: rows[0] ? measuresOf(rows[0]) : noMeasures, version };
    },
    theaterMovies: async ({ day, theaterId }) => {
      const { rows, version } = await this.#rows(answers.theaterMovies, [day, theaterId]);
      return { value: rows.map((row) => ({ movieId: row.id ?? 0, measures: measuresOf(row) })), version };
    },
    topTheater: async ({ day }) => {
      const { rows, version } = await this.#rows(answers.topTheater, [day]);
      const theaters = rows.map(rankedTheater);
      return {
        value: {
          leaders: theaters.filter((row) => row.rank === 1),
          runnerUp: theaters.find((row) => row.rank !== 1) ?? null,
        },
        version,
      };
    },
    theaterLeaderboard: async ({ day, before }) => {
      const { rows, version } =
        before === undefined
          ? await this.#rows(answers.theaterLeaderboard, [day])
          : await this.#rows(answers.theaterLeaderboardBefore, [day, before]);
      return { value: rows.map(rankedTheater), version };
    },
    movieLeaderboard: async ({ day }) => {
      const { rows, version } = await this.#rows(answers.movieLeaderboard, [day]);
      return { value: rows.map(rankedMovie), version };
    },
    series: async ({ day, bucket, theaterId = null }) => {
      const { rows, version } = await this.#seriesRows(day, bucket, theaterId);
      return { value: rows.map(seriesPoint), version };
    },
    theaterHours: async ({ day }) => {
      const { rows, version } = await this.#rows(answers.theaterHours, [day, this.#zone()]);
      return { value: hoursByTheater(rows), version };
    },
  };

  /** @param zone the business zone's IANA name, for hours on its clock */
  constructor(pool: Queryable, zone: () => string) {
    this.#pool = pool;
    this.#zone = zone;
  }

  answer<N extends SqlQuestionName>(name: N, params: QuestionParams<N>): Promise<Answered<N>> {
    return this.#answerers[name](params);
  }

  async dayRows(day: BusinessDay): Promise<RollupRows> {
    const query: pg.QueryArrayConfig = { text: answers.dayRows, values: [day], rowMode: 'array', types: wireText };
    const { rows } = await this.#pool.query<(string | null)[]>(query);
    const collector = new RollupRowCollector();
    for (let start = 0; start < rows.length; start += ROWS_PER_SLICE) {
      if (start > 0) await setImmediate();
      for (const row of rows.slice(start, start + ROWS_PER_SLICE)) collector.add(row);
    }
    return collector.rows();
  }

  async days(): Promise<readonly BusinessDay[]> {
    const rows = await select<{ day: string }>(this.#pool, answers.days);
    return rows.map((row) => row.day);
  }

  #seriesRows(day: BusinessDay, bucket: 'minute' | 'quarter' | 'hour', theaterId: number | null): Promise<Rows> {
    switch (bucket) {
      case 'minute':
        return this.#rows(answers.minuteSeries, [day], 'at');
      case 'quarter':
        return this.#rows(answers.quarterSeries, [day, theaterId], 'at');
      case 'hour':
        return this.#rows(answers.hourSeries, [day, theaterId, this.#zone()], 'at');
    }
  }

  /** @param present a column that is null only in the row that stands for no rows */
  async #rows(text: Sql, values: readonly (string | number | null)[], present: keyof Row = 'id'): Promise<Rows> {
    const rows = await select<Row & pg.QueryResultRow>(this.#pool, text, values);
    return { rows: rows.filter((row) => row[present] !== null), version: Number(rows[0]?.version ?? 0n) };
  }
}
