import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RollupRows } from '../domain/rollup.ts';
import { readModelDifferences } from '../query/read-model-check.ts';
import { OwnRedis } from '../testing/own-redis.ts';
import { becomes, openReady } from '../testing/redis-fixture.ts';
import { day, StoredBatches } from '../testing/stored-batches.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import type { RedisConnection } from './redis-connection.ts';

let server: OwnRedis;
let connection: RedisConnection;
let stored: StoredBatches;

beforeEach(async () => {
  server = await OwnRedis.prepare();
  await server.start();
  connection = await openReady(server.settings);
  stored = new StoredBatches();
  for (let index = 0; index < 20; index += 1) stored.commit(index % 3);
  await build();
});
afterEach(async () => {
  await connection.close();
  await server.remove();
});

/** As the materialized backend does it. */
async function build(model = connection.readModel): Promise<void> {
  const token = await model.beginBuild(day);
  await model.apply(await stored.rollups.dayRows(day));
  await model.endBuild(day, token);
}

const versionHeld = async () => (await connection.readModel.days(day))?.version;

/** The next batch is projected without harm, the day answers nothing, and building it makes all good. */
async function expectNoticedAndHealed(model = connection.readModel): Promise<void> {
  await model.apply(stored.commit().changes);
  expect(await model.theaterMovies(day)).toBeUndefined();
  expect(await model.builtDays()).toEqual([]);
  await build(model);
  expect(await model.builtDays()).toEqual([day]);
  expect(await readModelDifferences(model, stored.rollups)).toEqual([]);
}

/** Kills the server and starts it with another dump. */
async function restartFrom(dump: 'kept' | 'nothing'): Promise<void> {
  await server.kill();
  await becomes(connection, 'down');
  await server.restore(dump);
  await server.start();
  await becomes(connection, 'up');
}

describe('keys that are lost', () => {
  it('are noticed one by one, whichever it is: evicted, deleted or expired', async () => {
    const keys = ['generation', 'days', `day:${day}`, ...[1, 2, 3, 4].map((family) => `day:${day}:${family}`)];
    for (const key of keys) {
      const gone = await server.use((client) => client.del(`test:v2:{none}:${key}`));
      expect(gone, key).toBe(1);
      if (key === 'days') {
        // Only the order of use: the day is whole, and found again when it is read.
        expect(await versionHeld()).toBe(stored.rollups.version(day));
        expect(await connection.readModel.builtDays()).toEqual([day]);
      } else await expectNoticedAndHealed();
    }
  });

  it('are noticed when only some rows of a hash are gone', async () => {
    const field = await server.use((client) => client.hrandfield(`test:v2:{none}:day:${day}:3`));
    await server.use((client) => client.hdel(`test:v2:{none}:day:${day}:3`, String(field)));
    expect(await connection.readModel.days(day)).toBeUndefined();
    await expectNoticedAndHealed();
  });

  it('are all gone after FLUSHALL, scripts too', async () => {
    await server.use(async (client) => {
      await client.flushall();
      await client.script('FLUSH');
    });
    await expectNoticedAndHealed();
  });

  it('make a build that was under way fail: its end does not mark the day', async () => {
    const { readModel } = connection;
    const token = await readModel.beginBuild(day, { afresh: true });
    await readModel.apply(await stored.rollups.dayRows(day));
    await server.use((client) => client.del(`test:v2:{none}:day:${day}:2`));
    await readModel.endBuild(day, token);
    await expectNoticedAndHealed();
  });

  it('are evicted by a server whose memory is full, again and again, and never answered from', async () => {
    const { readModel } = connection;
    await server.use(async (client) => {
      await client.config('SET', 'maxmemory', '3mb');
      await client.config('SET', 'maxmemory-policy', 'allkeys-random');
    });
    let evictions = 0;
    for (let round = 0; round < 30; round += 1) {
      await server.use((client) => client.set(`filler:${round}`, 'x'.repeat(300_000)));
      await readModel.apply(stored.commit().changes);
      const held = await readModel.theaterMovies(day);
      if (held === undefined) {
        evictions += 1;
        await build();
      } else {
        expect(held.version).toBe(stored.rollups.version(day));
        expect(await readModelDifferences(readModel, stored.rollups)).toEqual([]);
      }
    }
    expect(evictions).toBeGreaterThan(0);
  });
});

describe('a server that comes back with other data', () => {
  it('empty: nothing is built, and days are built again', async () => {
    await restartFrom('nothing');
    await expectNoticedAndHealed();
  });

  it('with an older dump: its days are not trusted', async () => {
    await server.keepDump();
    for (let index = 0; index < 5; index += 1) await connection.readModel.apply(stored.commit().changes);
    expect(await versionHeld()).toBe(25);
    await restartFrom('kept');
    expect(await versionHeld()).toBeUndefined();
    await expectNoticedAndHealed();
  });

  it('with an older dump, to a program that starts after it and knows nothing of what was lost', async () => {
    await server.keepDump();
    await connection.readModel.apply(stored.commit().changes);
    await connection.close();
    await server.kill();
    await server.restore('kept');
    await server.start();
    connection = await openReady(server.settings);
    expect(await versionHeld()).toBeUndefined();
    await expectNoticedAndHealed();
  });

  it('with an older dump while a build is under way: its end does not mark the day', async () => {
    const token = await connection.readModel.beginBuild(day);
    await server.keepDump();
    await connection.readModel.apply(stored.commit().changes);
    await restartFrom('kept');
    await connection.readModel.endBuild(day, token);
    await expectNoticedAndHealed();
  });
});

describe('a replica that is promoted', () => {
  let replica: OwnRedis;
  let proxy: TcpProxy;
  let moving: RedisConnection;

  beforeEach(async () => {
    await server.use((client) => client.config('SET', 'repl-diskless-sync-delay', '0'));
    replica = await OwnRedis.prepare();
    await replica.start('--replicaof', '127.0.0.1', String(server.port));
    await expect
      .poll(() => replica.use((client) => client.exists(`test:v2:{none}:day:${day}`)), { timeout: 60_000 })
      .toBe(1);
    proxy = await TcpProxy.open(server.port);
    moving = await openReady({ ...server.settings, port: proxy.port });
  });
  afterEach(async () => {
    await moving.close();
    await proxy.close();
    await replica.remove();
  });

  const promote = () => replica.use((client) => client.call('REPLICAOF', 'NO', 'ONE'));

  async function move(): Promise<void> {
    const lost = becomes(moving, 'down');
    proxy.redirect(replica.port);
    await lost;
    await becomes(moving, 'up');
  }

  it('without the last writes: its days are not trusted', async () => {
    await promote();
    await moving.readModel.apply(stored.commit().changes);
    await move();
    await expectNoticedAndHealed(moving.readModel);
  });

  it('before this program came over, and was built by others meanwhile: what was written on the other side is not missing', async () => {
    await moving.readModel.apply(stored.commit().changes);
    await promote();
    const other = await openReady(replica.settings);
    await build(other.readModel);
    // Stored now, and projected to the old primary only.
    await moving.readModel.apply(stored.commit().changes);
    await move();
    await expectNoticedAndHealed(moving.readModel);
    // The other one goes on with what was built, without a generation of its own.
    await other.readModel.apply(stored.commit().changes);
    expect(await readModelDifferences(other.readModel, stored.rollups)).toEqual([]);
    expect(await other.readModel.builtDays()).toEqual([day]);
    await other.close();
  });

  it('or not promoted: it is told as read-only, and nothing is written to it', async () => {
    proxy.redirect(replica.port);
    await becomes(moving, 'down');
    await expect.poll(() => moving.status().code).toBe('redis_read_only');
    expect(moving.status().reason).toContain('read-only replica');
    await expect(moving.readModel.days(day)).rejects.toMatchObject({ code: 'redis_down' });
  });
});

describe('consoles of different databases under one prefix', () => {
  it('work side by side: neither sees, answers from or forgets what is of the other', async () => {
    await connection.answers.set(day, 'a', { value: 1, version: 1, asOf: 0 });
    const other = await openReady(server.settings);
    other.bindTo('another');
    expect(await other.readModel.days(day)).toBeUndefined();
    expect(await other.answers.get(day, 'a')).toBeUndefined();
    await other.readModel.clear();
    await other.answers.clear();
    const token = await other.readModel.beginBuild(day);
    await other.readModel.endBuild(day, token);
    expect(await versionHeld()).toBe(stored.rollups.version(day));
    expect((await connection.answers.get(day, 'a'))?.value).toBe(1);
    expect((await other.readModel.days(day))?.version).toBe(0);
    await other.close();
  });

  it('leave nothing for ever: what is not used expires', async () => {
    await versionHeld();
    const keys = await server.use((client) => client.keys('*'));
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) expect(await server.use((client) => client.ttl(key)), key).toBeGreaterThan(0);
  });
});

describe('a foreign value', () => {
  const keys = ['generation', 'days', `day:${day}`, ...[1, 2, 3, 4].map((family) => `day:${day}:${family}`)];
  const kinds: readonly (readonly [string, (client: Redis, key: string) => Promise<unknown>])[] = [
    ['a text', (client, key) => client.set(key, 'junk')],
    ['a list', (client, key) => client.rpush(key, 'junk')],
    ['a set', (client, key) => client.sadd(key, 'junk')],
    ['a stream', (client, key) => client.xadd(key, '*', 'junk', 'junk')],
    ['a hash of other fields', (client, key) => client.hset(key, 'junk', 'junk')],
    ['a sorted set of other members', (client, key) => client.zadd(key, 1, 'junk')],
  ];

  it.each(kinds)('%s in any of the keys heals: nothing is refused, and no figure is wrong', async (_name, put) => {
    for (const key of keys) {
      const whole = `test:v2:{none}:${key}`;
      await server.use(async (client) => {
        await client.del(whole);
        await put(client, whole);
      });
      const held = await connection.readModel.theaterMovies(day);
      if (held !== undefined) expect(held.version, key).toBe(stored.rollups.version(day));
      await connection.readModel.apply(stored.commit().changes);
      await build();
      expect(await connection.readModel.builtDays(), key).toEqual([day]);
      expect(await readModelDifferences(connection.readModel, stored.rollups), key).toEqual([]);
      expect(connection.status().state).toBe('up');
    }
  });

  const fields = ['generation', 'id', 'state', 'pieces', '1', '2', '3', '4'];
  it.each(fields)('in the field %s of the head of a day heals', async (field) => {
    for (const value of ['junk', '', '-1', '1e400', '\u00ff']) {
      await server.use((client) => client.hset(`test:v2:{none}:day:${day}`, field, value));
      await connection.readModel.apply(stored.commit().changes);
      if ((await connection.readModel.theaterMovies(day)) === undefined) await build();
      expect(await readModelDifferences(connection.readModel, stored.rollups), value).toEqual([]);
    }
  });

  it('as a row, or a row that is cut, is never added up: the day is built again', async () => {
    for (const family of [1, 2, 3, 4]) {
      for (const value of [
        'junk',
        '',
        '7',
        '7 100',
        '7 100 0 3 0',
        '7 1.5 0 3 0 1',
        'NaN 1 1 1 1 1',
        '7 100 0 3 0 1 9',
        '7  100 0 3 0',
      ]) {
        const key = `test:v2:{none}:day:${day}:${family}`;
        const field = await server.use((client) => client.hrandfield(key));
        await server.use((client) => client.hset(key, String(field), value));
        const { readModel } = connection;
        await Promise.all([readModel.theaterMovies(day), readModel.theaterQuarters(day), readModel.minutes(day)]);
        expect(await readModel.days(day)).toBeUndefined();
        await expectNoticedAndHealed();
      }
    }
  });

  it('under a name that is no row’s is never added up', async () => {
    for (const family of [1, 2, 3, 4]) {
      const key = `test:v2:{none}:day:${day}:${family}`;
      const field = String(await server.use((client) => client.hrandfield(key)));
      await server.use(async (client) => {
        const value = String(await client.hget(key, field));
        await client.hdel(key, field);
        await client.hset(key, 'a:b', value);
      });
      const { readModel } = connection;
      await Promise.all([readModel.theaterMovies(day), readModel.theaterQuarters(day), readModel.minutes(day)]);
      expect(await readModel.days(day)).toBeUndefined();
      await expectNoticedAndHealed();
    }
  });

  it('in place of the answers of a day, or of one answer, is an answer that is not there', async () => {
    const key = `test:v2:{none}:answers:${day}`;
    const answer = { value: { grossCents: 5n }, version: 3, asOf: 1 };
    for (const [, put] of kinds) {
      await connection.answers.set(day, 'a', answer);
      await server.use(async (client) => {
        await client.del(key);
        await put(client, key);
      });
      expect(await connection.answers.get(day, 'a')).toBeUndefined();
      await connection.answers.set(day, 'a', answer);
      expect(await connection.answers.get(day, 'a')).toEqual(answer);
    }
    for (const text of [
      'junk',
      '',
      '{',
      'null',
      '[]',
      '{"value":1}',
      '{"asOf":1}',
      '{"value":{"$bigint":"x"},"asOf":1}',
    ]) {
      await connection.answers.set(day, 'a', answer);
      await server.use((client) => client.hset(key, 'q:a', text));
      expect(await connection.answers.get(day, 'a'), text).toBeUndefined();
      await connection.answers.set(day, 'a', answer);
      expect(await connection.answers.get(day, 'a')).toEqual(answer);
    }
    for (const field of ['.epoch', '.version']) {
      await server.use((client) => client.hset(key, field, 'junk'));
      expect(await connection.answers.get(day, 'a')).toBeUndefined();
      await connection.answers.set(day, 'a', answer);
      expect(await connection.answers.get(day, 'a')).toEqual(answer);
    }
  });
});

describe('several programs', () => {
  it('that build the same day at once while both project leave it whole', async () => {
    const second = await openReady(server.settings);
    await connection.readModel.clear();
    const work = async ({ readModel }: RedisConnection, partition: number) => {
      for (let round = 0; round < 50; round += 1) {
        if (round % 5 === partition) await build(readModel);
        await readModel.apply(stored.commit(partition).changes);
      }
    };
    await Promise.all([work(connection, 0), work(second, 1)]);
    expect(await connection.readModel.builtDays()).toEqual([day]);
    expect(await readModelDifferences(second.readModel, stored.rollups)).toEqual([]);
    await second.close();
  });

  it('of which one ends between begin and end leave the day not built, until another builds it', async () => {
    const second = await openReady(server.settings);
    await connection.readModel.clear();
    await second.readModel.beginBuild(day);
    await second.readModel.apply(await stored.rollups.dayRows(day));
    await second.close();
    await expectNoticedAndHealed();
  });
});

describe('a day of more rows than one step takes', () => {
  const rows = (version: number): RollupRows => ({
    theaterMovies: [],
    theaterQuarters: [],
    minutes: Array.from({ length: 20_000 }, (_, index) => ({
      ...{ day, partition: index % 20, at: Math.floor(index / 20) * 60_000, version },
      measures: { grossCents: BigInt(version), refundCents: 0n, sales: 1, refunds: 0, admits: 1 },
    })),
    days: [
      {
        ...{ day, partition: 0, version },
        measures: { grossCents: BigInt(version), refundCents: 0n, sales: 1, refunds: 0, admits: 1 },
      },
    ],
  });

  it('is never read half written', async () => {
    const { readModel } = connection;
    const token = await readModel.beginBuild(day, { afresh: true });
    await readModel.apply(rows(1));
    await readModel.endBuild(day, token);
    const second = await openReady(server.settings);
    for (const version of [2, 3, 4]) {
      let writing = true;
      const written = readModel.apply(rows(version)).finally(() => {
        writing = false;
      });
      let withheld = 0;
      while (writing) {
        const held = await second.readModel.minutes(day);
        if (!held) withheld += 1;
        else expect(new Set(held.rows.map((row) => Number(row.measures.grossCents)))).toEqual(new Set([held.version]));
      }
      await written;
      expect(withheld).toBeGreaterThan(0);
      expect((await second.readModel.minutes(day))?.version).toBe(version);
    }
    await second.close();
  });
});
