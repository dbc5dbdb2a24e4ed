import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { beganAt, endedAt } from './worker-protocol.ts';

let folder: string;
let worker: Worker;
const calls = new Int32Array(new SharedArrayBuffer(8));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-guard-'));
  await writeFile(join(folder, 'owner'), '{"token":"ours"}');
  const guard = { ownerPath: join(folder, 'owner'), token: 'ours', calls };
  worker = new Worker(new URL('../testing/guarded-writer.ts', import.meta.url), {
    workerData: { guard, file: join(folder, 'data') },
  });
});
afterEach(async () => {
  await worker.terminate();
  await rm(folder, { recursive: true, force: true });
});

/** What the thread says after a write that follows a sleep, which is longer than it trusts what it knows. */
async function write(text: string): Promise<unknown> {
  worker.postMessage({ text, sleepMs: 1_100 });
  const [answer] = await once(worker, 'message');
  return answer;
}

it('lets a thread that slept write while the folder is ours, and counts what it asks', async () => {
  expect(await write('first')).toBe('written');
  expect(await write('second')).toBe('written');
  expect(await readFile(join(folder, 'data'), 'utf8')).toBe('second');
  expect(Atomics.load(calls, beganAt)).toBeGreaterThan(0);
  expect(Atomics.load(calls, endedAt)).toBe(Atomics.load(calls, beganAt));
});

it('ends a thread that slept before its first write into a folder that was taken meanwhile', async () => {
  expect(await write('first')).toBe('written');
  await writeFile(join(folder, 'owner'), '{"token":"theirs"}');
  expect(await write('second')).toBe('lost');
  expect(await readFile(join(folder, 'data'), 'utf8')).toBe('first');
});
