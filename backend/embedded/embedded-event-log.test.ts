import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionOf } from '../lib/murmur2.ts';
import type { TestDatabase } from '../testing/embedded-test-database.ts';
import { openTestDatabase } from '../testing/embedded-test-database.ts';
import { describeEventLog } from '../testing/event-log-conformance.ts';
import { openEmbeddedEventLog } from './embedded-event-log.ts';

let database: TestDatabase;
let topics = 0;

beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);

afterAll(() => database.close());

function freshTopic(): string {
  topics += 1;
  return `topic-${topics}`;
}

describeEventLog('embedded', async () => {
  const topic = freshTopic();
  const log = await openEmbeddedEventLog(database.pool, { topic });
  return { log, reopen: () => openEmbeddedEventLog(database.pool, { topic }), dispose: () => log.close() };
});

const text = (value: string) => Buffer.from(value);

async function startsOf(log: Awaited<ReturnType<typeof openEmbeddedEventLog>>): Promise<Map<number, bigint>> {
  return new Map((await log.partitions()).map(({ partition, start }) => [partition, start]));
}

describe('retention of the embedded log', () => {
  it('drops batches beyond its size or age once they are stored, and no others', async () => {
    let now = Date.now();
    const topic = freshTopic();
    const retention = { ageMs: 60_000, bytes: 1_000 };
    const log = await openEmbeddedEventLog(database.pool, { topic, partitions: 1, retention, now: () => now });
    for (let batch = 0; batch < 10; batch += 1) await log.append([{ key: 'k', value: Buffer.alloc(200, batch) }]);
    await log.applyRetention(new Map([[0, 0n]]));
    expect(await startsOf(log)).toEqual(new Map([[0, 0n]]));

    await log.applyRetention(new Map([[0, 3n]]));
    expect(await startsOf(log)).toEqual(new Map([[0, 3n]]));

    await log.applyRetention(new Map([[0, 10n]]));
    const kept = (await startsOf(log)).get(0)!;
    expect(kept).toBeGreaterThan(3n);
    expect(kept).toBeLessThan(10n);

    const reader = await log.open(new Map([[0, 0n]]));
    const [batch] = await reader.poll(100, 100);
    expect(batch!.records[0]!.offset).toBe(kept);
    await reader.close();

    now += 61_000;
    await log.applyRetention(new Map([[0, 10n]]));
    expect((await log.partitions())[0]).toEqual({ partition: 0, start: 10n, end: 10n });
    await log.close();
  });

  it('goes on with its offsets after all records were deleted', async () => {
    const log = await openEmbeddedEventLog(database.pool, { topic: freshTopic(), partitions: 1 });
    await log.append([{ key: 'k', value: text('gone') }]);
    const client = await database.pool.connect();
    let after: () => void;
    try {
      after = await log.deleteRecords(client);
    } finally {
      client.release();
    }
    after();
    await log.append([{ key: 'k', value: text('new') }]);
    const reader = await log.open(new Map());
    const [batch] = await reader.poll(10, 100);
    expect(batch!.records.map((record) => [record.offset, Buffer.from(record.value).toString()])).toEqual([
      [1n, 'new'],
    ]);
    await reader.close();
    await log.close();
  });
});

describe('partitioner', () => {
  it('chooses the partitions that the Java client of Kafka chooses', () => {
    // Utils.murmur2 of the Java client, from its own tests: UtilsTest.testMurmur2.
    expect(partitionOf(Buffer.from('21'), 1_000_003)).toBe((-973_932_308 & 0x7fffffff) % 1_000_003);
    expect(partitionOf(Buffer.from('foobar'), 1_000_003)).toBe((-790_332_482 & 0x7fffffff) % 1_000_003);
    expect(partitionOf(Buffer.from('a-little-bit-long-string'), 1_000_003)).toBe(
      (-985_981_536 & 0x7fffffff) % 1_000_003,
    );
    expect(partitionOf(Buffer.from('a-little-bit-longer-string'), 1_000_003)).toBe(
      (-1_486_304_829 & 0x7fffffff) % 1_000_003,
    );
    expect(partitionOf(Buffer.from('lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8'), 1_000_003)).toBe(
      (-58_897_971 & 0x7fffffff) % 1_000_003,
    );
    expect(partitionOf(Buffer.from('abc'), 1_000_003)).toBe((479_470_107 & 0x7fffffff) % 1_000_003);
  });
});
