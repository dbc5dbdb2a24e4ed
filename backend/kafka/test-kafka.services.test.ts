import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../ports/logger.ts';
import type { KafkaSettings } from '../settings/profile.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { testServices } from '../testing/test-services.ts';
import { MOST_UNPACKED_BYTES } from './codecs/too-large.ts';
import { openKafkaEventLog } from './kafka-event-log.ts';
import { testKafka } from './test-kafka.ts';

const brokers = [...testServices().kafkaBrokers];
const settings: KafkaSettings = {
  brokers,
  topic: `test-${randomUUID().slice(0, 8)}`,
  group: 'test-nobody',
  tls: { enabled: false, ca: null },
  sasl: null,
};

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}

describe('the test of the connection', () => {
  it('tells of the cluster, and makes nothing', async () => {
    const result = await testKafka(settings, null);
    expect(result).toMatchObject({ ok: true });
    expect(result.detail).toMatch(/^Cluster .+, broker.* \d.*does not exist yet: it will be made.*nobody reads now\.$/);
    expect((await testKafka(settings, null)).detail).toContain('does not exist yet');
    expect(result.tookMs).toBeLessThan(5_000);
  });

  it('names what is wrong', async () => {
    const closedPort = await freePort();
    const cases: [string, Partial<KafkaSettings>, string | null, string, string][] = [
      [
        'wrong port',
        { brokers: [`127.0.0.1:${closedPort}`] },
        null,
        'kafka_down',
        `127.0.0.1:${closedPort}: nothing listens`,
      ],
      ['IPv6', { brokers: [`[::1]:${closedPort}`] }, null, 'kafka_down', `nothing listens`],
      ['unknown host', { brokers: ['nowhere.invalid:9092'] }, null, 'kafka_down', 'host'],
      ['TLS to a plain port', { tls: { enabled: true, ca: null } }, null, 'kafka_refused', 'does not speak TLS'],
      ['sign-in not offered', { sasl: { mechanism: 'plain', username: 'me' } }, 'secret', 'kafka_refused', 'password'],
      ['no password', { sasl: { mechanism: 'plain', username: 'me' } }, null, 'kafka_refused', 'wants the password'],
    ];
    for (const [name, change, password, code, words] of cases) {
      const started = performance.now();
      const failure = await testKafka({ ...settings, ...change }, password).catch((error: unknown) => error);
      expect(failure, name).toMatchObject({ code, hint: expect.stringMatching(/\w+/) });
      expect((failure as Error).message, name).toContain(words);
      expect(performance.now() - started, name).toBeLessThan(6_000);
    }
  });

  it('gives up on a broker that keeps silent, within five seconds', async () => {
    const proxy = await TcpProxy.open(Number(brokers[0]!.split(':')[1]));
    proxy.stall();
    const started = performance.now();
    await expect(testKafka({ ...settings, brokers: [`127.0.0.1:${proxy.port}`] }, null)).rejects.toMatchObject({
      code: 'kafka_down',
      message: expect.stringContaining('does not answer in time'),
    });
    expect(performance.now() - started).toBeLessThan(5_500);
    await proxy.close();
  });

  it('tries the other brokers of the list', async () => {
    const closedPort = await freePort();
    const result = await testKafka({ ...settings, brokers: [`127.0.0.1:${closedPort}`, ...brokers] }, null);
    expect(result.ok).toBe(true);
  });
});

describe('a log whose broker is not there', () => {
  it('says so in every call, and in its state', async () => {
    const states: string[] = [];
    const log = openKafkaEventLog({
      settings: { ...settings, brokers: [`127.0.0.1:${await freePort()}`] },
      password: null,
      clientId: 'test',
      logger: silentLogger,
      onState: ({ state }) => states.push(state),
    });
    expect(log.status().state).toBe('connecting');
    const down = { code: 'kafka_down', canRetry: true };
    await expect(log.partitions()).rejects.toMatchObject(down);
    await expect(log.append([{ key: 'k', value: Buffer.from('x') }])).rejects.toMatchObject(down);
    await expect(log.open(new Map())).rejects.toMatchObject(down);
    expect(log.status()).toMatchObject({ state: 'down', code: 'ECONNREFUSED' });
    const started = performance.now();
    await log.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(states).toEqual(['down', 'off']);
  });

  describe('on a topic that is there', () => {
    const topic = `test-${randomUUID().slice(0, 8)}`;
    const client = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING });
    const admin = client.admin();
    const ends = async () => (await admin.fetchTopicOffsets(topic)).map(({ high }) => Number(high));

    beforeAll(async () => {
      await admin.connect();
      await admin.createTopics({
        waitForLeaders: true,
        topics: [
          {
            ...{ topic, numPartitions: 3, replicationFactor: 1 },
            configEntries: [{ name: 'compression.type', value: 'producer' }],
          },
        ],
      });
    });
    afterAll(async () => {
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    });

    it('reads the last of what is there in its codec, and writes and joins nothing', async () => {
      expect((await testKafka({ ...settings, topic }, null)).detail).toMatch(
        /3 partitions, empty, compression.type=producer\./,
      );
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const messages = [{ partition: 2, key: '1', value: '{}' }];
      await producer.send({ topic, messages, compression: CompressionTypes.GZIP });
      await producer.disconnect();
      const before = await ends();
      const group = `test-${randomUUID()}`;
      const { detail } = await testKafka({ ...settings, topic, group }, null);
      expect(detail).toContain('the last events of 1 were read');
      expect(detail).not.toContain('may read and not write');
      expect(await ends()).toEqual(before);
      expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).not.toContain(group);
    });

    it('names a batch at the end that cannot be read, and its partition', async () => {
      const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const messages = [{ partition: 1, key: '1', value: Buffer.alloc(MOST_UNPACKED_BYTES + 1) }];
      await producer.send({ topic, messages, compression: CompressionTypes.GZIP });
      await producer.disconnect();
      await expect(testKafka({ ...settings, topic }, null)).rejects.toMatchObject({
        code: 'batch_unreadable',
        message: expect.stringMatching(/last batch of partition 1 of test-.* cannot be read: it unpacks to more/),
      });
    });
  });
});
