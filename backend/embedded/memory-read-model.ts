import type {
  BusinessDay,
  DayRollup,
  MinuteRollup,
  RollupRows,
  TheaterMovieRollup,
  TheaterQuarterRollup,
} from '../domain/rollup.ts';
import type { BuildToken, ReadModel, Versioned } from '../ports/read-model.ts';

/** The rows of one day. `building` takes rows and answers nothing; `built` takes rows and answers. */
interface DayEntry {
  state: 'building' | 'built';
  readonly token: BuildToken;
  readonly theaterMovies: Map<string, TheaterMovieRollup>;
  readonly theaterQuarters: Map<string, TheaterQuarterRollup>;
  readonly minutes: Map<string, MinuteRollup>;
  readonly days: Map<number, DayRollup>;
}

/**
 * The read model of embedded mode: held in this process, gone with it, built again from PostgreSQL.
 * Holds at most `maxDays` days (built and being built); the one read or built longest ago goes first and is then
 * simply not built. A full day of 40 theatres takes about 1.4 MB.
 */
export class MemoryReadModel implements ReadModel {
  readonly #maxDays: number;
  /** In order of use: the first is the next to go. */
  readonly #entries = new Map<BusinessDay, DayEntry>();
  #tokens = 0;

  constructor(options: { maxDays?: number } = {}) {
    this.#maxDays = options.maxDays ?? 40;
  }

  async apply(rows: RollupRows): Promise<void> {
    for (const row of rows.theaterMovies) {
      keepNewest(this.#entries.get(row.day)?.theaterMovies, `${row.theaterId}:${row.movieId}`, row);
    }
    for (const row of rows.theaterQuarters) {
      keepNewest(this.#entries.get(row.day)?.theaterQuarters, `${row.theaterId}:${row.at}`, row);
    }
    for (const row of rows.minutes) keepNewest(this.#entries.get(row.day)?.minutes, `${row.partition}:${row.at}`, row);
    for (const row of rows.days) keepNewest(this.#entries.get(row.day)?.days, row.partition, row);
  }

  async beginBuild(day: BusinessDay, options: { readonly afresh: boolean } = { afresh: false }): Promise<BuildToken> {
    const held = options.afresh ? undefined : this.#entries.get(day);
    this.#tokens += 1;
    const entry = held ?? emptyEntry(String(this.#tokens));
    this.#entries.delete(day);
    this.#entries.set(day, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxDays) break;
      this.#entries.delete(oldest);
    }
    return entry.token;
  }

  async endBuild(day: BusinessDay, build: BuildToken): Promise<void> {
    // No entry, or another one: rows were lost since beginBuild, and the day stays unbuilt.
    const entry = this.#use(day);
    if (entry?.token === build) entry.state = 'built';
  }

  async builtDays(): Promise<readonly BusinessDay[]> {
    return [...this.#entries]
      .filter(([, entry]) => entry.state === 'built')
      .map(([day]) => day)
      .sort();
  }

  async theaterMovies(day: BusinessDay): Promise<Versioned<readonly TheaterMovieRollup[]> | undefined> {
    return this.#read(day, (entry) => entry.theaterMovies);
  }

  async theaterQuarters(day: BusinessDay): Promise<Versioned<readonly TheaterQuarterRollup[]> | undefined> {
    return this.#read(day, (entry) => entry.theaterQuarters);
  }

  async minutes(day: BusinessDay): Promise<Versioned<readonly MinuteRollup[]> | undefined> {
    return this.#read(day, (entry) => entry.minutes);
  }

  async days(day: BusinessDay): Promise<Versioned<readonly DayRollup[]> | undefined> {
    return this.#read(day, (entry) => entry.days);
  }

  async clear(): Promise<void> {
    this.#entries.clear();
  }

  /** The day's entry, marked as used just now. */
  #use(day: BusinessDay): DayEntry | undefined {
    const entry = this.#entries.get(day);
    if (!entry) return undefined;
    this.#entries.delete(day);
    this.#entries.set(day, entry);
    return entry;
  }

  #read<K, R>(day: BusinessDay, family: (entry: DayEntry) => Map<K, R>): Versioned<readonly R[]> | undefined {
    if (this.#entries.get(day)?.state !== 'built') return undefined;
    const entry = this.#use(day);
    if (!entry) return undefined;
    let version = 0;
    for (const row of entry.days.values()) version += row.version;
    return { rows: [...family(entry).values()], version };
  }
}

function emptyEntry(token: BuildToken): DayEntry {
  return {
    state: 'building',
    token,
    theaterMovies: new Map(),
    theaterQuarters: new Map(),
    minutes: new Map(),
    days: new Map(),
  };
}

function keepNewest<K, R extends { readonly version: number }>(rows: Map<K, R> | undefined, key: K, row: R): void {
  if (!rows) return;
  const held = rows.get(key);
  if (held === undefined || held.version < row.version) rows.set(key, row);
}
