import { afterEach, beforeEach, expect, it } from 'vitest';
import { OwnRedis } from '../testing/own-redis.ts';
import { becomes, openReady } from '../testing/redis-fixture.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import type { RedisConnection } from './redis-connection.ts';

const day = '2026-11-22';
const key = `test:v2:{none}:answers:${day}`;
const entry = (value: unknown, version: number) => ({ value, version, asOf: 5 });
let server: OwnRedis;
let proxy: TcpProxy;
let connection: RedisConnection;

beforeEach(async () => {
  server = await OwnRedis.prepare();
  await server.start();
  proxy = await TcpProxy.open(server.port);
  connection = await openReady({ ...server.settings, port: proxy.port });
});
afterEach(async () => {
  await connection.close();
  await proxy.close();
  await server.remove();
});

it('keeps answers and versions when the program starts anew', async () => {
  await connection.answers.set(day, 'a', entry('kept', 4));
  await connection.answers.bump('2026-11-21', 9);
  const next = await openReady(server.settings);
  expect(await next.answers.get(day, 'a')).toEqual(entry('kept', 4));
  await next.answers.set('2026-11-21', 'a', entry('stale', 8));
  expect(await next.answers.get('2026-11-21', 'a')).toBeUndefined();
  await next.close();
});

it('does not give out an answer older than a version that Redis could not be told of', async () => {
  await connection.answers.set(day, 'a', entry('old', 4));
  const down = becomes(connection, 'down');
  proxy.redirect(1);
  await down;
  await expect(connection.answers.bump(day, 5)).rejects.toMatchObject({ code: 'redis_down' });
  proxy.redirect(server.port);
  await becomes(connection, 'up');
  expect(await connection.answers.get(day, 'a')).toBeUndefined();
  await connection.answers.set(day, 'a', entry('stale', 4));
  expect(await connection.answers.get(day, 'a')).toBeUndefined();
  await connection.answers.set(day, 'a', entry('new', 5));
  expect((await connection.answers.get(day, 'a'))?.value).toBe('new');
});

it('refuses an answer that was computed before the newest version was lost', async () => {
  for (const lose of [() => server.use((client) => client.del(key)), () => server.use((client) => client.flushall())]) {
    expect(await connection.answers.get(day, 'a')).toBeUndefined();
    await connection.answers.bump(day, 100);
    await lose();
    await connection.answers.set(day, 'a', entry('stale', 99));
    expect(await connection.answers.get(day, 'a')).toBeUndefined();
    await connection.answers.set(day, 'a', entry('fresh', 100));
    expect((await connection.answers.get(day, 'a'))?.value).toBe('fresh');
    await connection.answers.clear();
  }
});

it('is gone with the server that it was kept on', async () => {
  await connection.answers.set(day, 'a', entry('old', 4));
  await server.keepDump();
  const down = becomes(connection, 'down');
  await server.kill();
  await down;
  await server.restore('kept');
  await server.start();
  await becomes(connection, 'up');
  expect(await connection.answers.get(day, 'a')).toBeUndefined();
});

it('keeps at most so many answers of a day, none that is too large, and each day for a day', async () => {
  for (let index = 0; index < 1_000; index += 1)
    await connection.answers.set(day, `question ${index}`, entry(index, 1));
  expect((await connection.answers.get(day, 'question 999'))?.value).toBe(999);
  expect(await server.use((client) => client.hlen(key))).toBeLessThanOrEqual(401);
  await connection.answers.set(day, 'large', entry('x'.repeat(300_000), 2));
  expect(await connection.answers.get(day, 'large')).toBeUndefined();
  expect(await connection.answers.get(day, 'question 999')).toBeUndefined();
  expect(await server.use((client) => client.ttl(key))).toBeGreaterThan(86_000);
});
