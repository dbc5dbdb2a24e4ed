import { randomUUID } from 'node:crypto';
import type { BusinessDay } from '../domain/rollup.ts';
import type { AnswerCache } from '../ports/answer-cache.ts';
import * as scripts from './answer-cache-scripts.ts';
import { decodeAnswer, encodeAnswer } from './answer-codec.ts';
import { Clearing } from './clearing.ts';
import type { RedisLink } from './redis-link.ts';

interface Entry {
  readonly value: unknown;
  readonly version: number;
  readonly asOf: number;
}

/** Larger answers are not kept: asking PostgreSQL again costs less than carrying them. */
const MAX_TEXT = 262_144;
/** Answers kept of a day; the questions of a console are some 250. Beyond it the day begins anew. */
const MAX_ANSWERS = 400;
/** Questions being answered and days with an untold version that are remembered here. */
const MAX_REMEMBERED = 4_096;

/**
 * Answers of the sql backend in Redis, shared by all programs of a profile; a day's are gone 24 hours after the last
 * one was kept. Errors of every method: `AppError` redis_down and redis_refused.
 */
export class RedisAnswerCache implements AnswerCache {
  readonly #link: RedisLink;
  readonly #clearing: Clearing;
  /** Versions that Redis may not have been told of because it was away; answers below them are never given out here. */
  readonly #untold = new Map<BusinessDay, number>();
  /** Which hash a question was looked up in and not found, until its answer comes. */
  readonly #asked = new Map<string, string>();

  constructor(link: RedisLink) {
    this.#link = link;
    this.#clearing = new Clearing(async () => {
      await link.run(scripts.clearAnswers, randomUUID(), []);
      this.#untold.clear();
    });
  }

  async get(day: BusinessDay, key: string): Promise<Entry | undefined> {
    const [id, version, text] = await this.#run(scripts.readAnswer, [day, field(key), this.#toldOf(day)]);
    const answer = text === undefined ? undefined : decodeAnswer(String(text));
    if (answer === undefined) {
      const place = placeOf(day, key);
      // The first that asked counts: its answer may be older than the hash that a later one finds.
      if (id !== undefined && !this.#asked.has(place)) remember(this.#asked, place, String(id));
      return undefined;
    }
    return { ...answer, version: Number(version) };
  }

  async set(day: BusinessDay, key: string, entry: Entry): Promise<void> {
    const place = placeOf(day, key);
    const seen = this.#asked.get(place) ?? '';
    this.#asked.delete(place);
    const text = encodeAnswer(entry);
    if (text.length > MAX_TEXT) return this.bump(day, entry.version);
    const version = String(entry.version);
    await this.#run(scripts.keepAnswer, [day, field(key), this.#toldOf(day), version, seen, text, String(MAX_ANSWERS)]);
  }

  async bump(day: BusinessDay, version: number): Promise<void> {
    const told = Math.max(version, this.#untold.get(day) ?? 0);
    remember(this.#untold, day, told);
    await this.#run(scripts.raiseVersion, [day, String(told)]);
    if (this.#untold.get(day) === told) this.#untold.delete(day);
  }

  /** While Redis is away it is noted, and done before anything else once it is back. */
  clear(): Promise<void> {
    this.#asked.clear();
    return this.#clearing.request();
  }

  #toldOf(day: BusinessDay): string {
    return String(this.#untold.get(day) ?? 0);
  }

  async #run(script: Parameters<RedisLink['run']>[0], values: readonly string[]): Promise<readonly unknown[]> {
    await this.#clearing.settle();
    return this.#link.run(script, randomUUID(), values);
  }
}

/** Apart from the hash's own fields, which begin with a dot. */
function field(key: string): string {
  return `q:${key}`;
}

function placeOf(day: BusinessDay, key: string): string {
  return `${day}\n${key}`;
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MAX_REMEMBERED) break;
    map.delete(oldest);
  }
}
