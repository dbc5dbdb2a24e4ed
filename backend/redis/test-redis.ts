/** The test of a profile's Redis: whether the read model and the answers could be kept there, and if not, why. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisSettings } from '../settings/profile.ts';
import { forgetAll, keepAnswer, readAnswer } from './answer-cache-scripts.ts';
import { connectClient, type ServerFacts } from './connect-client.ts';
import { applyRows, beginBuild, clearDays, endBuild, readRows } from './read-model-scripts.ts';
import { explainFailure, movedTo, type ServerPlace } from './redis-failure.ts';
import { callScript, type Script, script } from './script.ts';

const LIMIT_MS = 4_500;
const COMMAND_MS = 2_000;
/** Nodes of a cluster that are asked for the keys. */
const MOST_NODES = 3;

const day = '2026-01-01';
/** Marks of use, whose refusal is no matter to those who read. */
const marks = script(
  `redis.call('HINCRBY', KEYS[1], 'uses', 1)
redis.call('ZADD', daysKey, 1, ARGV[4])
redis.call('EXPIRE', daysKey, UNUSED_SECONDS)
return { server }`,
  { writes: true },
);

/** What use does, with keys of a database that does not exist, and at last their removal. */
const steps: readonly (readonly [Script, readonly string[]])[] = [
  [beginBuild, [day, '0', '40']],
  [applyRows, [day, '1', '1', '1:1', '1 100 0 1 0 1', day, '4', '1', '0', '1 100 0 1 0 1']],
  [endBuild, [day, 'test']],
  [marks, [day]],
  [readRows, [day, '1']],
  [readAnswer, [day, 'q:test', '1']],
  [keepAnswer, [day, 'q:test', '1', '1', '', '{}', '1']],
  [clearDays, []],
  [forgetAll, [day]],
];

/**
 * Tries whether these settings work, within 5 s: connects, signs in, and runs the scripts of the read model and of the
 * answers on keys of the prefix, which it removes. `detail` tells what was found and what to mind.
 * Errors: `AppError` redis_down, redis_refused, naming the cause.
 */
export async function testRedis(
  settings: RedisSettings,
  password: string | null,
): Promise<{ readonly tookMs: number; readonly version: string; readonly detail: string }> {
  const started = performance.now();
  const database = `test-${randomUUID()}`;
  let place: ServerPlace = settings;
  try {
    for (let node = 1; ; node += 1) {
      const { client, server } = await connectClient({
        ...{ settings: { ...settings, ...place }, password, clientName: 'reelmetrics-test' },
        commandTimeoutMs: COMMAND_MS,
        connectTimeoutMs: LIMIT_MS - COMMAND_MS,
      });
      try {
        await tryScripts(client, settings.keyPrefix, database);
        return { tookMs: performance.now() - started, version: server.version, detail: detailOf(server, settings) };
      } catch (cause) {
        const moved = movedTo(cause, place);
        if (moved === null || node === MOST_NODES) throw cause;
        place = moved;
      } finally {
        client.disconnect();
      }
    }
  } catch (cause) {
    throw explainFailure(cause, `${place.host}:${place.port}`).error;
  }
}

async function tryScripts(client: Redis, keyPrefix: string, database: string): Promise<void> {
  for (const [step, values] of steps) {
    await callScript(client, step, { keyPrefix, database, token: 'test', wroteOn: '', values });
  }
}

function detailOf(server: ServerFacts, { database }: RedisSettings): string {
  const role = server.cluster ? 'node of a cluster' : `primary, database ${database}`;
  const parts = [`Redis ${server.version}, ${role}.`];
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
