/**
 * The file `lock` of the version before: the path of a socket on which its owner listens. Programs of that version look at
 * nothing else, so it is still written for them. What others have written there is never connected to and nothing that it
 * names is removed.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, codeOf } from '../lib/app-error.ts';

const former = /^(\/.*\/reelmetrics-[A-Za-z0-9]{6}\/lock|\\\\\.\\pipe\\reelmetrics-[0-9a-f-]{36}-lock)$/;

/**
 * Settles whether a program of the version before uses the folder.
 * @param ours what the last owner of this version wrote, whose end is judged by its own record
 * Errors: `inUse()`; `AppError` `data_folder_unusable` when it cannot be told.
 */
export async function settleFormerLock(folder: string, ours: string | null, inUse: () => AppError): Promise<void> {
  const path = join(folder, 'lock');
  const address = await readFormerLock(folder);
  // An empty one is left by a program that was killed, or found the disk full, while it wrote it.
  if (address === null || address === '' || address === ours) return;
  if (!former.test(address)) {
    throw new AppError('data_folder_unusable', `The file ${path} was not written by ReelMetrics.`, {
      hint: 'If no other program uses this folder, delete that file and start again; or choose another folder.',
    });
  }
  const bound = await readOptional('/proc/net/unix');
  if (bound === null) {
    throw new AppError(
      'data_folder_in_use',
      `The data folder ${folder} was last used by an earlier version of ReelMetrics, which did not close it.`,
      { hint: `Close that version. If it does not run any more, delete the file ${path} and start again.` },
    );
  }
  // The kernel's list of sockets: it does not matter whether their folder can be seen from here, or is still there.
  if (bound.split('\n').some((line) => line.endsWith(` ${address}`))) throw inUse();
}

/** null when there is none. */
export function readFormerLock(folder: string): Promise<string | null> {
  return readOptional(join(folder, 'lock'));
}

export async function writeFormerLock(folder: string, address: string): Promise<void> {
  const path = join(folder, 'lock');
  const unfinished = `${path}.${randomUUID()}`;
  await writeFile(unfinished, address, { mode: 0o600 });
  await rename(unfinished, path);
}

export async function removeFormerLock(folder: string, address: string): Promise<void> {
  if ((await readFormerLock(folder)) === address) await rm(join(folder, 'lock'), { force: true });
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
