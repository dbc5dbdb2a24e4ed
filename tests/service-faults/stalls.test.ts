/** Connections that are neither served nor closed, as after a network failure: the worker's go through a proxy that stalls. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { full } from './rounds.ts';
import { databaseIsNotUp, logIsNotUp, readModelIsNotUp, survive } from './survive.ts';
import type { Worker } from './worker.ts';

const stallMs = full ? 60_000 : 12_000;

let rig: Rig;
let worker: Worker;

beforeAll(async () => {
  rig = await openRig();
  worker = rig.startWorker({ throughProxies: true });
});
afterAll(async () => {
  await worker?.stop();
  await rig?.close();
});

it.each([
  { name: 'postgres', title: 'PostgreSQL', shows: databaseIsNotUp },
  { name: 'redis', title: 'Redis', shows: readModelIsNotUp },
  { name: 'kafka', title: 'Kafka', shows: logIsNotUp },
] as const)('survives connections to $title that stall', ({ name, title, shows }) =>
  survive(rig, worker, `connections to ${title} stalled for ${stallMs / 1000} s`, {
    shows,
    async happen() {
      rig.proxies[name].stall();
      await sleep(stallMs);
      rig.proxies[name].resume();
    },
  }),
);
