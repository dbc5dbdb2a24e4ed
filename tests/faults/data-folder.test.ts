/** Whatever a second program cannot see of the first, it does not get its data folder. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { record } from '../service-faults/results.ts';
import { full } from '../service-faults/rounds.ts';
import { check, commandLine, Selling } from './selling.ts';

const rounds = full ? 4 : 1;
const checking = `"${process.execPath}" "${commandLine}" check --data-dir "$FOLDER"`;
const hidden = `mount -t tmpfs tmpfs /tmp && ${checking}`;

/** How the second program is started, as a shell has it. */
const ways: readonly (readonly [what: string, command: string])[] = [
  ['its own temporary folder', `TMPDIR="$(mktemp -d)" ${checking}`],
  ['an own mount name space with another /tmp', `unshare --mount sh -c '${hidden}'`],
  ['an own process name space', `unshare --pid --fork --mount-proc ${checking}`],
  ['own name spaces of all kinds', `unshare --mount --pid --net --uts --ipc --fork --mount-proc sh -c '${hidden}'`],
  ['the folder of the sockets removed', `rm -r "$SOCKETS"; ${checking}`],
];

let folder: string;
let selling: Selling | undefined;

beforeEach(async () => {
  // Not in /tmp: a second program with another /tmp must see it.
  folder = await mkdtemp('/var/tmp/reelmetrics-owner-');
});
afterEach(async () => {
  await selling?.kill();
  await rm(folder, { recursive: true, force: true });
});

it(`refuses ${ways.length * rounds} programs that try to open a living data folder, and loses nothing`, async (context) => {
  if (spawnSync('unshare', ['--mount', '--pid', '--net', '--fork', '--mount-proc', 'true']).status !== 0) {
    return context.skip('name spaces cannot be made here');
  }
  selling = await Selling.start(join(folder, 'data'), 200);
  for (let round = 0; round < rounds; round += 1) {
    for (const [what, command] of ways) {
      const sockets = dirname(await readFile(join(folder, 'data', 'lock'), 'utf8'));
      const { status, stderr } = spawnSync('sh', ['-c', command], {
        env: { ...process.env, FOLDER: join(folder, 'data'), SOCKETS: sockets },
        encoding: 'utf8',
      });
      expect(stderr, what).toContain('is in use by another ReelMetrics');
      expect(status, what).toBe(1);
    }
  }
  const { produced, acknowledged } = await selling.end();
  selling = undefined;
  expect(acknowledged).toBe(produced);
  expect(await check(join(folder, 'data'))).toMatchObject({ ok: true, problems: [], inFlight: 0, produced });
  const result = { rounds: ways.length * rounds, shownMs: null, recoveredMs: null, heapGrowthBytes: null };
  await record({ fault: 'a second program opens the data folder of the built-in data (other name spaces)', ...result });
});

it('stops at once when its lock is taken, and says so', async () => {
  selling = await Selling.start(join(folder, 'data'), 200);
  await rm(join(folder, 'data', 'owner'));
  await selling.ended();
  expect(selling.words).toContain('This program has stopped storing');
  selling = undefined;
  expect(await check(join(folder, 'data'))).toMatchObject({ ok: true, problems: [], inFlight: 0 });
});
