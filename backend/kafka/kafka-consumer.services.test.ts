/** A consumer on a real Kafka and a real PostgreSQL, fed by producers that do more than append. */
import { randomUUID } from 'node:crypto';
import kafkajs, { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Consumer } from '../ingest/consumer.ts';
import { keyBytes } from '../ports/event-log.ts';
import { silentLogger as logger } from '../ports/logger.ts';
import { type IngestFixture, openServerIngestFixture, saleMessage } from '../testing/ingest-fixture.ts';
import { testServices } from '../testing/test-services.ts';
import { type KafkaEventLog, openKafkaEventLog } from './kafka-event-log.ts';

const brokers = [...testServices().kafkaBrokers];
const prefix = `test-${randomUUID().slice(0, 8)}`;
const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 10 } });
const admin = kafka.admin();
const withinMs = { timeout: 60_000, interval: 50 };

let fixture: IngestFixture;
let log: KafkaEventLog;
let topics = 0;
const producers: Producer[] = [];

beforeAll(async () => {
  await admin.connect();
  fixture = await openServerIngestFixture({ source: 'arrays' });
}, 60_000);
beforeEach(async () => {
  await fixture.empty();
  topics += 1;
  const topic = `${prefix}-${topics}`;
  const configEntries = [{ name: 'compression.type', value: 'producer' }];
  await admin.createTopics({ topics: [{ topic, numPartitions: 3, configEntries }], waitForLeaders: false });
  await expect.poll(() => admin.fetchTopicOffsets(topic).catch(() => []), withinMs).toHaveLength(3);
  log = openKafkaEventLog({
    settings: { brokers, topic, group: topic, tls: { enabled: false, ca: null }, sasl: null },
    password: null,
    clientId: 'test',
    logger,
  });
});
afterEach(async () => {
  for (const producer of producers.splice(0)) await producer.disconnect();
  await fixture.empty();
  await log.close();
});
afterAll(async () => {
  await fixture.close();
  await admin.deleteTopics({ topics: (await admin.listTopics()).filter((topic) => topic.startsWith(prefix)) });
  await admin.disconnect();
});

function start(): Consumer {
  return fixture.start({ log }, { observeMs: 200, pollWaitMs: 100, stallMs: 4_000 }).consumer;
}

async function producer(transactionalId?: string): Promise<Producer> {
  const made = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    // What it sends again, because a new partition has no leader yet, is written once.
    idempotent: true,
    maxInFlightRequests: 1,
    ...(transactionalId === undefined ? {} : { transactionalId }),
  });
  producers.push(made);
  await made.connect();
  return made;
}

let next = 0;
/** Sales that were not made before, for one partition. */
function sales(count: number, partition: number) {
  return Array.from({ length: count }, () => {
    const message = saleMessage(next++);
    return { key: Buffer.from(keyBytes(message) ?? []), value: Buffer.from(message.value), partition };
  });
}

/** Sales stored, offsets that hold no event, and offsets consumed, as the database has them. */
async function account() {
  const rows = await fixture.rows(
    `select sum(stored)::int as stored, sum(empty)::int as empty, sum(next_offset - first_offset)::int as consumed
     from consumer_offset where topic = '${log.topic}'`,
  );
  return rows[0];
}

describe('transactions', () => {
  it('that are aborted at the end of the log leave no lag, now and after a restart', async () => {
    const consumer = start();
    await consumer.drained();
    const writer = await producer(log.topic);
    for (const kept of [true, false]) {
      const transaction = await writer.transaction();
      for (const partition of [0, 1]) await transaction.send({ topic: log.topic, messages: sales(2, partition) });
      await (kept ? transaction.commit() : transaction.abort());
    }
    await consumer.drained();
    await expect.poll(() => consumer.status().lagEvents, withinMs).toBe(0);
    // Two partitions with a mark for each of two transactions, and two records that were given up.
    expect(await account()).toEqual({ stored: 4, empty: 8, consumed: 12 });
    expect(consumer.status()).toMatchObject({ state: 'up', lagSeconds: 0, restarts: 0 });
    await consumer.stop();
    const again = start();
    await again.drained();
    expect(again.status()).toMatchObject({ lagEvents: 0, restarts: 0 });
    expect(await account()).toEqual({ stored: 4, empty: 8, consumed: 12 });
  });

  it('that are open hold back what lies behind them, which is no lag, until they end', async () => {
    const consumer = start();
    await consumer.drained();
    const writer = await producer(log.topic);
    const plain = await producer();
    const transaction = await writer.transaction();
    await transaction.send({ topic: log.topic, messages: sales(3, 0) });
    await plain.send({ topic: log.topic, messages: [...sales(5, 0), ...sales(7, 1)] });
    await consumer.drained();
    expect(await account()).toMatchObject({ stored: 7 });
    expect(consumer.status()).toMatchObject({ state: 'up', lagEvents: 0 });
    await transaction.commit();
    await expect.poll(account, withinMs).toEqual({ stored: 15, empty: 1, consumed: 16 });
    await consumer.drained();
    expect(consumer.status()).toMatchObject({ lagEvents: 0, restarts: 0 });
  });
});

describe('a topic in use', () => {
  it('is read in all its partitions when it gets more of them, from their first event on', async () => {
    const consumer = start();
    await consumer.drained();
    const writer = await producer();
    await writer.send({ topic: log.topic, messages: sales(30, 0) });
    await admin.createPartitions({ topicPartitions: [{ topic: log.topic, count: 6 }] });
    const late = await producer();
    await late.send({ topic: log.topic, messages: [...sales(20, 3), ...sales(20, 4), ...sales(20, 5)] });
    await expect.poll(account, withinMs).toEqual({ stored: 90, empty: 0, consumed: 90 });
    await consumer.drained();
    expect(consumer.status()).toMatchObject({ state: 'up', lagEvents: 0, restarts: 0 });
    expect(consumer.status().partitions.map(({ partition }) => partition)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('may hold batches in every codec, as a broker packs them', async () => {
    const consumer = start();
    await consumer.drained();
    const writer = await producer();
    const { GZIP } = kafkajs.CompressionTypes;
    await writer.send({ topic: log.topic, messages: sales(50, 0), compression: GZIP });
    for (const codec of ['snappy', 'lz4', 'zstd', 'gzip', 'uncompressed']) {
      await admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name: log.topic,
            configEntries: [{ name: 'compression.type', value: codec }],
          },
        ],
      });
      await writer.send({ topic: log.topic, messages: sales(200, 0) });
    }
    await consumer.drained();
    expect(await account()).toEqual({ stored: 1_050, empty: 0, consumed: 1_050 });
    expect(consumer.status()).toMatchObject({ state: 'up', deadLettered: 0, restarts: 0 });
  });
});

describe('a batch that cannot be read', () => {
  it('holds its own partition, which is named, and the others go on; when it is gone, so does that one', async () => {
    const consumer = start();
    await consumer.drained();
    const writer = await producer();
    await writer.send({ topic: log.topic, messages: [...sales(10, 0), ...sales(10, 2)] });
    const { GZIP } = kafkajs.CompressionTypes;
    // Far more than a batch may unpack to, in some 70 kB.
    const bomb = { key: 'k', value: Buffer.alloc(70 * 1024 * 1024), partition: 2 };
    await writer.send({ topic: log.topic, messages: [bomb], compression: GZIP });
    await writer.send({ topic: log.topic, messages: [...sales(10, 0), ...sales(10, 1), ...sales(10, 2)] });
    await expect.poll(account, withinMs).toMatchObject({ stored: 40 });
    await expect.poll(() => consumer.status().state, withinMs).toBe('degraded');
    expect(consumer.status()).toMatchObject({ code: 'batch_unreadable', lagEvents: 11 });
    expect(consumer.status().reason).toContain(
      `Partition 2 of the topic ${log.topic} is held: the batch at offset 10 cannot be read: it unpacks to more than 64 MiB.`,
    );
    await expect.poll(() => consumer.status().lagSeconds, withinMs).toBeGreaterThan(0);
    await expect(consumer.drained()).rejects.toMatchObject({ code: 'batch_unreadable' });
    const stop = new AbortController();
    stop.abort();
    await expect(consumer.drained(stop.signal)).rejects.toMatchObject({ code: 'cancelled' });

    // kafkajs deletes nothing of a topic that it was not asked about before.
    await admin.fetchTopicOffsets(log.topic);
    await admin.deleteTopicRecords({ topic: log.topic, partitions: [{ partition: 2, offset: '11' }] });
    await expect.poll(account, withinMs).toMatchObject({ stored: 50 });
    await expect.poll(() => consumer.status().state, withinMs).toBe('up');
    await consumer.drained();
    expect(consumer.status()).toMatchObject({ lagEvents: 0, restarts: 0 });
    // What was deleted is missing, and no empty offset.
    expect(await account()).toEqual({ stored: 50, empty: 0, consumed: 51 });
  });
});
