/** A thread whose files are guarded: writes when it is asked to, after sleeping for as long as it is told, and ends when the folder is lost. */
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { guardFiles } from '../embedded/file-guard.ts';

guardFiles(workerData.guard, () => {
  parentPort?.postMessage('lost');
  process.exit(1);
});
parentPort?.on('message', ({ text, sleepMs }: { text: string; sleepMs: number }) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, sleepMs);
  fs.writeFileSync(workerData.file, text);
  parentPort?.postMessage('written');
});
