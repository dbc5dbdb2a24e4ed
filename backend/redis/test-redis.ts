import { randomUUID } from 'node:crypto';
import type { RedisSettings } from '../settings/profile.ts';
import { connectClient, type ServerFacts } from './connect-client.ts';
import { explainFailure } from './redis-failure.ts';

const LIMIT_MS = 4_500;
const COMMAND_MS = 2_000;

/** Writes, reads and deletes one key in a script, as the read model does. */
const probe = `
redis.call('INFO', 'server')
redis.call('HSET', KEYS[1], 'a', '1')
redis.call('EXPIRE', KEYS[1], 10)
redis.call('UNLINK', KEYS[1])
return 1`;

/**
 * Tries whether these settings work, within 5 s: connects, signs in, writes and deletes a key of the prefix.
 * `detail` tells what was found and what to mind. Errors: `AppError` redis_down, redis_refused, naming the cause.
 */
export async function testRedis(
  settings: RedisSettings,
  password: string | null,
): Promise<{ readonly tookMs: number; readonly version: string; readonly detail: string }> {
  const started = performance.now();
  try {
    const { client, server } = await connectClient({
      ...{ settings, password, clientName: 'reelmetrics-test' },
      commandTimeoutMs: COMMAND_MS,
      connectTimeoutMs: LIMIT_MS - COMMAND_MS,
    });
    try {
      await client.call('EVAL', probe, '1', `${settings.keyPrefix}v1:test:${randomUUID()}`);
    } finally {
      client.disconnect();
    }
    return { tookMs: performance.now() - started, version: server.version, detail: detailOf(server, settings) };
  } catch (cause) {
    throw explainFailure(cause, `${settings.host}:${settings.port}`).error;
  }
}

function detailOf(server: ServerFacts, { database }: RedisSettings): string {
  const parts = [`Redis ${server.version}, primary, database ${database}.`];
  if (server.passwordUnneeded) parts.push('It wants no password; the one given is not used.');
  if (server.maxMemory > 0) {
    const limit = `Its memory is limited to ${Math.round(server.maxMemory / 1_048_576)} MiB`;
    parts.push(
      server.evictionPolicy === 'noeviction'
        ? `${limit} and it evicts nothing: once it is full, totals are not projected. Leave it 100 MiB.`
        : `${limit} and it evicts keys (${server.evictionPolicy}): what is evicted is built again, which takes time.`,
    );
  }
  return parts.join(' ');
}
