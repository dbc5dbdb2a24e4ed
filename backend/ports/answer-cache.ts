import type { BusinessDay } from '../domain/rollup.ts';

/**
 * Answers of the sql backend by question key. An entry carries the version of its day; `get` returns it only when that
 * version is not below the newest version the cache was told of, so a stale answer is never served.
 */
export interface AnswerCache {
  get(
    day: BusinessDay,
    key: string,
  ): Promise<{ readonly value: unknown; readonly version: number; readonly asOf: number } | undefined>;
  set(
    day: BusinessDay,
    key: string,
    entry: { readonly value: unknown; readonly version: number; readonly asOf: number },
  ): Promise<void>;
  /** The day has reached `version` (never lowers it). */
  bump(day: BusinessDay, version: number): Promise<void>;
  clear(): Promise<void>;
}
