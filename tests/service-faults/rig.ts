/**
 * Services of its own, a load with its own account, and workers that can be killed: what every fault is tried on.
 * `settle` waits until all is stored and then holds every account against every other.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { expect } from 'vitest';
import { ServiceLoad } from '../../backend/testing/service-load.ts';
import { TcpProxy } from '../../backend/testing/tcp-proxy.ts';
import type { KillPoint } from '../../backend/testing/worker-report.ts';
import { startServices } from '../../scripts/services/native.mjs';
import { Worker } from './worker.ts';

const cli = fileURLToPath(new URL('../../backend/cli.ts', import.meta.url));
const partitions = 12;
/** The load of most faults, events/s. */
const defaultPerSecond = 600;
const settleMs = 120_000;

export type Rig = Awaited<ReturnType<typeof openRig>>;

interface RigOptions {
  /** Where PostgreSQL keeps its data, if not with the others. */
  readonly postgresFolder?: string;
  /** The load, events/s. */
  readonly perSecond?: number;
}

export async function openRig({ postgresFolder, perSecond = defaultPerSecond }: RigOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-faults-'));
  const services = await start(folder, postgresFolder);
  const { KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = services.env;
  const topic = `sales-${randomBytes(4).toString('hex')}`;
  /** The environment of the command line, and of workers. */
  const env = {
    ...process.env,
    REELMETRICS_KAFKA_BROKERS: brokers,
    REELMETRICS_DATABASE_URL: databaseUrl,
    REELMETRICS_REDIS_URL: redisUrl,
    REELMETRICS_TOPIC: topic,
    REELMETRICS_GROUP: topic,
    REELMETRICS_KEY_PREFIX: `${topic}:`,
  };
  const proxies = {
    kafka: await TcpProxy.open(services.kafka.port),
    postgres: await TcpProxy.open(services.postgres.port),
    redis: await TcpProxy.open(services.redis.port),
  };
  const proxied = {
    KAFKA_THROUGH_PORT: String(proxies.kafka.port),
    REELMETRICS_DATABASE_URL: withPort(databaseUrl, proxies.postgres.port),
    REELMETRICS_REDIS_URL: withPort(redisUrl, proxies.redis.port),
  };
  const kafka = new Kafka({
    clientId: 'fault-admin',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 20 },
  });
  const admin = kafka.admin();
  await admin.connect();
  const makeTopic = () =>
    admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true }).then(() => {});
  await makeTopic();
  const load = new ServiceLoad({ brokers: brokers.split(','), topic, perSecond });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on('error', () => {});
  const workers: Worker[] = [];
  /** Records of topics that are no more. */
  let gone = 0;

  const produced = () =>
    insistently(async () => (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), gone));

  /** Waits until all that is in the log by now is stored. Returns the wait, ms. */
  async function caughtUp(): Promise<number> {
    const begin = Date.now();
    const wanted = await produced();
    for (;;) {
      const consumed = await consumedEvents(pool, topic).catch(() => -1);
      if (consumed >= wanted) return Date.now() - begin;
      if (Date.now() - begin > settleMs) {
        const stories = workers.filter(({ isRunning }) => isRunning).map(({ story }) => story);
        throw new Error(`consumed ${consumed} of ${wanted} after ${settleMs / 1000} s\n${stories.join('\n')}`);
      }
      await sleep(100);
    }
  }

  /** Waits until a worker has stored something from now on. */
  async function progress(): Promise<void> {
    const consumed = () => consumedEvents(pool, topic).catch(() => -1);
    const before = await consumed();
    await expect.poll(consumed, { timeout: settleMs }).toBeGreaterThan(before);
  }

  return {
    services,
    progress,
    proxies,
    load,
    env,
    topic,
    caughtUp,
    startWorker(
      options: { readonly killAt?: `${KillPoint}:${number}`; readonly throughProxies?: boolean } = {},
    ): Worker {
      const worker = new Worker({
        ...env,
        ...(options.throughProxies ? proxied : {}),
        ...(options.killAt ? { KILL_AT: options.killAt } : {}),
      });
      workers.push(worker);
      return worker;
    },
    /** Deletes the topic, and makes it anew. What was in it must be stored before. */
    async renewTopic() {
      gone = await produced();
      await admin.deleteTopics({ topics: [topic] });
      await sleep(3_000);
      await makeTopic();
    },
    /** Stops the load, waits until a worker has stored all, and compares every account. Returns the wait, ms. */
    async settle(): Promise<number> {
      await load.stop();
      const waited = await caughtUp();
      await compareAccounts(pool, load, env);
      return waited;
    },
    async close() {
      await load.close();
      for (const worker of workers) if (worker.isRunning) await worker.kill();
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
      await pool.end();
      await admin.disconnect();
      await services.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start(folder: string, postgresFolder: string | undefined) {
  if (postgresFolder === undefined) return startServices({ folder });
  const others = await startServices({ folder, names: ['kafka', 'redis'] });
  const own = await startServices({ folder: postgresFolder, names: ['postgres'] });
  return {
    ...others,
    postgres: own.postgres,
    env: { ...others.env, DATABASE_URL: own.env.DATABASE_URL },
    stop: async () => {
      await own.stop();
      await others.stop();
    },
  };
}

function withPort(address: string, port: number): string {
  const url = new URL(address);
  url.port = String(port);
  return url.href;
}

/** Kafka's own client does not try again where a topic made anew has not found its leaders yet. */
export async function insistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 20) throw error;
      await sleep(250);
    }
  }
}

async function consumedEvents(pool: pg.Pool, topic: string): Promise<number> {
  const { rows } = await pool.query<{ consumed: string }>(
    'select coalesce(sum(next_offset - first_offset), 0) as consumed from consumer_offset where topic = $1',
    [topic],
  );
  return Number(rows[0]?.consumed ?? 0);
}

/** The load's own account against the sales in plain SQL, and the console's check of I1-I5. */
async function compareAccounts(pool: pg.Pool, load: ServiceLoad, env: NodeJS.ProcessEnv): Promise<void> {
  const { rows } = await pool.query<{ sales: string; gross: string | null; unknown: string }>(
    `select count(*) as sales, sum(kind * amount_cents) as gross, count(*) filter (where known.id is null) as unknown
     from sale left join unnest($1::uuid[]) as known(id) using (id)`,
    [load.ids()],
  );
  expect(rows[0]).toEqual({ sales: String(load.sales), gross: String(load.grossCents), unknown: '0' });
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'check', '--profile', 'local', '--json'], {
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
  const report = JSON.parse(stdout);
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ ok: true, inFlight: 0, stored: load.sales });
  expect(report.deadLettered).toBeGreaterThanOrEqual(load.poisoned);
}
