import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killPoints } from '../../backend/testing/worker-report.ts';
import { record } from './results.ts';
import { openRig, type Rig } from './rig.ts';
import { full } from './rounds.ts';

const seeds = full ? 10 : 1;
const randomKills = full ? 50 : 3;

let rig: Rig;

beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig?.close());

/** Starts a clean worker and waits until it and the account agree. Returns the wait, ms. */
async function recover(): Promise<number> {
  const worker = rig.startWorker();
  const recovered = await rig.settle();
  await worker.stop();
  return recovered;
}

it.each(killPoints)('loses and doubles nothing when a worker is killed %s', async (point) => {
  let recoveredMs = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    // Enough for large batches: only their transactions end with a commit of its own.
    await rig.load.backlog(24_000);
    rig.load.start();
    const worker = rig.startWorker({ killAt: `${point}:${1 + (seed % 6)}` });
    await worker.died(60_000);
    recoveredMs = Math.max(recoveredMs, await recover());
  }
  await record({
    fault: `kill -9 of a worker, ${point}`,
    rounds: seeds,
    shownMs: null,
    recoveredMs,
    heapGrowthBytes: null,
  });
});

it('loses and doubles nothing when a worker is killed at any moment', async () => {
  rig.load.start();
  for (let round = 0; round < randomKills; round += 1) {
    const worker = rig.startWorker();
    await worker.reports('it consumes', ({ states }) => states.consumer === 'up', 60_000);
    await rig.progress();
    await sleep(Math.random() * 2_000);
    await worker.kill();
  }
  const recoveredMs = await recover();
  await record({
    fault: 'kill -9 of a worker, at random',
    rounds: randomKills,
    shownMs: null,
    recoveredMs,
    heapGrowthBytes: null,
  });
});

it('stays exact while workers of one group join, leave and are killed', async () => {
  const rounds = full ? 20 : 3;
  const steady = rig.startWorker();
  await steady.reports('it consumes', ({ states }) => states.consumer === 'up', 60_000);
  rig.load.start();
  for (let round = 0; round < rounds; round += 1) {
    const guest = rig.startWorker();
    await guest.reports('it consumes', ({ states }) => states.consumer === 'up', 60_000);
    await rig.progress();
    await sleep(Math.random() * 2_000);
    if (round % 2 === 0) await guest.stop();
    else await guest.kill();
  }
  const recoveredMs = await rig.settle();
  expect(steady.isRunning).toBe(true);
  await steady.stop();
  await record({
    fault: 'a second worker joins, and leaves or is killed',
    rounds,
    shownMs: null,
    recoveredMs,
    heapGrowthBytes: null,
  });
});
