import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type {
  BusinessDay,
  DayRollup,
  MinuteRollup,
  RollupRows,
  TheaterMovieRollup,
  TheaterQuarterRollup,
} from '../domain/rollup.ts';
import { AppError } from '../lib/app-error.ts';
import type { BuildToken, ReadModel, Versioned } from '../ports/read-model.ts';
import { Clearing } from './clearing.ts';
import * as scripts from './read-model-scripts.ts';
import type { RedisLink } from './redis-link.ts';
import { decoders, type EncodedDay, encodeRows, familyNumbers, type RowFamily, UnreadableRow } from './row-codec.ts';

/** Rows of one day up to which they are written in one step, some 30 ms of the server's time. */
const WHOLE_DAY_ROWS = 8_000;
/** Rows of a call that carries several days, or a piece of a large one. */
const CALL_ROWS = 2_000;
/** Rows are decoded in slices, so that a day's several thousand do not hold up the event loop. */
const SLICE_ROWS = 1_000;

interface Group {
  readonly day: BusinessDay;
  readonly family: string;
  readonly entries: readonly (readonly [string, { readonly value: string }])[];
}

/**
 * The read model in Redis, shared by all programs of a profile: a hash per day and family of rows, and a head per day.
 * How lost data is noticed is told in lua-prelude.ts. Holds at most `maxDays` days; the one used longest ago goes
 * first. Errors of every method: `AppError` redis_down and redis_refused.
 */
export class RedisReadModel implements ReadModel {
  readonly #link: RedisLink;
  readonly #maxDays: number;
  readonly #clearing: Clearing;

  constructor(link: RedisLink, options: { maxDays?: number } = {}) {
    this.#link = link;
    this.#maxDays = options.maxDays ?? 40;
    this.#clearing = new Clearing(async () => {
      await link.run(scripts.clearDays, randomUUID(), []);
    });
  }

  async apply(rows: RollupRows): Promise<void> {
    let call: string[] = [];
    let size = 0;
    const send = async () => {
      const values = call;
      call = [];
      size = 0;
      if (values.length > 0) await this.#run(scripts.applyRows, values);
    };
    for (const [day, encoded] of encodeRows(rows)) {
      const groups = groupsOf(day, encoded);
      const count = groups.reduce((sum, group) => sum + group.entries.length, 0);
      if (count > WHOLE_DAY_ROWS) {
        await send();
        await this.#applyInPieces(day, groups);
        continue;
      }
      if (size > 0 && size + count > CALL_ROWS) await send();
      for (const group of groups) pushGroup(call, group);
      size += count;
    }
    await send();
  }

  async beginBuild(day: BusinessDay, options: { readonly afresh: boolean } = { afresh: false }): Promise<BuildToken> {
    const [id] = await this.#run(scripts.beginBuild, [day, options.afresh ? '1' : '0', String(this.#maxDays)]);
    return String(id);
  }

  async endBuild(day: BusinessDay, build: BuildToken): Promise<void> {
    await this.#run(scripts.endBuild, [day, build]);
  }

  async builtDays(): Promise<readonly BusinessDay[]> {
    const [days] = await this.#run(scripts.listBuilt, []);
    return texts(days).sort();
  }

  theaterMovies(day: BusinessDay): Promise<Versioned<readonly TheaterMovieRollup[]> | undefined> {
    return this.#read(day, 'theaterMovies');
  }

  theaterQuarters(day: BusinessDay): Promise<Versioned<readonly TheaterQuarterRollup[]> | undefined> {
    return this.#read(day, 'theaterQuarters');
  }

  minutes(day: BusinessDay): Promise<Versioned<readonly MinuteRollup[]> | undefined> {
    return this.#read(day, 'minutes');
  }

  days(day: BusinessDay): Promise<Versioned<readonly DayRollup[]> | undefined> {
    return this.#read(day, 'days');
  }

  /** While Redis is away it is noted, and done before anything else once it is back. */
  clear(): Promise<void> {
    return this.#clearing.request();
  }

  /** A day with too many rows for one step: if it is built, it answers nothing until all are there. */
  async #applyInPieces(day: BusinessDay, groups: readonly Group[]): Promise<void> {
    const [id] = await this.#run(scripts.beginPieces, [day]);
    for (const { family, entries } of groups) {
      for (let start = 0; start < entries.length; start += CALL_ROWS) {
        const values: string[] = [];
        pushGroup(values, { day, family, entries: entries.slice(start, start + CALL_ROWS) });
        await this.#run(scripts.applyRows, values);
      }
    }
    if (id !== '') await this.#run(scripts.endPieces, [day, String(id)]);
  }

  async #read<F extends RowFamily>(day: BusinessDay, family: F): Promise<Versioned<RollupRows[F]> | undefined> {
    const [version, flat] = await this.#run(scripts.readRows, [day, familyNumbers[family]]);
    if (version === undefined) return undefined;
    try {
      return { rows: await rowsOf(day, family, texts(flat)), version: Number(version) };
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      await this.#run(scripts.dropDay, [day]);
      return undefined;
    }
  }

  async #run(script: Parameters<RedisLink['run']>[0], values: readonly string[]): Promise<readonly unknown[]> {
    await this.#clearing.settle();
    return this.#link.run(script, randomUUID(), values);
  }
}

/** Errors: `UnreadableRow`. */
async function rowsOf<F extends RowFamily>(
  day: BusinessDay,
  family: F,
  cells: readonly string[],
): Promise<RollupRows[F]> {
  const decode: (day: BusinessDay, field: string, value: string) => RollupRows[F][number] = decoders[family];
  const rows: RollupRows[F][number][] = [];
  for (let at = 0; at < cells.length; at += 2) {
    if (at > 0 && at % (2 * SLICE_ROWS) === 0) await setImmediate();
    rows.push(decode(day, cells[at] ?? '', cells[at + 1] ?? ''));
  }
  return rows as unknown as RollupRows[F];
}

function groupsOf(day: BusinessDay, encoded: EncodedDay): Group[] {
  return [...encoded].map(([family, rows]) => ({ day, family, entries: [...rows] }));
}

function pushGroup(call: string[], { day, family, entries }: Group): void {
  call.push(day, family, String(entries.length));
  for (const [field, { value }] of entries) call.push(field, value);
}

function texts(reply: unknown): string[] {
  if (!Array.isArray(reply)) throw new AppError('internal', 'A script of the read model answered something else.');
  return reply.map(String);
}
