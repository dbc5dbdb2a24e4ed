import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { type Logger, silentLogger } from '../ports/logger.ts';
import { openRedis, type RedisConnection } from '../redis/redis-connection.ts';
import type { RedisSettings } from '../settings/profile.ts';

/** Settings for the server of a `redis://` URL, with a key prefix of the test's own. */
export function redisSettings(url: string, keyPrefix = `test:${randomUUID()}:`): RedisSettings {
  const { hostname, port, username, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 6379),
    database: Number(pathname.slice(1) || 0),
    username: username || null,
    keyPrefix,
    tls: { enabled: false, ca: null },
  };
}

/** The password of a `redis://` URL. */
export function redisPassword(url: string): string | null {
  return decodeURIComponent(new URL(url).password) || null;
}

/** Opens a connection and waits until it is up. */
export async function openReady(
  settings: RedisSettings,
  options: { password?: string | null; maxDays?: number; logger?: Logger } = {},
): Promise<RedisConnection> {
  const { password = null, logger = silentLogger, ...rest } = options;
  const connection = openRedis({ settings, password, clientName: 'test', logger, ...rest });
  await becomes(connection, 'up');
  return connection;
}

/** Resolves when the connection has that state; rejects after `limitMs`. */
export function becomes(connection: RedisConnection, state: string, limitMs = 10_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      clearTimeout(timer);
      unsubscribe();
      if (error) reject(error);
      else resolve();
    };
    const look = () => {
      if (connection.status().state === state) done();
    };
    const timer = setTimeout(
      () => done(new Error(`not ${state}, but ${JSON.stringify(connection.status())}`)),
      limitMs,
    );
    const unsubscribe = connection.onStatus(look);
    look();
  });
}

/** A client beside ours, for looking and for breaking things. */
export function besideClient({ host, port, database }: RedisSettings, password: string | null = null): Redis {
  return new Redis({ host, port, db: database, ...(password === null ? {} : { password }), maxRetriesPerRequest: 2 });
}

/** Deletes every key that begins with the prefix. */
export async function deletePrefix(beside: Redis, prefix: string): Promise<void> {
  const keys = await beside.keys(`${prefix}*`);
  if (keys.length > 0) await beside.unlink(keys);
}
