/** Where benches on services take place: for each a database, a topic, a group and keys of its own. */
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { testServices } from '../../backend/testing/test-services.ts';

export interface Ground {
  /** What `--profile local` reads. */
  readonly env: NodeJS.ProcessEnv;
}

export interface Stage {
  /** Part of the full size: 1 is what is told of, less is for trying. */
  readonly scale: number;
  ground(name: string): Promise<Ground>;
  /** Drops the databases and topics of all grounds so far, so that they do not weigh on what follows. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** On the services that the environment names. */
export async function openStage(scale: number): Promise<Stage> {
  const { kafkaBrokers, databaseUrl, redisUrl } = testServices();
  const administrator = new pg.Client({ connectionString: databaseUrl });
  await administrator.connect();
  const admin = new Kafka({ clientId: 'bench', brokers: [...kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const names: string[] = [];
  const clear = async () => {
    const topics = await admin.listTopics();
    for (const name of names.splice(0)) {
      await administrator.query(`drop database "${name}" with (force)`);
      if (topics.includes(name)) await admin.deleteTopics({ topics: [name] });
    }
    await administrator.query('checkpoint');
  };
  return {
    scale,
    async ground(purpose) {
      const name = `bench-${purpose}-${randomBytes(3).toString('hex')}`;
      await administrator.query(`create database "${name}"`);
      names.push(name);
      const url = new URL(databaseUrl);
      url.pathname = `/${name}`;
      return {
        env: {
          REELMETRICS_KAFKA_BROKERS: kafkaBrokers.join(','),
          REELMETRICS_DATABASE_URL: url.href,
          REELMETRICS_REDIS_URL: redisUrl,
          REELMETRICS_TOPIC: name,
          REELMETRICS_GROUP: name,
          REELMETRICS_KEY_PREFIX: `${name}:`,
        },
      };
    },
    clear,
    async close() {
      await clear();
      await admin.disconnect();
      await administrator.end();
    },
  };
}
