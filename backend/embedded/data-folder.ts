/** The folder of the embedded data: whose it is, what it must hold, and how much room its disk has. */
import { mkdir, readdir, readFile, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { restoreHint } from './database-failure.ts';
import { lockFileName, ownerFile } from './folder-lock.ts';

/** Written once there was a database: a folder without one then has lost it, and is not new. */
const markerFile = 'reelmetrics.json';
const databaseFolder = 'postgres';
const unfinishedFolder = 'postgres.unfinished';
const databaseVersion = '18';

/** Names that ReelMetrics gives, and what operating systems leave in any folder. */
const ours = new RegExp(
  `^(${[ownerFile, lockFileName, 'lock', databaseFolder, unfinishedFolder].map((name) => name.replace('.', '\\.')).join('|')}` +
    `|${markerFile.replace('.', '\\.')}|owner\\..+|lock\\..+|reelmetrics-.{6})$`,
);
const systemNames: ReadonlySet<string> = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', 'lost+found']);
const traces = [markerFile, ownerFile, databaseFolder, unfinishedFolder, 'lock'];

/**
 * Makes the folder for this user only, or takes one that is there when it is empty or ours. What was there keeps its
 * rights: the database in it is in a folder of its own. Errors: `AppError` `data_folder_unusable`.
 */
export async function prepareFolder(dataDir: string): Promise<void> {
  let names: string[];
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    names = await readdir(dataDir);
  } catch (error) {
    throw new AppError('data_folder_unusable', `The data folder ${dataDir} cannot be used: ${messageOf(error)}`, {
      hint: 'Choose a folder that you may read and write.',
      cause: error,
    });
  }
  if (names.some((name) => traces.includes(name))) return;
  const foreign = names.filter((name) => !ours.test(name) && !systemNames.has(name));
  if (foreign.length === 0) return;
  const some = foreign.slice(0, 3).join(', ');
  throw new AppError(
    'data_folder_unusable',
    `The folder ${dataDir} holds ${foreign.length === 1 ? 'a file' : 'files'} that ReelMetrics has not made (${some}).`,
    { hint: `Choose an empty folder, or one inside it: ${join(dataDir, 'reelmetrics')}` },
  );
}

/**
 * Whether the folder holds a database. Call it by its owner only.
 * Errors: `AppError` `data_damaged` when it has lost one, or holds one that this version cannot open.
 */
export async function findDatabase(dataDir: string): Promise<boolean> {
  const version = await readOptional(join(dataDir, databaseFolder, 'PG_VERSION'));
  if (version === null) {
    const made = await readOptional(join(dataDir, markerFile));
    const emptied = await exists(join(dataDir, databaseFolder));
    if (made === null && !emptied) return false;
    throw new AppError('data_damaged', `The data folder ${dataDir} held data, but its database is gone.`, {
      hint: restoreHint(dataDir),
    });
  }
  if (version.trim() === databaseVersion) return true;
  const told = /^\d+(\.\d+)?$/.test(version.trim());
  throw new AppError(
    'data_damaged',
    told
      ? `The database in ${dataDir} is of PostgreSQL ${version.trim()}; this version of ReelMetrics opens ${databaseVersion}.`
      : `The database in ${dataDir} is damaged: its file PG_VERSION is not readable as a version.`,
    {
      hint: told
        ? 'Open it with the version of ReelMetrics that made it, or choose another folder.'
        : restoreHint(dataDir),
    },
  );
}

/** From now on a folder without a database is one that has lost it. */
export async function markFolder(dataDir: string): Promise<void> {
  try {
    await writeFile(join(dataDir, markerFile), `${JSON.stringify({ madeBy: 'ReelMetrics', format: 1 })}\n`, {
      flag: 'wx',
      mode: 0o600,
    });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

export interface FolderIdentity {
  readonly device: number;
  readonly inode: number;
}

/** Of the file that every database has for its whole life; null when it is not there. */
export async function identifyFolder(dataDir: string): Promise<FolderIdentity | null> {
  try {
    const { dev, ino } = await stat(join(dataDir, databaseFolder, 'PG_VERSION'));
    return { device: dev, inode: ino };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Bytes that this user may still write on the folder's disk. */
export async function roomIn(dataDir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dataDir);
  return bavail * bsize;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}
