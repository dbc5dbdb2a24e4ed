/** The built-in data on a small file system that fills up. Mounting one takes a superuser of Linux. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, type TestContext } from 'vitest';
import { openEmbeddedDatabase } from '../../backend/embedded/embedded-database.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import { makeDataFolder, startSourceWorker } from '../../backend/testing/embedded-test-database.ts';
import { record } from '../service-faults/results.ts';
import { full } from '../service-faults/rounds.ts';
import { check, Selling, until } from './selling.ts';

const fullMs = full ? 60_000 : 10_000;
/** Bounds of the acceptance; a machine that does other things at the same time gets more. */
const shownLimitMs = full ? 5_000 : 30_000;
const healedLimitMs = full ? 15_000 : 60_000;
const endLimitMs = full ? 10_000 : 30_000;

let folder: string;
let selling: Selling | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-small-'));
});
afterEach(async () => {
  await selling?.kill();
  selling = undefined;
  spawnSync('umount', ['--lazy', folder]);
  await rm(folder, { recursive: true, force: true });
});

function mount(context: TestContext, megabytes: number): void {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (status !== 0) context.skip('a file system cannot be mounted here');
}

/** Writes until nothing more goes in. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const size of [2 ** 20, 4096]) {
      const zeros = Buffer.alloc(size);
      const fits = () =>
        file.write(zeros).then(
          ({ bytesWritten }) => bytesWritten === size,
          () => false,
        );
      while (await fits());
    }
  } finally {
    await file.close();
  }
}

it.for([
  ['filled by another program', 160],
  ['filled by the sales', 75],
] as const)(
  `pauses, spins nowhere and heals when the disk is full for ${fullMs / 1000} s, %s`,
  async ([how, size], context) => {
    const byOthers = size === 160;
    mount(context, size);
    const data = join(folder, 'data');
    selling = await Selling.start(data, 2_000);
    const began = performance.now();
    if (byOthers) await fill(join(folder, 'filler'));
    const shown = async () => !(await selling?.ready()) && selling?.words.includes('is full') === true;
    await until('the full disk is told of', byOthers ? shownLimitMs : 120_000, shown);
    const shownMs = performance.now() - began;
    const before = await selling.processorSeconds();
    await sleep(fullMs);
    expect((await selling.processorSeconds()) - before).toBeLessThan((0.3 * fullMs) / 1000);
    const stored = await selling.stored();
    await rm(join(folder, 'filler'), { force: true });
    spawnSync('mount', ['-o', 'remount,size=300m', folder]);
    const healed = async () => (await selling?.ready()) === true && ((await selling?.stored()) ?? 0) > stored;
    const recoveredMs = await until('sales are stored again', healedLimitMs, healed);
    const end = await selling.end();
    selling = undefined;
    expect(end.tookMs).toBeLessThan(endLimitMs);
    expect(end.acknowledged).toBe(end.produced);
    expect(await check(data)).toMatchObject({ ok: true, problems: [], inFlight: 0, produced: end.produced });
    const fault = `the disk of the built-in data full for ${fullMs / 1000} s, ${how}`;
    await record({ fault, rounds: 1, shownMs: byOthers ? shownMs : null, recoveredMs, heapGrowthBytes: null });
  },
);

it('opens again after a PANIC for want of room, with all that was committed', async (context) => {
  mount(context, 160);
  const data = join(folder, 'data');
  await makeDataFolder(data);
  const startWorker = startSourceWorker;
  const database = await openEmbeddedDatabase({
    dataDir: data,
    startWorker,
    onProgress: () => {},
    logger: silentLogger,
  });
  try {
    const { pool } = database;
    await pool.query('create table kept as select value from generate_series(1, 1000) as value');
    await fill(join(folder, 'filler'));
    // What does not ask for room first, as a rebuild: its write-ahead log grows until nothing more goes in.
    const written = pool.query(
      "do $$ begin loop perform pg_logical_emit_message(false, '', repeat('x', 100000)); end loop; end $$",
    );
    await expect(written).rejects.toThrow();
    await until('the database is down', 30_000, () => database.status().state === 'down');
    expect(database.status()).toMatchObject({ code: 'disk_full', reason: expect.stringContaining('Make room') });
    await expect(database.admit()).rejects.toMatchObject({ code: 'disk_full' });
    await rm(join(folder, 'filler'));
    await until('the database is up', 60_000, () => database.status().state === 'up');
    expect((await pool.query('select count(*)::integer as rows from kept')).rows).toEqual([{ rows: 1_000 }]);
  } finally {
    await database.close();
  }
});

it('ends at the first Ctrl+C on a full disk, and has all that was acknowledged afterwards', async (context) => {
  mount(context, 160);
  const data = join(folder, 'data');
  selling = await Selling.start(data, 500);
  await fill(join(folder, 'filler'));
  await until('the program is not ready', shownLimitMs, async () => !(await selling?.ready()));
  const { tookMs } = await selling.end();
  expect(tookMs).toBeLessThan(endLimitMs);
  expect(selling.words).toContain('is full');
  selling = undefined;
  await rm(join(folder, 'filler'));
  expect(await check(data)).toMatchObject({ ok: true, problems: [], inFlight: 0 });
});

it('names a disk on which the data cannot be made, and a folder that was moved away', async (context) => {
  mount(context, 20);
  await expect(Selling.start(join(folder, 'data'), 100)).rejects.toThrow(/is full/);
  spawnSync('mount', ['-o', 'remount,size=300m', folder]);
  const data = join(folder, 'data');
  selling = await Selling.start(data, 500);
  await rename(data, `${data}.moved`);
  await selling.ended();
  expect(selling.words).toMatch(/was removed or moved/);
  expect(selling.words).toMatch(/Put it back/);
  selling = undefined;
  expect(await check(`${data}.moved`)).toMatchObject({ ok: true, problems: [], inFlight: 0 });
});
