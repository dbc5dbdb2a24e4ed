import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Where the user stands: npm runs scripts in the repository and says in INIT_CWD where it was called. */
export const userFolder = process.env.INIT_CWD ?? process.cwd();

/** What setup keeps between runs and between clones. Deleting it costs a download. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'reelmetrics');

/** @param {...string} parts */
export const inRepository = (...parts) => join(repository, ...parts);

/** The pinned Node of the toolchain, from the npm package `node`; null before the packages are installed. */
export function toolchainNode() {
  const path = inRepository('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(path) ? path : null;
}

/** The toolchain's Node once packages are there, which setup sees to. */
export function requireToolchainNode() {
  const path = toolchainNode();
  if (path === null) throw new Error('The toolchain is not installed: run npm ci.');
  return path;
}
