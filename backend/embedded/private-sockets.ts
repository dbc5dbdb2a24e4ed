/**
 * Addresses only this user can reach: Unix sockets in a fresh 0700 folder, named pipes with unguessable names on
 * Windows. The embedded PostgreSQL has no password, so nothing of it may listen anywhere else.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AppError, messageOf } from '../lib/app-error.ts';

const PREFIX = 'reelmetrics-';
/** What every system takes as the address of a socket: macOS 103 bytes, Linux 107. */
const MAX_ADDRESS_BYTES = 103;
/** As long as any name that is listened on here. */
const LONGEST_NAME = 'db99999';

export interface PrivateSockets {
  address(name: string): string;
  /** Whether the addresses can still be connected to by their paths. */
  exist(): Promise<boolean>;
  remove(): Promise<void>;
}

/**
 * Makes the first place that works: the temporary folder, the session's own folder, /tmp, the data folder.
 * `lock` is listened on from here on, for programs of the version before. Errors: `AppError` `data_folder_unusable`.
 */
export async function makePrivateSockets(dataDir: string): Promise<PrivateSockets> {
  if (process.platform === 'win32') {
    const secret = randomUUID();
    const address = (name: string) => `\\\\.\\pipe\\${PREFIX}${secret}-${name}`;
    const server = await listen(address('lock'));
    return { address, exist: () => Promise.resolve(true), remove: () => close(server) };
  }
  const places = [tmpdir(), process.env.XDG_RUNTIME_DIR ?? '', '/tmp', dataDir];
  const reasons: string[] = [];
  for (const place of new Set(places)) {
    if (!isAbsolute(place)) continue;
    if (Buffer.byteLength(join(place, `${PREFIX}XXXXXX`, LONGEST_NAME)) > MAX_ADDRESS_BYTES) {
      reasons.push(`${place} is too long`);
      continue;
    }
    try {
      return await makeSocketsIn(place);
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new AppError(
    'data_folder_unusable',
    `There is no folder in which the embedded database can listen: ${reasons.join('; ')}`,
    { hint: 'Set TMPDIR to a folder that exists and whose path is shorter than 70 characters.' },
  );
}

async function makeSocketsIn(place: string): Promise<PrivateSockets> {
  // mkdtemp makes the folder with mode 0700.
  const folder = await mkdtemp(join(place, PREFIX));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const server = await listen(join(folder, 'lock'));
    return {
      address: (name) => join(folder, name),
      exist: () =>
        stat(folder).then(
          () => true,
          () => false,
        ),
      async remove() {
        await close(server);
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
