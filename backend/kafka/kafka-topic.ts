/** The topic as this program needs it. */
import kafkajs, { type Admin } from 'kafkajs';
import { AppError, messageOf } from '../lib/app-error.ts';
import { type Logger, silentLogger } from '../ports/logger.ts';

/** Of a topic that is made. */
export const DEFAULT_PARTITIONS = 12;
const RETENTION_MS = 7 * 24 * 3_600_000;
const MOST_REPLICAS = 3;
const TIMEOUT_MS = 5_000;

/** How many partitions the topic has; null = it does not exist. Errors: those of kafkajs. */
export async function countPartitions(admin: Admin, topic: string): Promise<number | null> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? null;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION')
      return null;
    throw error;
  }
}

/**
 * Makes the topic: seven days of retention, stamped by the broker (so that lag is not measured with other computers'
 * clocks), on three replicas of which two have to take an event, where there are as many brokers, and unpacked by the
 * broker, so that it costs readers nothing.
 * @param onlyTry asks whether it could be made, and makes nothing
 */
export async function createTopic(
  admin: Admin,
  topic: string,
  partitions: number,
  { onlyTry = false }: { readonly onlyTry?: boolean } = {},
): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const replicas = Math.min(MOST_REPLICAS, brokers.length);
  await admin.createTopics({
    timeout: TIMEOUT_MS,
    validateOnly: onlyTry,
    waitForLeaders: !onlyTry,
    topics: [
      {
        topic,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: [
          { name: 'cleanup.policy', value: 'delete' },
          { name: 'retention.ms', value: String(RETENTION_MS) },
          { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
          { name: 'compression.type', value: 'uncompressed' },
        ],
      },
    ],
  });
}

/** Errors: `AppError` kafka_refused when the topic would lose sales. */
export async function checkTopic(admin: Admin, topic: string, logger: Logger): Promise<void> {
  const policy = await configOf(admin, topic, 'cleanup.policy', logger);
  if (!policy?.split(',').includes('compact')) return;
  throw new AppError('kafka_refused', `The topic ${topic} is compacted: Kafka keeps only the last sale of a theatre.`, {
    hint: 'Set cleanup.policy=delete on the topic, or choose another topic in the profile.',
  });
}

/** In which codec the broker keeps what it is given; null when that is unknown. */
export function compressionOf(admin: Admin, topic: string): Promise<string | null> {
  return configOf(admin, topic, 'compression.type', silentLogger);
}

/** null when the user may not ask: it is not needed to read and write. */
async function configOf(admin: Admin, topic: string, name: string, logger: Logger): Promise<string | null> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
    });
    return resources[0]?.configEntries.find((entry) => entry.configName === name)?.configValue ?? null;
  } catch (error) {
    logger.debug('The settings of the topic are unknown', { topic, error: messageOf(error) });
    return null;
  }
}
