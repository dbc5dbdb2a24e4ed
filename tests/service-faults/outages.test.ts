import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerReport } from '../../backend/testing/worker-report.ts';
import { record } from './results.ts';
import { openRig, type Rig, type Worker } from './rig.ts';

const full = process.env.REELMETRICS_FAULTS === 'full';
/** How long a service is away, ms. */
const awayMs = full ? 60_000 : 8_000;

/** Bounds of every fault (docs/faults.md). */
const shownWithinMs = 5_000;
const recoveredWithinMs = 15_000;
const heapGrowthBytes = 64 * 2 ** 20;

let rig: Rig;
let worker: Worker;

beforeAll(async () => {
  rig = await openRig();
  worker = rig.startWorker();
  await worker.reports('it consumes', ({ states }) => states.consumer === 'up', 60_000);
  rig.load.start();
  await worker.reports('all is stored', ({ lagEvents }) => (lagEvents ?? Infinity) < 2_000, 60_000);
}, 300_000);
afterAll(async () => {
  await worker?.stop();
  await rig?.close();
}, 60_000);

interface Fault {
  /** Does it, and resolves when everything is back. */
  readonly happen: () => Promise<void>;
  /** How the worker shows it while it lasts; null when it is over too soon to be shown. */
  readonly shows: ((report: WorkerReport) => boolean) | null;
  readonly rounds?: number;
}

async function survive(name: string, { happen, shows, rounds = 1 }: Fault): Promise<void> {
  rig.load.start();
  await worker.reports('it consumes', ({ states }) => states.consumer === 'up', 30_000);
  const heapBefore = worker.last?.heapBytes ?? 0;
  const over = happen();
  const shownMs = shows === null ? null : await worker.reports(`${name} is shown`, shows, shownWithinMs + 1_000);
  await over;
  const begin = Date.now();
  await worker.reports(
    'caught up',
    ({ states, lagEvents }) => states.consumer === 'up' && lagEvents !== null && lagEvents < 2_000,
    60_000,
  );
  const recoveredMs = Date.now() - begin;
  await rig.settle();
  const growth = (worker.last?.heapBytes ?? 0) - heapBefore;
  await record({ fault: name, rounds, shownMs, recoveredMs, heapGrowthBytes: growth });
  expect(worker.isRunning).toBe(true);
  expect(recoveredMs).toBeLessThanOrEqual(recoveredWithinMs);
  expect(growth).toBeLessThanOrEqual(heapGrowthBytes);
  if (shownMs !== null) expect(shownMs).toBeLessThanOrEqual(shownWithinMs);
}

const consumerIsNotUp = ({ states }: WorkerReport) => states.consumer !== 'up';
const readModelIsNotUp = ({ states }: WorkerReport) => states.readModel !== 'up';

describe('PostgreSQL', () => {
  it('is restarted', () =>
    survive('PostgreSQL restarted', {
      happen: async () => {
        await rig.services.postgres.stop();
        await rig.services.postgres.start();
      },
      shows: null,
    }));

  it('is killed', () =>
    survive('kill -9 of PostgreSQL', {
      happen: async () => {
        await rig.services.postgres.kill();
        await sleep(6_000);
        await rig.services.postgres.start();
      },
      shows: consumerIsNotUp,
    }));

  it('is away for a while', () =>
    survive(`PostgreSQL away for ${awayMs / 1000} s`, {
      happen: async () => {
        await rig.services.postgres.kill();
        await sleep(awayMs);
        await rig.services.postgres.start();
      },
      shows: consumerIsNotUp,
    }));

  it('ends every connection again and again', () =>
    survive('pg_terminate_backend on every connection', {
      rounds: 20,
      happen: async () => {
        const client = new pg.Client({ connectionString: rig.services.env.DATABASE_URL });
        await client.connect();
        for (let round = 0; round < 20; round += 1) {
          await client.query(
            'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
          );
          await sleep(250);
        }
        await client.end();
      },
      shows: null,
    }));
});

describe('Redis', () => {
  it('is killed, and comes back empty', () =>
    survive('kill -9 of Redis, empty afterwards', {
      happen: async () => {
        await rig.services.redis.kill();
        await sleep(6_000);
        await rig.services.redis.start();
      },
      shows: readModelIsNotUp,
    }));

  it('is away for a while', () =>
    survive(`Redis away for ${awayMs / 1000} s`, {
      happen: async () => {
        await rig.services.redis.kill();
        await sleep(awayMs);
        await rig.services.redis.start();
      },
      shows: readModelIsNotUp,
    }));

  it('loses everything, and cuts every connection', () =>
    survive('FLUSHALL, and CLIENT KILL in a loop', {
      rounds: 20,
      happen: async () => {
        const client = new Redis(rig.services.env.REDIS_URL);
        for (let round = 0; round < 20; round += 1) {
          if (round % 5 === 0) await client.flushall();
          await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
          await sleep(200);
        }
        client.disconnect();
      },
      shows: null,
    }));
});

describe('Kafka', () => {
  it('is restarted', () =>
    survive('Kafka restarted', {
      happen: async () => {
        await rig.services.kafka.stop();
        await rig.services.kafka.start();
      },
      shows: null,
    }));

  it('is killed', () =>
    survive('kill -9 of Kafka', {
      happen: async () => {
        await rig.services.kafka.kill();
        await sleep(6_000);
        await rig.services.kafka.start();
      },
      shows: ({ states }) => states.log !== 'up' || states.consumer !== 'up',
    }));

  it('is away for a while', () =>
    survive(`Kafka away for ${awayMs / 1000} s`, {
      happen: async () => {
        await rig.services.kafka.kill();
        await sleep(awayMs);
        await rig.services.kafka.start();
      },
      shows: ({ states }) => states.log !== 'up' || states.consumer !== 'up',
    }));
});
