/**
 * Exclusive use of a data folder by one process. The lock file names a socket on which the owner listens: whoever can
 * connect to it knows that the owner lives. After a kill -9 nobody listens any more, so the next start takes the folder
 * over at once, without guessing from process ids that may have been given to another program.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { AppError, codeOf } from '../lib/app-error.ts';
import { privateFolderOf, removePrivateFolder } from './private-sockets.ts';

const CONNECT_TIMEOUT_MS = 2_000;
/** Between creating the lock file and its content being readable; also the pause in which a rival take-over shows. */
const SETTLE_MS = 40;
const ATTEMPTS = 25;
/** Someone listens, but has too many callers waiting (a Unix socket, a named pipe) or belongs to another user. */
const busyCodes: ReadonlySet<unknown> = new Set(['EAGAIN', 'EBUSY', 'EACCES', 'EPERM']);

export interface FolderLock {
  release(): Promise<void>;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.unref();
      resolve(server);
    });
  });
}

function isOwnerAlive(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const settle = (alive: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(alive);
    };
    // Too slow to answer still means that someone listens.
    const timer = setTimeout(() => settle(true), CONNECT_TIMEOUT_MS);
    socket.once('connect', () => settle(true));
    socket.once('error', (error) => settle(busyCodes.has(codeOf(error))));
  });
}

async function readOwner(lockFile: string): Promise<string | null> {
  try {
    return await readFile(lockFile, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Takes the folder or throws `AppError` `data_folder_in_use`.
 * @param socketPath where to listen as long as the lock is held (a path in a private folder, or a named pipe)
 */
export async function lockFolder(folder: string, socketPath: string): Promise<FolderLock> {
  const lockFile = join(folder, 'lock');
  const server = await listen(socketPath);
  try {
    await takeLockFile(lockFile, socketPath, folder);
  } catch (error) {
    await new Promise((resolve) => server.close(resolve));
    throw error;
  }
  return {
    async release() {
      if ((await readOwner(lockFile)) === socketPath) await rm(lockFile, { force: true });
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function takeLockFile(lockFile: string, socketPath: string, folder: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await writeFile(lockFile, socketPath, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    let owner = await readOwner(lockFile);
    if (owner === '') {
      // Its maker has not written the name yet, or died before: give it one chance.
      await pause(SETTLE_MS);
      owner = await readOwner(lockFile);
    }
    if (owner === null) continue;
    if (owner !== '' && (await isOwnerAlive(owner))) throw inUse(folder);
    if (await takeOver(lockFile, owner, socketPath)) return;
  }
  throw inUse(folder);
}

/**
 * Moves the dead owner's file away (only one process can) and looks whether it really was that owner's. A rival that
 * moved ours away in the same moment shows after the pause.
 */
async function takeOver(lockFile: string, owner: string, socketPath: string): Promise<boolean> {
  const aside = `${lockFile}.${randomUUID()}`;
  try {
    await rename(lockFile, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  const moved = await readOwner(aside);
  if (moved !== owner) {
    // Someone was faster: give the file back.
    await rename(aside, lockFile);
    return false;
  }
  await rm(aside, { force: true });
  try {
    await writeFile(lockFile, socketPath, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  await pause(SETTLE_MS);
  if ((await readOwner(lockFile)) !== socketPath) return false;
  const left = privateFolderOf(owner);
  if (left) await removePrivateFolder(left);
  return true;
}

function inUse(folder: string): AppError {
  return new AppError('data_folder_in_use', `The data folder ${folder} is in use by another ReelMetrics.`, {
    hint: 'Close the other window or program that uses this folder, or choose another folder.',
  });
}
