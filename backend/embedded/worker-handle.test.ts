import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import type { DatabaseFailure } from './database-failure.ts';
import { WorkerHandle } from './worker-handle.ts';

let handle: WorkerHandle;
let told: string[] = [];
afterEach(() => handle.close());

/** A worker that says it is ready, and from then on does what the script says, without ever answering. */
function start(script: string): WorkerHandle {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    parentPort.once('message', ({ guard }) => { parentPort.postMessage({ type: 'ready' }); setTimeout(() => { ${script} }, 1); });`,
    { eval: true },
  );
  handle = new WorkerHandle(worker, {
    dataDir: '/data',
    guard: { ownerPath: '/data/owner', token: '' },
    onProgress: () => {},
    onDamage: (words) => told.push(words),
    lookMs: 10,
  });
  return handle;
}

function failureOf(worker: WorkerHandle): Promise<DatabaseFailure> {
  return new Promise((resolve) => worker.onFailure(resolve));
}

it('ends a worker that spins: it neither answers nor asks anything of its files', async () => {
  const worker = start('for (;;);');
  await worker.run({ type: 'open', socketPath: '' });
  expect(await failureOf(worker)).toMatchObject({
    code: 'database_failed',
    comesBack: 'soon',
    reason: expect.stringContaining('not answered'),
  });
});

it('lets a long query work that reads and writes its files, however long it answers nothing', async () => {
  // 100 looks long, ten times the limit; then it spins, and is ended.
  const worker = start(`for (let n = 0; n < 500; n += 1) {
      Atomics.add(guard.calls, 0, 1);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      Atomics.add(guard.calls, 1, 1);
    }
    parentPort.postMessage({ type: 'damaged', words: 'worked' });
    for (;;);`);
  told = [];
  worker.onFailure(() => told.push('ended'));
  await worker.run({ type: 'open', socketPath: '' });
  await failureOf(worker);
  expect(told).toEqual(['worked', 'ended']);
});

it('says at once what the database died of', async () => {
  const worker = start(`parentPort.postMessage({ type: 'failed', words: 'No space left on device', lost: false });`);
  await worker.run({ type: 'open', socketPath: '' });
  expect(await failureOf(worker)).toMatchObject({ code: 'disk_full', comesBack: 'with-room' });
});

it('closes a worker that does not answer, within its limit', async () => {
  const worker = start('for (;;);');
  await worker.run({ type: 'open', socketPath: '' });
  await worker.close();
});
