/** The test behind the button in Settings. */
import { performance } from 'node:perf_hooks';
import type { Admin, GroupDescription } from 'kafkajs';
import { AppError } from '../lib/app-error.ts';
import { silentLogger } from '../ports/logger.ts';
import type { KafkaSettings } from '../settings/profile.ts';
import { createKafkaClient } from './kafka-client.ts';
import { explainKafkaFailure } from './kafka-failure.ts';
import { checkTopic, countPartitions } from './kafka-topic.ts';

export interface KafkaTestResult {
  readonly ok: true;
  readonly tookMs: number;
  /** What was found, for a person. */
  readonly detail: string;
}

const MOST_MS = 5_000;

/**
 * Signs in, looks at the cluster, the topic and the group, and changes nothing. Takes at most about 5 s.
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
    const detail = await Promise.race([look(admin, settings), late]);
    return { ok: true, tookMs: Math.round(performance.now() - started), detail };
  } catch (error) {
    throw explainKafkaFailure(error, settings).error;
  } finally {
    clearTimeout(timer);
    client.destroy();
  }
}

async function look(admin: Admin, { topic, group }: KafkaSettings): Promise<string> {
  await admin.connect();
  const { brokers, clusterId } = await admin.describeCluster();
  const partitions = await countPartitions(admin, topic);
  if (partitions !== null) {
    await checkTopic(admin, topic, silentLogger);
    await admin.fetchTopicOffsets(topic);
  }
  const members = await countMembers(admin, group);
  const ids = brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b);
  return [
    `Cluster ${clusterId}, ${ids.length === 1 ? 'broker' : 'brokers'} ${ids.join(', ')}.`,
    partitions === null
      ? `The topic ${topic} does not exist yet: it will be made.`
      : `Topic ${topic}: ${partitions} ${partitions === 1 ? 'partition' : 'partitions'}.`,
    members === 0 ? `Group ${group}: nobody reads now.` : `Group ${group}: read by ${members} now.`,
  ].join(' ');
}

const GROUP_AUTHORIZATION_FAILED = 30;
/** A cluster in which nothing was ever read makes its list of groups when it is first asked for one. */
const notYet = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS'];
/** What kafkajs makes of these when asking each broker has come to nothing. */
const noneFound = 'KafkaJSGroupCoordinatorNotFound';

async function countMembers(admin: Admin, groupId: string): Promise<number> {
  const [group] = await describeGroup(admin, groupId);
  if (group && 'errorCode' in group && group.errorCode === GROUP_AUTHORIZATION_FAILED) {
    throw new AppError('kafka_refused', `Kafka does not let this user read in the group ${groupId}.`, {
      hint: 'Give the user Read on the group, or choose another group in the profile.',
    });
  }
  return group?.members.length ?? 0;
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
