import type { PartStatus } from '../domain/status.ts';
import type { AnswerCache } from '../ports/answer-cache.ts';
import type { ReadModel } from '../ports/read-model.ts';
import { RedisAnswerCache } from './redis-answer-cache.ts';
import { RedisLink, type RedisLinkOptions } from './redis-link.ts';
import { RedisReadModel } from './redis-read-model.ts';

export interface RedisConnection {
  readonly readModel: ReadModel;
  readonly answers: AnswerCache;
  status(): PartStatus;
  /** Calls back after a change of state. Returns the unsubscriber. */
  onStatus(listener: () => void): () => void;
  /**
   * Names the database that the totals are of: its identity is in the names of the keys. Call it before the first use.
   */
  bindTo(database: string): void;
  /** How long the server takes to answer, ms. Errors: `AppError` redis_down, redis_refused. */
  ping(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Connects in the background and returns at once; the states tell how it goes. While Redis is away, whatever is asked
 * of it fails at once with `AppError` redis_down.
 */
export function openRedis(options: RedisLinkOptions & { readonly maxDays?: number }): RedisConnection {
  const link = new RedisLink(options);
  return {
    readModel: new RedisReadModel(link, options.maxDays === undefined ? {} : { maxDays: options.maxDays }),
    answers: new RedisAnswerCache(link),
    status: () => link.status(),
    onStatus: (listener) => link.onStatus(listener),
    bindTo: (database) => link.bindTo(database),
    ping: () => link.ping(),
    close: () => link.close(),
  };
}
