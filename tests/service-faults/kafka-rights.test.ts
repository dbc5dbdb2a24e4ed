/** The connection test on a Kafka that asks for rights: it names what the user may not do, and leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  Kafka,
  logLevel,
  Partitioners,
  ResourcePatternTypes,
} from 'kafkajs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { testKafka } from '../../backend/kafka/test-kafka.ts';
import type { KafkaSettings } from '../../backend/settings/profile.ts';
import { freePorts } from '../../scripts/services/connections.mjs';
import { prepareKafka } from '../../scripts/services/kafka.mjs';
import { ensureServicePrograms } from '../../scripts/services/native.mjs';

const topic = 'ticket-sales';
const group = 'box-office';
let folder: string;
let broker: ChildProcess;
let settings: KafkaSettings;
let client: Kafka;
let admin: Admin;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-rights-'));
  const ports = await freePorts();
  const { java } = await ensureServicePrograms(['kafka']);
  const { program, args } = await prepareKafka({ folder, ports, java: String(java) });
  const listener = `SASL_PLAINTEXT://127.0.0.1:${ports.kafka}`;
  const users = 'username="admin" password="admin" user_admin="admin" user_box="box"';
  // The last of a name counts.
  const secured = {
    listeners: `${listener},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': listener,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'SASL_PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:admin;User:ANONYMOUS',
  };
  const lines = Object.entries(secured).map(([name, value]) => `${name}=${value}\n`);
  await appendFile(join(folder, 'kafka.properties'), lines.join(''));
  broker = spawn(program, args, { cwd: folder, stdio: 'ignore' });
  const brokers = [`127.0.0.1:${ports.kafka}`];
  settings = {
    brokers,
    topic,
    group,
    tls: { enabled: false, ca: null },
    sasl: { mechanism: 'plain', username: 'box' },
  };
  const sasl = { mechanism: 'plain', username: 'admin', password: 'admin' } as const;
  // It starts for some seconds.
  const retry = { retries: 200, initialRetryTime: 250, maxRetryTime: 500 };
  client = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING, sasl, retry });
  admin = client.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 2 }] });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: [{ key: '1', value: '{}', partition: 1 }] });
  await producer.disconnect();
});
afterAll(async () => {
  await admin?.disconnect();
  const ended = once(broker, 'exit');
  broker.kill('SIGKILL');
  await ended;
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  const any = { resourcePatternType: ResourcePatternTypes.ANY, operation: AclOperationTypes.ANY };
  await admin.deleteAcls({
    filters: [{ ...any, resourceType: AclResourceTypes.ANY, permissionType: AclPermissionTypes.ANY }],
  });
});

type Right = 'DESCRIBE' | 'DESCRIBE_CONFIGS' | 'READ' | 'WRITE' | 'CREATE';

async function allow(rights: { readonly topic?: readonly Right[]; readonly group?: readonly Right[] }, name = topic) {
  const acl = (resourceType: AclResourceTypes, resourceName: string, right: Right) => ({
    ...{ resourceType, resourceName, operation: AclOperationTypes[right] },
    ...{ principal: 'User:box', host: '*', permissionType: AclPermissionTypes.ALLOW },
    resourcePatternType: ResourcePatternTypes.LITERAL,
  });
  await admin.createAcls({
    acl: [
      ...(rights.topic ?? []).map((right) => acl(AclResourceTypes.TOPIC, name, right)),
      ...(rights.group ?? []).map((right) => acl(AclResourceTypes.GROUP, group, right)),
    ],
  });
}

it('passes a user with the rights to read and to write', async () => {
  await allow({ topic: ['DESCRIBE', 'READ', 'WRITE'], group: ['READ'] });
  const { detail } = await testKafka(settings, 'box');
  expect(detail).toContain('the last events of 1 were read');
  expect(detail).not.toContain('not write');
  expect((await admin.fetchTopicOffsets(topic)).map(({ high }) => high).sort()).toEqual(['0', '1']);
});

it('passes a user who may only read, and says what that one cannot do', async () => {
  await allow({ topic: ['DESCRIBE', 'READ'], group: ['READ'] });
  expect((await testKafka(settings, 'box')).detail).toContain('may read and not write');
});

it('names a user who may look at the topic and not read it', async () => {
  await allow({ topic: ['DESCRIBE', 'WRITE'], group: ['READ'] });
  await expect(testKafka(settings, 'box')).rejects.toMatchObject({
    code: 'kafka_refused',
    message: expect.stringContaining('may not use the topic (ticket-sales)'),
    hint: expect.stringContaining('Read'),
  });
});

it.each([
  ['nothing', []],
  ['look', ['DESCRIBE']],
] as const)('names a user who may do %s in the group', async (_name, rights) => {
  await allow({ topic: ['DESCRIBE', 'READ', 'WRITE'], group: rights });
  await expect(testKafka(settings, 'box')).rejects.toMatchObject({
    code: 'kafka_refused',
    message: expect.stringContaining(`in the group ${group}`),
  });
});

it('tells whether a topic that is not there could be made, and makes none', async () => {
  const absent = { ...settings, topic: 'not-there' };
  await allow({ topic: ['DESCRIBE', 'READ', 'WRITE'], group: ['READ'] }, 'not-there');
  await expect(testKafka(absent, 'box')).rejects.toMatchObject({ code: 'kafka_refused' });
  await allow({ topic: ['CREATE'] }, 'not-there');
  expect((await testKafka(absent, 'box')).detail).toContain('it will be made');
  expect(await admin.listTopics()).not.toContain('not-there');
});
