/** PostgreSQL on a small file system of its own that another program fills. Mounting one takes a superuser of Linux. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { full } from './rounds.ts';
import { databaseIsNotUp, survive } from './survive.ts';
import type { Worker } from './worker.ts';

const megabytes = 300;
const fullMs = full ? 60_000 : 8_000;

let folder: string;
let mounted = false;
let rig: Rig | undefined;
let worker: Worker | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-small-'));
  const options = `size=${megabytes}m`;
  mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'inherit' }).status === 0;
  if (!mounted) return;
  rig = await openRig({ postgresFolder: folder });
  worker = rig.startWorker();
});
afterAll(async () => {
  await worker?.stop();
  await rig?.close();
  if (mounted) spawnSync('umount', ['--lazy', folder]);
  await rm(folder, { recursive: true, force: true });
});

/** Writes until nothing more goes in. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const size of [2 ** 20, 4096]) {
      const zeros = Buffer.alloc(size);
      while (
        await file.write(zeros).then(
          ({ bytesWritten }) => bytesWritten === size,
          () => false,
        )
      );
    }
  } finally {
    await file.close();
  }
}

it('survives a full disk under PostgreSQL', async (context) => {
  if (!rig || !worker) return context.skip('a file system cannot be mounted here');
  const { postgres } = rig.services;
  const filler = join(folder, 'filler');
  await survive(rig, worker, `PostgreSQL's disk full for ${fullMs / 1000} s`, {
    shows: databaseIsNotUp,
    async happen() {
      await fill(filler);
      await sleep(fullMs);
      await rm(filler);
      // Without room for its log the server may have given up.
      await postgres.start();
    },
  });
});
