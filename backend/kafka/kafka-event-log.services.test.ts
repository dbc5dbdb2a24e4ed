import { randomUUID } from 'node:crypto';
import kafkajs, { Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '../lib/app-error.ts';
import type { LogBatch, LogMessage, LogReader } from '../ports/event-log.ts';
import { silentLogger as logger } from '../ports/logger.ts';
import type { KafkaSettings } from '../settings/profile.ts';
import { describeEventLog } from '../testing/event-log-conformance.ts';
import { testServices } from '../testing/test-services.ts';
import { type KafkaEventLog, openKafkaEventLog } from './kafka-event-log.ts';

const brokers = [...testServices().kafkaBrokers];
const prefix = `test-${randomUUID().slice(0, 8)}`;
const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
const logs: KafkaEventLog[] = [];
let topics = 0;

function freshTopic(): string {
  topics += 1;
  return `${prefix}-${topics}`;
}

function settingsOf(topic: string): KafkaSettings {
  return { brokers, topic, group: `${topic}-group`, tls: { enabled: false, ca: null }, sasl: null };
}

function openLog(topic: string, partitions = 4): KafkaEventLog {
  const log = openKafkaEventLog({ settings: settingsOf(topic), password: null, clientId: 'test', logger, partitions });
  logs.push(log);
  return log;
}

/** Errors: those of a group that is not let in. */
async function joinGroup(): Promise<void> {
  const log = openLog(freshTopic());
  const starts = new Map((await log.partitions()).map(({ partition, start }) => [partition, start]));
  const reader = await log.open(starts);
  try {
    await reader.poll(1, 20);
  } finally {
    await reader.close();
  }
}

beforeAll(async () => {
  await admin.connect();
  // The first group of a new broker makes the topic of its coordinators, and is sent away meanwhile.
  await vi.waitFor(joinGroup, { timeout: 30_000, interval: 200 });
}, 40_000);
afterAll(async () => {
  for (const log of logs) await log.close();
  const { groups } = await admin.listGroups();
  const own = groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(prefix));
  if (own.length > 0) await admin.deleteGroups(own);
  await admin.deleteTopics({ topics: (await admin.listTopics()).filter((topic) => topic.startsWith(prefix)) });
  await admin.disconnect();
});

describeEventLog('kafka', async () => {
  const topic = freshTopic();
  const log = openLog(topic);
  return { log, reopen: async () => openLog(topic), dispose: () => log.close() };
});

const messages = (count: number, from = 0): LogMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `theatre-${(from + index) % 40}`,
    value: Buffer.from(String(from + index)),
  }));

/** Stored offsets and what was stored, as the database keeps them: a batch that does not follow on is refused. */
class Store {
  readonly offsets = new Map<number, bigint>();
  readonly texts: string[] = [];
  refused = 0;

  apply(batch: LogBatch): boolean {
    const stored = this.offsets.get(batch.partition) ?? 0n;
    if (batch.records[0]!.offset !== stored) {
      this.refused += 1;
      return false;
    }
    for (const record of batch.records) this.texts.push(Buffer.from(record.value).toString());
    this.offsets.set(batch.partition, batch.nextOffset);
    return true;
  }
}

/** A member of the group that stores what it reads until it is told to stop. */
function member(log: KafkaEventLog, store: Store) {
  let stopped = false;
  let reader: LogReader | undefined;
  const run = async () => {
    const storedOffsets = async () => new Map(store.offsets);
    reader = await log.open(await storedOffsets(), { storedOffsets });
    while (!stopped) {
      for (const batch of await reader.poll(50, 100)) {
        expect(reader.assigned?.has(batch.partition)).toBe(true);
        if (store.apply(batch)) await reader.commit(batch.partition, batch.nextOffset);
        else reader.seek(batch.partition, store.offsets.get(batch.partition) ?? 0n);
      }
    }
    await reader.close();
  };
  const running = run();
  return {
    assigned: () => [...(reader?.assigned ?? [])].sort(),
    async stop() {
      stopped = true;
      await running;
    },
  };
}

const numbers = (texts: readonly string[]) => texts.map(Number).sort((a, b) => a - b);

describe('a consumer group', () => {
  it('shares the partitions, and each event is stored once while members come and go', async () => {
    const topic = freshTopic();
    const log = openLog(topic);
    const store = new Store();
    const first = member(log, store);
    await log.append(messages(500));
    await expect.poll(() => store.texts.length).toBe(500);
    expect(first.assigned()).toEqual([0, 1, 2, 3]);

    let written = 500;
    let producing = true;
    const produce = (async () => {
      while (producing) {
        await log.append(messages(40, written));
        written += 40;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const otherLog = openLog(topic);
    const second = member(otherLog, store);
    await expect.poll(() => [first.assigned().length, second.assigned().length]).toEqual([2, 2]);
    expect([...first.assigned(), ...second.assigned()].sort()).toEqual([0, 1, 2, 3]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await first.stop();
    await expect.poll(second.assigned).toEqual([0, 1, 2, 3]);
    producing = false;
    await produce;
    await expect.poll(() => store.texts.length).toBe(written);
    expect(numbers(store.texts)).toEqual(Array.from({ length: written }, (_, index) => index));
    await second.stop();
  });

  it('begins at the offsets that the store holds, not at those that Kafka was told', async () => {
    const log = openLog(freshTopic(), 1);
    await log.append(messages(100));
    const first = await log.open(new Map(), { storedOffsets: async () => new Map() });
    expect((await first.poll(10, 2_000))[0]!.records.length).toBe(10);
    await first.commit(0, 10n);
    await first.close();
    const second = await log.open(new Map([[0, 3n]]), { storedOffsets: async () => new Map([[0, 70n]]) });
    expect((await second.poll(10, 2_000))[0]!.records[0]!.offset).toBe(70n);
    await second.close();
    expect(await admin.fetchOffsets({ groupId: `${log.topic}-group`, topics: [log.topic] })).toMatchObject([
      { partitions: [{ partition: 0, offset: '10' }] },
    ]);
  });

  it('leaves nothing of a reader outside of the group behind', async () => {
    const log = openLog(freshTopic());
    const reader = await log.open(new Map());
    await reader.poll(1, 10);
    await reader.close();
    const { groups } = await admin.listGroups();
    expect(groups.filter(({ groupId }) => groupId.startsWith(`${log.topic}-group`))).toEqual([]);
  });
});

describe('the topic', () => {
  it('is made with twelve partitions, retention and the time of the broker', async () => {
    const log = openKafkaEventLog({ settings: settingsOf(freshTopic()), password: null, clientId: 'test', logger });
    logs.push(log);
    expect(await log.partitions()).toHaveLength(12);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: log.topic }],
    });
    const values = new Map(resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]));
    expect(values.get('retention.ms')).toBe('604800000');
    expect(values.get('cleanup.policy')).toBe('delete');
    expect(values.get('message.timestamp.type')).toBe('LogAppendTime');
  });

  it('keeps the partitions it has, and is refused when it is compacted', async () => {
    const topic = freshTopic();
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
    expect(await openLog(topic).partitions()).toHaveLength(3);
    const compacted = freshTopic();
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.createTopics({ topics: [{ topic: compacted, numPartitions: 1, configEntries }] });
    await expect(openLog(compacted).partitions()).rejects.toMatchObject({ code: 'kafka_refused' });
  });

  it('that was deleted is not made again by us, and one that was made anew ends the reader', async () => {
    const topic = freshTopic();
    const log = openLog(topic, 2);
    await log.append(messages(200));
    const reader = await log.open(new Map(), { storedOffsets: async () => new Map() });
    let read = 0;
    while (read < 200) for (const batch of await reader.poll(100, 500)) read += batch.records.length;
    await admin.deleteTopics({ topics: [topic] });
    await expect.poll(() => log.partitions().catch((error: AppError) => error.message)).toContain('is not there');
    expect(log.status()).toMatchObject({ state: 'degraded', code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await expect
      .poll(
        () =>
          log.append(messages(10)).then(
            () => true,
            () => false,
          ),
        { timeout: 60_000 },
      )
      .toBe(true);
    const failure = await pollUntilItThrows(reader, () => log.partitions().catch(() => []));
    expect(failure.code).toBe('log_failed');
    await reader.close();
    const again = await log.open(new Map());
    const records = (await again.poll(100, 5_000)).flatMap((batch) => batch.records);
    expect(records.length).toBeGreaterThan(0);
    await again.close();
  });

  it('that has lost records by retention is read from its start', async () => {
    const log = openLog(freshTopic(), 1);
    await log.append(messages(50));
    const reader = await log.open(new Map());
    expect((await reader.poll(5, 2_000))[0]!.nextOffset).toBe(5n);
    const other = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await other.connect();
    await other.fetchTopicOffsets(log.topic);
    await other.deleteTopicRecords({ topic: log.topic, partitions: [{ partition: 0, offset: '30' }] });
    await other.disconnect();
    reader.seek(0, 10n);
    expect((await readAll(reader, 20))[0]).toBe(30n);
    await reader.close();
    const late = await log.open(new Map([[0, 2n]]));
    expect((await late.poll(5, 2_000))[0]!.records[0]!.offset).toBe(30n);
    await late.close();
  });
});

describe('deleting all records', () => {
  it('leaves the offsets where they are', async () => {
    const log = openLog(freshTopic(), 3);
    await log.deleteRecords(await log.partitions());
    await log.append(messages(90));
    const before = await log.partitions();
    await log.deleteRecords(await log.partitions());
    expect(await log.partitions()).toEqual(before.map(({ partition, end }) => ({ partition, start: end, end })));
    await log.append(messages(1));
    const reader = await log.open(new Map());
    expect((await readAll(reader, 1)).length).toBe(1);
    await reader.close();
  });
});

describe('what another producer writes in transactions', () => {
  it('is read up to the end of the log, without what was given up', async () => {
    const log = openLog(freshTopic(), 1);
    await log.partitions();
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      transactionalId: log.topic,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const reader = await log.open(new Map());
    let nextOffset = 0n;
    const texts: string[] = [];
    for (const [text, kept] of [
      ['a', true],
      ['b', false],
      ['c', true],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: log.topic, messages: [{ key: 'k', value: text }] });
      await (kept ? transaction.commit() : transaction.abort());
      for (const batch of await reader.poll(10, 1_000)) {
        texts.push(...batch.records.map(({ value }) => Buffer.from(value).toString()));
        nextOffset = batch.nextOffset;
      }
    }
    expect(texts).toEqual(['a', 'c']);
    expect((await log.partitions())[0]!.end).toBe(6n);
    expect(nextOffset).toBe(6n);
    await reader.close();
    await producer.disconnect();
  });
});

describe('large appends', () => {
  it('are cut into requests that the broker takes, and keep their order', async () => {
    const log = openLog(freshTopic(), 2);
    const value = Buffer.alloc(250, 'x');
    await log.append(Array.from({ length: 20_000 }, () => ({ key: 'one', value })));
    await log.append([{ key: 'one', value: Buffer.alloc(880_000, 'y') }]);
    expect((await log.partitions()).reduce((sum, { end }) => sum + end, 0n)).toBe(20_001n);
    const reader = await log.open(new Map());
    const offsets = await readAll(reader, 20_001);
    expect(offsets).toEqual(Array.from({ length: 20_001 }, (_, index) => BigInt(index)));
    await reader.close();
  });

  it('says which event is too large, and goes on with the others', async () => {
    const log = openLog(freshTopic(), 1);
    await expect(log.append([{ key: 'k', value: Buffer.alloc(2_000_000) }])).rejects.toMatchObject({
      code: 'kafka_refused',
      message: expect.stringContaining('larger than the topic allows'),
    });
    await log.append(messages(3));
    expect((await log.partitions())[0]!.end).toBe(3n);
  });
});

async function readAll(reader: LogReader, count: number): Promise<bigint[]> {
  const offsets: bigint[] = [];
  const deadline = Date.now() + 20_000;
  while (offsets.length < count && Date.now() < deadline) {
    for (const batch of await reader.poll(8_000, 500)) offsets.push(...batch.records.map(({ offset }) => offset));
  }
  return offsets;
}

async function pollUntilItThrows(reader: LogReader, meanwhile: () => Promise<unknown>): Promise<AppError> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    try {
      await reader.poll(100, 100);
      await meanwhile();
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }
  throw new Error('the reader goes on');
}
