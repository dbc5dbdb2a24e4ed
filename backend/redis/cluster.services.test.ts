import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModelDifferences } from '../query/read-model-check.ts';
import { freePort, OwnRedis } from '../testing/own-redis.ts';
import { becomes, openReady } from '../testing/redis-fixture.ts';
import { day, StoredBatches } from '../testing/stored-batches.ts';
import { testRedis } from './test-redis.ts';

let nodes: OwnRedis[];
beforeEach(() => {
  nodes = [];
});
afterEach(() => Promise.all(nodes.map((node) => node.remove())));

/** A cluster without replicas, whose nodes share the slots. */
async function startCluster(size: number): Promise<void> {
  const buses: number[] = [];
  for (let index = 0; index < size; index += 1) {
    const node = await OwnRedis.prepare();
    const bus = await freePort();
    await node.start('--cluster-enabled', 'yes', '--cluster-port', String(bus));
    const last = index === size - 1 ? 16_383 : Math.floor(16_384 / size) * (index + 1) - 1;
    await node.use((client) => client.call('CLUSTER', 'ADDSLOTSRANGE', Math.floor(16_384 / size) * index, last));
    // Otherwise all begin with the same number, and sort it out in time.
    await node.use((client) => client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1));
    const [first] = nodes;
    if (first) await node.use((client) => client.call('CLUSTER', 'MEET', '127.0.0.1', first.port, buses[0] ?? 0));
    buses.push(bus);
    nodes.push(node);
  }
  const ready = (node: OwnRedis) =>
    node.use(async (client) => {
      const info = String(await client.call('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}\r`);
    });
  await expect.poll(async () => (await Promise.all(nodes.map(ready))).every(Boolean), { timeout: 30_000 }).toBe(true);
}

describe('on a Redis Cluster', () => {
  it.each([1, 3])('of %i, read model and answers work, whichever node has the keys of the database', async (size) => {
    await startCluster(size);
    const { settings } = nodes[0]!;
    for (const database of ['a', 'b', 'c', 'd', 'e']) {
      const stored = new StoredBatches();
      const connection = await openReady(settings);
      const { readModel, answers } = connection;
      connection.bindTo(database);
      // The first question finds out where the keys are.
      await readModel.builtDays().catch(() => undefined);
      await becomes(connection, 'up');
      for (let index = 0; index < 5; index += 1) stored.commit(index % 3);
      const token = await readModel.beginBuild(day);
      await readModel.apply(await stored.rollups.dayRows(day));
      await readModel.endBuild(day, token);
      await readModel.apply(stored.commit().changes);
      expect(await readModelDifferences(readModel, stored.rollups)).toEqual([]);
      await answers.set(day, 'a', { value: 1, version: 1, asOf: 0 });
      expect((await answers.get(day, 'a'))?.value).toBe(1);
      await connection.close();
    }
    const held = await Promise.all(nodes.map((node) => node.use((client) => client.dbsize())));
    expect(held.filter((keys) => keys > 0).length).toBeGreaterThan(size === 1 ? 0 : 1);
  });

  it('the test of a profile passes, says so, and leaves nothing behind', async () => {
    await startCluster(3);
    for (let round = 0; round < 5; round += 1) {
      expect((await testRedis(nodes[0]!.settings, null)).detail).toContain('node of a cluster');
    }
    for (const node of nodes) expect(await node.use((client) => client.dbsize())).toBe(0);
    await expect(testRedis({ ...nodes[0]!.settings, database: 2 }, null)).rejects.toMatchObject({
      code: 'redis_refused',
      message: expect.stringContaining('database 0 only'),
    });
  });

  it('a cluster without its slots is named', async () => {
    const node = await OwnRedis.prepare();
    nodes.push(node);
    await node.start('--cluster-enabled', 'yes', '--cluster-port', String(await freePort()));
    await expect(testRedis(node.settings, null)).rejects.toMatchObject({
      code: 'redis_refused',
      message: expect.stringContaining('cluster is down'),
    });
  });
});
