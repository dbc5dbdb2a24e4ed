import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartState } from '../domain/status.ts';
import type { Projector } from '../ingest/projector.ts';
import { silentLogger } from '../ports/logger.ts';
import { readModelDifferences } from '../query/read-model-check.ts';
import { OwnRedis } from '../testing/own-redis.ts';
import { becomes, openReady } from '../testing/redis-fixture.ts';
import { day, StoredBatches } from '../testing/stored-batches.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { openRedis, type RedisConnection } from './redis-connection.ts';

let server: OwnRedis;
let stored: StoredBatches;
const open: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  server = await OwnRedis.prepare();
  stored = new StoredBatches();
});
afterEach(async () => {
  for (const connection of open.splice(0).reverse()) await connection.close();
  await server.remove();
});

async function ready(settings = server.settings): Promise<RedisConnection> {
  const connection = await openReady(settings);
  open.push(connection);
  return connection;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One round of the consumer: replay when it is due, then project what was stored meanwhile. */
async function round(projector: Projector, partition = 0): Promise<void> {
  if (projector.replayDue) await projector.replay();
  await projector.project([stored.commit(partition)]);
}

async function caughtUp(projector: Projector, limitMs = 15_000): Promise<number> {
  const started = performance.now();
  while (projector.behind) {
    if (performance.now() - started > limitMs) throw new Error(`still behind: ${projector.status().reason}`);
    if (projector.replayDue) await projector.replay();
    await pause(20);
  }
  return performance.now() - started;
}

async function expectExact({ readModel }: RedisConnection): Promise<void> {
  expect(stored.outbox.size).toBe(0);
  expect(await readModel.builtDays()).toEqual([day]);
  expect(await readModelDifferences(readModel, stored.rollups)).toEqual([]);
}

describe('a server that is down at the start', () => {
  it('does not hold up the start, is told with cause and hint, and is used once it is there', async () => {
    const started = performance.now();
    const connection = openRedis({
      ...{ settings: server.settings, password: null, clientName: 'test', logger: silentLogger },
    });
    open.push(connection);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(connection.status()).toMatchObject({ state: 'connecting' });
    await becomes(connection, 'down');
    const { since } = connection.status();
    expect(connection.status()).toMatchObject({ code: 'ECONNREFUSED', reason: expect.stringContaining('Start Redis') });
    const asked = performance.now();
    await expect(connection.readModel.days(day)).rejects.toMatchObject({ code: 'redis_down', canRetry: true });
    await expect(connection.answers.get(day, 'a')).rejects.toMatchObject({ hint: expect.any(String) });
    await expect(connection.ping()).rejects.toMatchObject({ code: 'redis_down' });
    expect(performance.now() - asked).toBeLessThan(1_000);
    await pause(1_000);
    expect(connection.status()).toMatchObject({ state: 'down', since, nextAttemptAt: expect.any(Number) });
    await server.start();
    await becomes(connection, 'up', 60_000);
    expect(await connection.ping()).toBeLessThan(1_000);
  });

  it('is not waited for when closing', async () => {
    const connection = openRedis({
      ...{ settings: server.settings, password: null, clientName: 'test', logger: silentLogger },
    });
    const states: PartState[] = [];
    connection.onStatus(() => states.push(connection.status().state));
    await becomes(connection, 'down');
    const closing = performance.now();
    await connection.close();
    expect(performance.now() - closing).toBeLessThan(1_000);
    expect(connection.status().state).toBe('off');
    const seen = states.length;
    await pause(700);
    expect(states).toHaveLength(seen);
    await expect(connection.readModel.builtDays()).rejects.toMatchObject({ code: 'redis_down' });
  });
});

it('is not waited for when closing, though it keeps silent', async () => {
  await server.start();
  const proxy = await TcpProxy.open(server.port);
  open.push(proxy);
  proxy.stall();
  const settings = { ...server.settings, port: proxy.port };
  const connection = openRedis({ settings, password: null, clientName: 'test', logger: silentLogger });
  await pause(200);
  const closing = performance.now();
  await connection.close();
  expect(performance.now() - closing).toBeLessThan(1_000);
});

describe('a server that goes away while totals are projected', () => {
  it('killed and started empty: nothing is missing afterwards', async () => {
    await server.start();
    const connection = await ready();
    const projector = stored.projector(connection.readModel, connection.answers);
    stored.commit();
    for (let index = 0; index < 20; index += 1) await round(projector);
    await server.kill();
    for (let index = 0; index < 20; index += 1) await round(projector, 1);
    expect(projector.status()).toMatchObject({ state: 'degraded', code: 'redis_down' });
    await server.start();
    await becomes(connection, 'up');
    await caughtUp(projector);
    await expectExact(connection);
  });

  it('whose connections are killed again and again: nothing is missing or counted twice', async () => {
    await server.start();
    const connection = await ready();
    const projector = stored.projector(connection.readModel, connection.answers);
    stored.commit();
    let killing = true;
    const killer = server.use(async (client) => {
      while (killing) {
        await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await pause(Math.random() * 30);
      }
    });
    let failures = 0;
    for (let index = 0; index < 300; index += 1) {
      projector.retryNow();
      await round(projector, index % 3);
      if (projector.behind) failures += 1;
      await pause(10);
    }
    killing = false;
    await killer;
    expect(failures).toBeGreaterThan(0);
    projector.retryNow();
    await caughtUp(projector);
    await expectExact(connection);
  });

  it('by stalling, without closing a connection: it is told within 5 s, and nothing waits for it longer', async () => {
    await server.start();
    const proxy = await TcpProxy.open(server.port);
    open.push(proxy);
    const connection = await ready({ ...server.settings, port: proxy.port });
    const projector = stored.projector(connection.readModel, connection.answers);
    await round(projector);
    proxy.stall();
    const stalled = performance.now();
    await round(projector);
    expect(projector.status().state).toBe('degraded');
    expect(performance.now() - stalled).toBeLessThan(5_000);
    await becomes(connection, 'down', 60_000);
    expect(connection.status().code).toBe('ETIMEDOUT');
    const next = performance.now();
    await round(projector, 1);
    expect(performance.now() - next).toBeLessThan(1_000);
    proxy.resume();
    await becomes(connection, 'up', 60_000);
    await caughtUp(projector);
    await expectExact(connection);
  });

  it('by stalling while nothing is asked of it: it is told within 5 s', async () => {
    await server.start();
    const proxy = await TcpProxy.open(server.port);
    open.push(proxy);
    const connection = await ready({ ...server.settings, port: proxy.port });
    proxy.stall();
    await becomes(connection, 'down', 60_000);
    proxy.resume();
    await becomes(connection, 'up', 60_000);
  });

  it('by refusing writes for want of memory: it is told, reading goes on, and writing once there is room', async () => {
    await server.start();
    const connection = await ready();
    const projector = stored.projector(connection.readModel, connection.answers);
    stored.commit();
    await projector.replay();
    await server.use((client) => client.config('SET', 'maxmemory', '1'));
    await round(projector);
    expect(connection.status()).toMatchObject({ state: 'degraded', code: 'OOM' });
    expect(projector.status()).toMatchObject({ state: 'degraded', code: 'redis_refused' });
    expect((await connection.readModel.days(day))?.version).toBe(1);
    expect(await connection.answers.get(day, 'a')).toBeUndefined();
    expect(connection.status()).toMatchObject({ state: 'degraded', code: 'OOM' });
    await server.use((client) => client.config('SET', 'maxmemory', '0'));
    await caughtUp(projector);
    expect(connection.status().state).toBe('up');
    await expectExact(connection);
  });
});

describe('a rebuild while Redis is away', () => {
  it('leaves nothing of before in the read model and the answers once it is back', async () => {
    await server.start();
    const connection = await ready();
    const projector = stored.projector(connection.readModel, connection.answers);
    stored.commit();
    await projector.replay();
    await connection.answers.set(day, 'a', { value: 'before', version: 1, asOf: 0 });
    await server.keepDump();
    await server.kill();
    await becomes(connection, 'down');
    await connection.readModel.clear();
    await connection.answers.clear();
    await server.restore('kept');
    await server.start();
    await becomes(connection, 'up');
    expect(await connection.readModel.days(day)).toBeUndefined();
    expect(await connection.answers.get(day, 'a')).toBeUndefined();
  });

  it('and an end before it is back: the next start finds versions that are not of this data, and builds afresh', async () => {
    await server.start();
    const before = await ready();
    const ended = stored.projector(before.readModel, before.answers);
    for (let index = 0; index < 5; index += 1) stored.commit(index);
    await ended.replay();
    await before.answers.set(day, 'a', { value: 'before', version: 5, asOf: 0 });
    await before.close();
    // The data was reset meanwhile: other rows, lower versions.
    stored = new StoredBatches();
    stored.commit(7);
    const connection = await ready();
    const projector = stored.projector(connection.readModel, connection.answers);
    await projector.replay();
    await expectExact(connection);
    expect(await connection.answers.get(day, 'a')).toBeUndefined();
  });
});
