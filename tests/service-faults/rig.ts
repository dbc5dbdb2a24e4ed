/**
 * Services of its own, a load with its own account, and workers that can be killed: what every fault is tried on.
 * `settle` waits until all is stored and then holds every account against every other.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
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
import type { KillPoint, WorkerReport } from '../../backend/testing/worker-report.ts';
import { type NativeServices, startServices } from '../../scripts/services/native.mjs';

const workerProgram = fileURLToPath(new URL('../../backend/testing/service-worker.ts', import.meta.url));
const cli = fileURLToPath(new URL('../../backend/cli.ts', import.meta.url));
/** The load of every fault, events/s. */
const perSecond = 600;
const settleMs = 120_000;

export class Worker {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly errors: string[] = [];
  last: WorkerReport | undefined;
  firstHeapBytes = 0;

  constructor(env: NodeJS.ProcessEnv, killAt: string | null) {
    this.child = fork(workerProgram, [], {
      env: { ...process.env, ...env, ...(killAt === null ? {} : { KILL_AT: killAt }) },
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.exited = once(this.child, 'exit');
    this.child.stderr?.on('data', (chunk) => {
      this.errors.push(String(chunk));
      if (this.errors.length > 50) this.errors.shift();
    });
    this.child.on('message', (report: WorkerReport) => {
      this.last = report;
    });
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits for a report that fits. Returns how long that took, ms. */
  async reports(what: string, fits: (report: WorkerReport) => boolean, withinMs: number): Promise<number> {
    const begin = Date.now();
    while (Date.now() - begin < withinMs) {
      if (!this.isRunning) throw new Error(`the worker ended while waiting: ${what}\n${this.errors.join('')}`);
      const { last } = this;
      if (last !== undefined && last.at >= begin - 300 && fits(last)) return Date.now() - begin;
      await sleep(50);
    }
    throw new Error(`not within ${withinMs} ms: ${what}; last ${JSON.stringify(this.last)}\n${this.errors.join('')}`);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    if (this.isRunning) this.child.kill('SIGTERM');
    await this.exited;
  }
}

export interface Rig {
  readonly services: NativeServices;
  readonly load: ServiceLoad;
  readonly pool: pg.Pool;
  readonly topic: string;
  /** The environment of workers and of the command line. */
  readonly env: NodeJS.ProcessEnv;
  startWorker(killAt?: `${KillPoint}:${number}`): Worker;
  /** Stops the load, waits until a worker has stored all, and compares every account. Returns the wait, ms. */
  settle(): Promise<number>;
  makeTopic(): Promise<void>;
  dropTopic(): Promise<void>;
  close(): Promise<void>;
}

export async function openRig(): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-faults-'));
  const services = await startServices({ folder });
  const { KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = services.env;
  const topic = `sales-${randomBytes(4).toString('hex')}`;
  const env = {
    REELMETRICS_KAFKA_BROKERS: brokers,
    REELMETRICS_DATABASE_URL: databaseUrl,
    REELMETRICS_REDIS_URL: redisUrl,
    REELMETRICS_TOPIC: topic,
    REELMETRICS_GROUP: topic,
    REELMETRICS_KEY_PREFIX: `${topic}:`,
  };
  const admin = new Kafka({
    clientId: 'fault-admin',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 20 },
  }).admin();
  await admin.connect();
  const makeTopic = async () => {
    await admin.createTopics({ topics: [{ topic, numPartitions: 12 }], waitForLeaders: true });
  };
  await makeTopic();
  const load = new ServiceLoad({ brokers: brokers.split(','), topic, perSecond });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on('error', () => {});
  const workers: Worker[] = [];
  return {
    services,
    load,
    pool,
    topic,
    env,
    makeTopic,
    async dropTopic() {
      await admin.deleteTopics({ topics: [topic] });
    },
    startWorker(killAt) {
      const worker = new Worker(env, killAt ?? null);
      workers.push(worker);
      return worker;
    },
    async settle() {
      await load.stop();
      const begin = Date.now();
      const produced = (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
      for (;;) {
        const consumed = await consumedEvents(pool, topic).catch(() => -1);
        if (consumed >= produced) break;
        if (Date.now() - begin > settleMs) {
          const words = workers.map((worker) => `${JSON.stringify(worker.last)}\n${worker.errors.join('')}`).join('\n');
          throw new Error(`consumed ${consumed} of ${produced} after ${settleMs / 1000} s\n${words}`);
        }
        await sleep(100);
      }
      const waited = Date.now() - begin;
      await compareAccounts(pool, load, env);
      return waited;
    },
    async close() {
      await load.close();
      for (const worker of workers) if (worker.isRunning) await worker.kill();
      await pool.end();
      await admin.disconnect();
      await services.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
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
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  const report = JSON.parse(stdout);
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ ok: true, inFlight: 0, stored: load.sales });
  expect(report.deadLettered).toBeGreaterThanOrEqual(load.poisoned);
}
