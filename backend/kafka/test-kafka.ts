/** The test behind the button in Settings. */
import { performance } from 'node:perf_hooks';
import type { Admin, GroupDescription, Kafka } from 'kafkajs';
import { AppError } from '../lib/app-error.ts';
import { silentLogger } from '../ports/logger.ts';
import type { KafkaSettings } from '../settings/profile.ts';
import { BrokerQuestions } from './broker-questions.ts';
import { createKafkaClient } from './kafka-client.ts';
import { explainKafkaFailure } from './kafka-failure.ts';
import { checkTopic, compressionOf, countPartitions, createTopic, DEFAULT_PARTITIONS } from './kafka-topic.ts';

export interface KafkaTestResult {
  readonly ok: true;
  readonly tookMs: number;
  /** What was found, for a person. */
  readonly detail: string;
}

const MOST_MS = 5_000;

/**
 * Signs in, looks at the cluster and the group, reads the last events of the topic, asks whether more may be written and
 * the group joined, and changes nothing. Takes at most about 5 s.
 * Errors: `AppError` kafka_down, kafka_refused or log_failed, with the cause in words and a hint.
 */
export async function testKafka(settings: KafkaSettings, password: string | null): Promise<KafkaTestResult> {
  const started = performance.now();
  const client = createKafkaClient({ settings, password, clientId: 'reelmetrics-test', logger: silentLogger });
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_resolve, reject) => {
      const error = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
      timer = setTimeout(() => reject(error), MOST_MS);
    });
    const admin = client.kafka.admin({ retry: { retries: settings.brokers.length } });
    const detail = await Promise.race([look(client.kafka, admin, settings), late]);
    return { ok: true, tookMs: Math.round(performance.now() - started), detail };
  } catch (error) {
    throw explainKafkaFailure(error, settings).error;
  } finally {
    clearTimeout(timer);
    client.destroy();
  }
}

async function look(kafka: Kafka, admin: Admin, { topic, group }: KafkaSettings): Promise<string> {
  await admin.connect();
  const { brokers, clusterId } = await admin.describeCluster();
  const partitions = await countPartitions(admin, topic);
  const questions = await BrokerQuestions.open(kafka, topic);
  const found = partitions === null ? await tryToMake(admin, topic) : await tryToUse(questions, admin, topic);
  const members = await countMembers(admin, group);
  if (!(await mayJoin(questions, group))) throw groupRefused(group);
  await questions.close();
  const ids = brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b);
  return [
    `Cluster ${clusterId}, ${ids.length === 1 ? 'broker' : 'brokers'} ${ids.join(', ')}.`,
    found,
    members === 0 ? `Group ${group}: nobody reads now.` : `Group ${group}: read by ${members} now.`,
  ].join(' ');
}

/** Whether the topic could be made; it is not. */
async function tryToMake(admin: Admin, topic: string): Promise<string> {
  await createTopic(admin, topic, DEFAULT_PARTITIONS, { onlyTry: true });
  return `The topic ${topic} does not exist yet: it will be made.`;
}

/** Reads the last of each partition, and asks whether more could be written; nothing is. */
async function tryToUse(questions: BrokerQuestions, admin: Admin, topic: string): Promise<string> {
  await checkTopic(admin, topic, silentLogger);
  const offsets = await admin.fetchTopicOffsets(topic);
  const held = offsets.filter(({ low, high }) => BigInt(high) > BigInt(low));
  await questions.lookUpTopic();
  const read = await questions.readLast(new Map(held.map(({ partition, high }) => [partition, BigInt(high) - 1n])));
  const compression = await compressionOf(admin, topic);
  const parts = [
    `Topic ${topic}: ${offsets.length} ${offsets.length === 1 ? 'partition' : 'partitions'}`,
    ...(read === 0 ? ['empty'] : [`the last events of ${read} were read`]),
    ...(compression === null ? [] : [`compression.type=${compression}`]),
  ];
  const rights = (await questions.mayWrite())
    ? ''
    : ' Its user may read and not write: dead letters cannot be sent again, and no sales simulated.';
  return `${parts.join(', ')}.${rights}`;
}

const GROUP_AUTHORIZATION_FAILED = 30;
/** A cluster in which nothing was ever read makes its list of groups when it is first asked for one. */
const notYet = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS'];
/** What kafkajs makes of these when asking each broker has come to nothing. */
const noneFound = 'KafkaJSGroupCoordinatorNotFound';

async function countMembers(admin: Admin, groupId: string): Promise<number> {
  const [group] = await describeGroup(admin, groupId);
  if (group && 'errorCode' in group && group.errorCode === GROUP_AUTHORIZATION_FAILED) {
    throw groupRefused(groupId);
  }
  return group?.members.length ?? 0;
}

function groupRefused(groupId: string): AppError {
  return new AppError('kafka_refused', `Kafka does not let this user read in the group ${groupId}.`, {
    hint: 'Give the user Read on the group, or choose another group in the profile.',
  });
}

/** A group that has no coordinator yet refuses nobody. */
async function mayJoin(questions: BrokerQuestions, groupId: string): Promise<boolean> {
  try {
    return await questions.mayJoin(groupId);
  } catch (error) {
    if (isNotYet(error)) return true;
    throw error;
  }
}

async function describeGroup(admin: Admin, groupId: string): Promise<readonly GroupDescription[]> {
  try {
    return (await admin.describeGroups([groupId])).groups;
  } catch (error) {
    if (isNotYet(error)) return [];
    throw error;
  }
}

/** kafkajs wraps what the broker has said when it has asked often enough. */
function isNotYet(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === noneFound || ('type' in error && notYet.includes(String(error.type)))) return true;
  return isNotYet(error.cause);
}
