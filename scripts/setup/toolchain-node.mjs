import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SetupError } from '../lib/say.mjs';

/**
 * The npm package "node" fetches its binary by an install script, past package-lock.json: so what it fetched is compared
 * with what was seen when this version was chosen. macOS is missing: its packages could not be fetched then.
 */
export const pinnedNode = {
  version: '24.21.0',
  /** SHA-256 of the executable, by platform and architecture. @type {Readonly<Record<string, string>>} */
  sha256: {
    'linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
    'linux-arm64': '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
    'win32-x64': 'ba4e6d110e8c1592a1ecd390f6b05f3da124b13871a5be62b341a07a853c6c32',
  },
};

/** Errors: `SetupError` when the file is another program. @param {string} executable @param {string} [platform] */
export async function requirePinnedNode(executable, platform = `${process.platform}-${process.arch}`) {
  const wanted = pinnedNode.sha256[platform];
  if (wanted === undefined) return;
  const found = createHash('sha256')
    .update(await readFile(executable))
    .digest('hex');
  if (found === wanted) return;
  throw new SetupError(
    `${executable} is not the Node ${pinnedNode.version} that this repository was made with: its SHA-256 is ${found}, not ${wanted}. ` +
      'Delete node_modules and install again; if that does not help, the registry serves another file.',
  );
}
