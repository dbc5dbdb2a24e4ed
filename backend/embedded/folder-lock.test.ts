import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FolderLock, type LockOptions, lockFolder, ownerFile } from './folder-lock.ts';
import { decodeOwner, encodeOwner, type OwnerRecord } from './folder-owner.ts';

const program = fileURLToPath(new URL('../testing/hold-folder-lock.ts', import.meta.url));
const address = '/nowhere/reelmetrics-111111/lock';
const noLock = () => 'unavailable' as const;

let folder: string;
let held: FolderLock[];
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-lock-'));
  held = [];
  children = [];
});
afterEach(async () => {
  for (const lock of held) await lock.release();
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function take(options: Partial<LockOptions> = {}): Promise<FolderLock> {
  const lock = await lockFolder(folder, { address, ...options });
  held.push(lock);
  return lock;
}

async function holdElsewhere(...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, folder, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout!, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** What an owner in a container, or on another computer, has written. */
async function writeForeignOwner(changes: Partial<OwnerRecord> = {}): Promise<void> {
  const record: OwnerRecord = {
    reelmetrics: 1,
    host: 'elsewhere',
    boot: 'another',
    pid: 1,
    pidSpace: 'pid:[1]',
    started: '1',
    token: 'theirs',
    state: 'held',
    beat: 7,
    locked: false,
    address: '/nowhere/reelmetrics-222222/lock',
    ...changes,
  };
  await writeFile(join(folder, ownerFile), encodeOwner(record));
}

describe('the lock of a data folder', () => {
  it('names the program that holds it, and is free again when that has closed or was killed', async () => {
    const child = await holdElsewhere();
    await expect(take()).rejects.toMatchObject({
      code: 'data_folder_in_use',
      message: expect.stringMatching(new RegExp(`on ${hostname()}, process ${child.pid}, last sign \\d+ s ago`)),
    });
    await kill(child);
    await (await take()).release();
    await take();
  });

  it('is refused while its holder lives, whatever of it is deleted by hand', async () => {
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '18\n');
    await holdElsewhere();
    for (const name of ['lock', ownerFile, 'owner.lock']) await rm(join(folder, name));
    await expect(take()).rejects.toMatchObject({ code: 'data_folder_in_use' });
  });

  it('is refused while its holder is stopped: it would go on in the middle of a write', async () => {
    const child = await holdElsewhere();
    child.kill('SIGSTOP');
    await expect(take({ silenceMs: 500 })).rejects.toMatchObject({ code: 'data_folder_in_use' });
    child.kill('SIGCONT');
  });

  it('tells a dead process from a living one at once, where the operating system gives no lock', async () => {
    const child = await holdElsewhere('--no-lock');
    const waits: string[] = [];
    const options = { osLock: noLock, onWait: () => waits.push('watched') };
    await expect(take(options)).rejects.toMatchObject({ code: 'data_folder_in_use' });
    await kill(child);
    await take(options);
    expect(waits).toEqual([]);
  });

  it('is refused when the heartbeat of an owner elsewhere changes, whatever its clock says', async () => {
    await writeForeignOwner();
    const attempt = take({ onWait: () => void writeForeignOwner({ beat: 8 }) });
    await expect(attempt).rejects.toMatchObject({ message: expect.stringContaining('on elsewhere, process 1') });
  });

  it('is taken when the heartbeat of an owner elsewhere has stopped', async () => {
    await writeForeignOwner();
    const waits: string[] = [];
    await take({ silenceMs: 500, onWait: () => waits.push('watched') });
    expect(waits).toEqual(['watched']);
  });

  it.each([
    ['with', undefined],
    ['without', noLock],
  ])('goes to one of many that find a dead owner at once, %s a lock of the operating system', async (_with, osLock) => {
    const child = await holdElsewhere('--no-lock');
    await kill(child);
    const options = osLock ? { osLock } : {};
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => take(options)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name.startsWith('owner.') && name !== 'owner.lock')).toEqual([]);
  });

  it.each([
    ['was removed', () => rm(join(folder, ownerFile)), 'were removed'],
    ['was moved away with the folder', () => rename(folder, `${folder}.moved`), 'were removed'],
    ['is another program’s', () => writeForeignOwner(), 'Another ReelMetrics has taken'],
    [
      'was taken by a program of the version before',
      () => writeFile(join(folder, 'lock'), '/tmp/reelmetrics-aaaaaa/lock'),
      'An earlier version',
    ],
  ])('says that it is lost when its file %s', async (_what, change, words) => {
    const lock = await take();
    expect(await lock.check()).toBeNull();
    await change();
    expect(await lock.check()).toContain(words);
    await lock.release();
    held = [];
    await rm(`${folder}.moved`, { recursive: true, force: true });
  });

  it('keeps the heartbeat of an owner at the same length, so that it can be written on a full disk', async () => {
    await take();
    const first = await stat(join(folder, ownerFile));
    expect(decodeOwner(await readFile(join(folder, ownerFile), 'utf8'))).toMatchObject({ state: 'held', beat: 0 });
    expect(first.size).toBe(1024);
  });

  it.each(['', 'junk', '{}', '{"reelmetrics":1}', '[1]', 'null'])(
    'takes a folder whose owner file says %j',
    async (text) => {
      await writeFile(join(folder, ownerFile), text);
      await take();
    },
  );
});

describe('the lock file of the version before', () => {
  it.each([
    ['a folder of others', () => join(tmpdir(), 'reelmetrics-other', 'lock')],
    ['a pipe of another computer', () => String.raw`\\host\pipe\x`],
    ['any file', () => '/etc/passwd'],
  ])('is neither followed nor cleaned up when it names %s', async (_what, named) => {
    const other = join(tmpdir(), 'reelmetrics-other');
    await mkdir(other, { recursive: true });
    await writeFile(join(other, 'kept'), 'theirs');
    await writeFile(join(folder, 'lock'), named());
    await expect(take()).rejects.toMatchObject({
      code: 'data_folder_unusable',
      hint: expect.stringContaining('delete'),
    });
    expect(await readFile(join(other, 'kept'), 'utf8')).toBe('theirs');
    await rm(other, { recursive: true });
  });

  it.runIf(process.platform === 'linux')(
    'keeps the folder for its program also when the folder of its socket is gone, and not after its end',
    async () => {
      const sockets = await mkdtemp(join(tmpdir(), 'reelmetrics-'));
      const socket = join(sockets, 'lock');
      const server = createServer().listen(socket);
      await once(server, 'listening');
      await writeFile(join(folder, 'lock'), socket);
      await rm(sockets, { recursive: true });
      await expect(take()).rejects.toMatchObject({ code: 'data_folder_in_use' });
      server.close();
      await once(server, 'close');
      await take();
    },
  );

  it('is written for programs of that version, and gone after the end', async () => {
    const lock = await take();
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(address);
    await lock.release();
    expect(await readdir(folder)).not.toContain('lock');
  });
});
