import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inRepository, repository } from '../lib/paths.mjs';
import { SetupError } from '../lib/say.mjs';
import { beginning } from './processes.mjs';

/**
 * What `up` leaves for the commands after it, in services.json of the folder.
 * @typedef {object} Started
 * @property {'docker' | 'native'} by
 * @property {import('./addresses.mjs').ServiceName[]} names
 * @property {import('./addresses.mjs').Ports} ports
 * @property {string} password The database's.
 */

const file = 'services.json';
const lock = 'services.lock';

/**
 * `.services` of the repository. For root it has to lie where PostgreSQL's own user may enter, which a home folder is not.
 * @returns {string}
 */
export function defaultFolder() {
  const within = inRepository('.services');
  if (process.getuid?.() !== 0 || isOpen(repository)) return within;
  const mark = createHash('sha256').update(repository).digest('hex').slice(0, 8);
  return join('/var/lib', `${basename(repository)}-services-${mark}`);
}

/** Whether everyone may enter a folder and all above it. @param {string} folder @returns {boolean} */
function isOpen(folder) {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || isOpen(parent));
}

/** @param {string} folder @returns {Started | null} */
export function readStarted(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return null;
    throw new SetupError(`${join(folder, file)} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** @param {string} folder @param {Started} started */
export async function writeStarted(folder, started) {
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `${file}.new`);
  await writeFile(draft, JSON.stringify(started, null, 2), { mode: 0o600 });
  await rename(draft, join(folder, file));
}

/** Errors: SetupError while another command is at work in the folder. @template T @param {string} folder @param {() => Promise<T>} work @returns {Promise<T>} */
export async function alone(folder, work) {
  await mkdir(folder, { recursive: true });
  const path = join(folder, lock);
  const mine = JSON.stringify({ pid: process.pid, began: beginning(process.pid) });
  const take = () => writeFile(path, mine, { flag: 'wx' });
  try {
    await take();
  } catch {
    const { pid, began } = holder(path);
    if (began !== null && beginning(pid) === began) {
      throw new SetupError(`Another services command is at work in ${folder} (process ${pid}): wait for its end.`);
    }
    await rm(path, { force: true });
    await take();
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** @param {string} path @returns {{ pid: number, began: string | null }} */
function holder(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { pid: 0, began: null };
  }
}
