import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFile, processEnded, runningProcess, signalProcess, startProcess } from './processes.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-processes-test-'));
});
afterEach(async () => {
  signalProcess(folder, 'sleeper', 'SIGKILL');
  await processEnded(folder, 'sleeper', 5_000);
  await rm(folder, { recursive: true, force: true });
});

const sleeper = {
  program: process.execPath,
  args: ['-e', 'console.log("here"); setInterval(() => {}, 1000)'],
};

describe('a process that outlives us', () => {
  it('is found by its file until it ends, and logs into the folder', async () => {
    const pid = await startProcess(folder, 'sleeper', sleeper, false);
    expect(runningProcess(folder, 'sleeper')).toBe(pid);
    await expect.poll(() => readFile(logFile(folder, 'sleeper'), 'utf8')).toBe('here\n');
    expect(await processEnded(folder, 'sleeper', 100)).toBe(false);
    signalProcess(folder, 'sleeper', 'SIGKILL');
    expect(await processEnded(folder, 'sleeper', 5_000)).toBe(true);
    expect(runningProcess(folder, 'sleeper')).toBeNull();
  });

  it('is not taken for another one that was given its number', async () => {
    await writeFile(join(folder, 'sleeper.pid'), JSON.stringify({ pid: process.pid, began: 'at another time' }));
    expect(runningProcess(folder, 'sleeper')).toBeNull();
    signalProcess(folder, 'sleeper', 'SIGKILL');
    await writeFile(join(folder, 'sleeper.pid'), JSON.stringify({ pid: process.pid, began: null }));
    expect(runningProcess(folder, 'sleeper')).toBeNull();
  });

  it('that cannot be started is an error', async () => {
    const missing = { program: join(folder, 'no-such-program'), args: [] };
    await expect(startProcess(folder, 'sleeper', missing, false)).rejects.toThrow('ENOENT');
  });
});
