import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository, repository, requireToolchainNode } from '../lib/paths.mjs';
import { run, toolchainEnvironment } from '../lib/run.mjs';
import { SetupError, say } from '../lib/say.mjs';

const sources = ['backend', 'electron', 'renderer', 'electron.vite.config.ts', 'package.json', 'package-lock.json'];
/** Each is written by one of the three builds. */
const products = ['out/main/index.js', 'out/main/cli.js', 'out/preload/index.cjs', 'out/renderer/index.html'];

/** Builds main, preload and renderer into out/ when any source is newer than what lies there. */
export async function ensureBuilt() {
  if (isStale()) await build();
}

async function build() {
  say('building');
  const vite = inRepository('node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const args = [vite, 'build', '--logLevel', 'warn'];
  const code = await run(requireToolchainNode(), args, { env: toolchainEnvironment(), stdio: ['ignore', 2, 2] });
  if (code !== 0) throw new SetupError(`The build failed with exit code ${code}; its reasons are above.`);
}

function isStale() {
  const oldest = Math.min(...products.map(modified));
  return oldest === 0 || newest(sources.map((path) => join(repository, path))) > oldest;
}

/** @param {string} path */
function modified(path) {
  try {
    return statSync(inRepository(path)).mtimeMs;
  } catch {
    return 0;
  }
}

/** The time of the latest change among the files and folders given; a folder's own time tells of files removed. @param {string[]} paths @returns {number} */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    latest = Math.max(latest, found.mtimeMs);
    if (found.isDirectory()) latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}
