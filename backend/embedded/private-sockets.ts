/**
 * Addresses only this user can reach: Unix sockets in a fresh 0700 folder, named pipes with unguessable names on
 * Windows. The embedded PostgreSQL has no password, so nothing of it may listen anywhere else.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const PREFIX = 'reelmetrics-';

export interface PrivateSockets {
  address(name: string): string;
  remove(): Promise<void>;
}

export async function makePrivateSockets(): Promise<PrivateSockets> {
  if (process.platform === 'win32') {
    const secret = randomUUID();
    return { address: (name) => `\\\\.\\pipe\\${PREFIX}${secret}-${name}`, remove: () => Promise.resolve() };
  }
  // mkdtemp makes the folder with mode 0700.
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  return { address: (name) => join(folder, name), remove: () => removePrivateFolder(folder) };
}

/** The private folder a socket address lies in, when it is one of ours; undefined otherwise (and for named pipes). */
export function privateFolderOf(address: string): string | undefined {
  const folder = dirname(address);
  return dirname(folder) === tmpdir() && basename(folder).startsWith(PREFIX) ? folder : undefined;
}

export function removePrivateFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
