import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { full } from './rounds.ts';
import { databaseIsNotUp, type Fault, logIsNotUp, readModelIsNotUp, survive } from './survive.ts';
import type { Worker } from './worker.ts';

/** How long a service is away, ms. */
const awayMs = full ? 60_000 : 8_000;
const killedMs = 6_000;

let rig: Rig;
let worker: Worker;

beforeAll(async () => {
  rig = await openRig();
  worker = rig.startWorker();
});
afterAll(async () => {
  await worker?.stop();
  await rig?.close();
});

const survives = (name: string, fault: Fault) => survive(rig, worker, name, fault);

/** Kills the service, and starts it again after a while. */
async function away(name: 'kafka' | 'postgres' | 'redis', ms: number): Promise<void> {
  await rig.services[name].kill();
  await sleep(ms);
  await rig.services[name].start();
}

async function restart(name: 'kafka' | 'postgres'): Promise<void> {
  await rig.services[name].stop();
  await rig.services[name].start();
}

describe('PostgreSQL', () => {
  it('is restarted', () => survives('PostgreSQL restarted', { happen: () => restart('postgres'), shows: null }));

  it('is killed', () =>
    survives('kill -9 of PostgreSQL', { happen: () => away('postgres', killedMs), shows: databaseIsNotUp }));

  it('is away for a while', () =>
    survives(`PostgreSQL away for ${awayMs / 1000} s`, {
      happen: () => away('postgres', awayMs),
      shows: databaseIsNotUp,
    }));

  it('ends every connection again and again', () =>
    survives('pg_terminate_backend on every connection', {
      rounds: 20,
      shows: null,
      async happen() {
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
    }));
});

describe('Redis', () => {
  it('is killed, and comes back empty', () =>
    survives('kill -9 of Redis, empty afterwards', { happen: () => away('redis', killedMs), shows: readModelIsNotUp }));

  it('is away for a while', () =>
    survives(`Redis away for ${awayMs / 1000} s`, { happen: () => away('redis', awayMs), shows: readModelIsNotUp }));

  it('loses everything, and cuts every connection', () =>
    survives('FLUSHALL, and CLIENT KILL in a loop', {
      rounds: 20,
      shows: null,
      async happen() {
        const client = new Redis(rig.services.env.REDIS_URL);
        for (let round = 0; round < 20; round += 1) {
          if (round % 5 === 0) await client.flushall();
          await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
          await sleep(200);
        }
        client.disconnect();
      },
    }));
});

describe('Kafka', () => {
  it('is restarted', () => survives('Kafka restarted', { happen: () => restart('kafka'), shows: null }));

  it('is killed', () => survives('kill -9 of Kafka', { happen: () => away('kafka', killedMs), shows: logIsNotUp }));

  it('is away for a while', () =>
    survives(`Kafka away for ${awayMs / 1000} s`, { happen: () => away('kafka', awayMs), shows: logIsNotUp }));

  it('has its topic deleted and made anew', () =>
    survives('topic deleted and made anew', {
      // What a deleted topic still held is lost with it, for everybody: so all is stored before.
      prepare: () => rig.settle(),
      shows: logIsNotUp,
      async happen() {
        await rig.renewTopic();
        rig.load.start();
      },
    }));
});

describe('the clock', () => {
  it('is put forward and back', () =>
    survives('clock put 1 h forward, then 2 h back', {
      shows: null,
      async happen() {
        worker.tell({ clockStepMs: 3_600_000 });
        await sleep(3_000);
        worker.tell({ clockStepMs: -7_200_000 });
        await sleep(3_000);
      },
    }));
});
