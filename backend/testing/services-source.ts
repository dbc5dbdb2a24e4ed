/** A source on the services of the tests with a database, a topic, a group and keys of its own. */
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { DataSource } from '../runtime.ts';
import { localServices } from '../settings/environment.ts';
import { createServerTestDatabase } from './server-test-database.ts';
import { testServices } from './test-services.ts';

export interface ServicesSource {
  readonly source: Extract<DataSource, { kind: 'services' }>;
  makeTopicAnew(): Promise<void>;
  /** Programs in the consumer group. */
  members(): Promise<number>;
  /** Drops all of it. */
  dispose(): Promise<void>;
}

export async function openServicesSource(): Promise<ServicesSource> {
  const { kafkaBrokers, databaseUrl, redisUrl } = testServices();
  const name = `test-${randomUUID().slice(0, 8)}`;
  const database = await createServerTestDatabase({ migrated: false });
  const url = new URL(databaseUrl);
  url.pathname = `/${database.settings.database}`;
  const services = localServices({
    REELMETRICS_KAFKA_BROKERS: kafkaBrokers.join(','),
    REELMETRICS_DATABASE_URL: url.href,
    REELMETRICS_REDIS_URL: redisUrl,
    REELMETRICS_TOPIC: name,
    REELMETRICS_GROUP: name,
    REELMETRICS_KEY_PREFIX: `${name}:`,
  });
  const admin = new Kafka({ clientId: 'test', brokers: [...kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return {
    source: { kind: 'services', ...services },
    async makeTopicAnew() {
      await admin.deleteTopics({ topics: [name] });
      // The broker answers before the topic is gone.
      while ((await admin.listTopics()).includes(name)) await new Promise((resolve) => setTimeout(resolve, 100));
      await admin.createTopics({ topics: [{ topic: name, numPartitions: 12 }], waitForLeaders: false });
      // kafkajs does not ask again where a new topic is not known yet.
      const isThere = () =>
        admin.fetchTopicOffsets(name).then(
          () => true,
          () => false,
        );
      while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 100));
    },
    async members() {
      const { groups } = await admin.describeGroups([name]);
      return groups[0]?.members.length ?? 0;
    },
    async dispose() {
      await admin.deleteTopics({ topics: [name] }).catch(() => undefined);
      await admin.disconnect();
      await database.drop();
    },
  };
}
