/** A broker that goes away, or keeps silent, under a log that is in use. All connections go through a proxy. */
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../lib/app-error.ts';
import type { LogMessage, LogReader } from '../ports/event-log.ts';
import { silentLogger } from '../ports/logger.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { testServices } from '../testing/test-services.ts';
import { type KafkaEventLog, openKafkaEventLog } from './kafka-event-log.ts';

const brokers = [...testServices().kafkaBrokers];
const brokerPort = Number(brokers[0]!.split(':')[1]);
const topic = `test-${randomUUID().slice(0, 8)}`;
const { connect } = net;
let proxy: TcpProxy;
let log: KafkaEventLog;
let reader: LogReader;

const messages: LogMessage[] = Array.from({ length: 50 }, (_, index) => ({
  key: `k${index}`,
  value: Buffer.from('x'),
}));

beforeAll(async () => {
  proxy = await TcpProxy.open(brokerPort);
  net.connect = ((options: net.TcpNetConnectOpts, onConnect: () => void) =>
    connect({ ...options, port: proxy.port }, onConnect)) as typeof net.connect;
});
afterAll(async () => {
  net.connect = connect;
  await proxy.close();
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.deleteGroups([topic]);
  await admin.disconnect();
});

beforeEach(async () => {
  log = openKafkaEventLog({
    settings: { brokers, topic, group: topic, tls: { enabled: false, ca: null }, sasl: null },
    password: null,
    clientId: 'test',
    logger: silentLogger,
    partitions: 3,
  });
  await log.append(messages);
  const stored = new Map((await log.partitions()).map(({ partition, start }) => [partition, start]));
  reader = await log.open(stored, { storedOffsets: async () => stored });
  expect((await reader.poll(10, 5_000)).length).toBeGreaterThan(0);
});
afterEach(async () => {
  proxy.redirect(brokerPort);
  proxy.resume();
  const started = performance.now();
  await log.close();
  expect(performance.now() - started).toBeLessThan(2_000);
});

/** Polls as the consumer does until that fails. */
async function failureOf(polling: LogReader): Promise<AppError> {
  for (;;) {
    try {
      await polling.poll(1_000, 100);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const started = performance.now();
  return { value: await work(), ms: performance.now() - started };
}

const appended = () =>
  log.append(messages).then(
    () => null,
    (error: AppError) => error,
  );

describe.each([
  ['is away', () => proxy.redirect(1)],
  ['keeps silent', () => proxy.stall()],
] as const)('a broker that %s', (_name, begin) => {
  it('ends polls and appends in time, lets everything close, and all goes on when it is back', async () => {
    begin();
    const [polled, append, ends] = await Promise.all([
      timed(() => failureOf(reader)),
      timed(appended),
      timed(() =>
        log.partitions().then(
          () => null,
          (error: AppError) => error,
        ),
      ),
    ]);
    for (const error of [polled.value, append.value, ends.value]) {
      expect(error).toMatchObject({ code: 'kafka_down', canRetry: true });
    }
    expect(polled.ms).toBeLessThan(5_000);
    expect(append.ms).toBeLessThan(11_000);
    expect(ends.ms).toBeLessThan(9_000);
    expect(log.status().state).toBe('down');
    expect((await timed(() => reader.close())).ms).toBeLessThan(2_000);

    proxy.redirect(brokerPort);
    proxy.resume();
    await expect.poll(appended).toBeNull();
    const stored = new Map((await log.partitions()).map(({ partition, end }) => [partition, end - 5n]));
    const again = await log.open(stored, { storedOffsets: async () => stored });
    const back = await timed(() => again.poll(100, 15_000));
    expect(back.value.length).toBeGreaterThan(0);
    expect(log.status().state).toBe('up');
  });

  it('does not keep an open log from closing', async () => {
    begin();
    const closing = await timed(() => log.close());
    expect(closing.ms).toBeLessThan(2_000);
  });
});

describe('closing', () => {
  it('is quick while a poll waits, and while more is buffered than anybody reads', async () => {
    await log.append(Array.from({ length: 40_000 }, () => ({ key: 'k', value: Buffer.alloc(230) })));
    await reader.poll(1, 2_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await timed(() => reader.close())).ms).toBeLessThan(1_000);
    const { groups } = await (async () => {
      const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const described = await admin.describeGroups([topic]);
      await admin.disconnect();
      return described;
    })();
    expect(groups[0]!.members).toEqual([]);
  });
});
