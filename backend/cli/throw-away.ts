/** Folders for data that nobody keeps, and those of programs that were killed. */
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';

const prefix = 'reelmetrics-throw-away-';
/** How often a folder says that it is in use. */
const signMs = 10_000;
/** One that has said nothing for this long, and whose program does not run, belongs to nobody. */
const staleMs = 10 * 60_000;

export interface ThrowAwayFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Makes one in the first place that works, and removes those that were left behind there. Errors: `AppError`
 * `data_folder_unusable`.
 */
export async function throwAwayFolder(
  places: readonly string[] = [tmpdir(), process.env.XDG_RUNTIME_DIR ?? '', '/tmp'],
): Promise<ThrowAwayFolder> {
  const { place, path } = await makeFolder(places);
  const sign = setInterval(() => void say(path), signMs);
  sign.unref();
  await removeLeftBehind(place, path);
  return {
    path,
    async remove() {
      clearInterval(sign);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function makeFolder(places: readonly string[]): Promise<{ readonly place: string; readonly path: string }> {
  const reasons: string[] = [];
  for (const place of new Set(places)) {
    if (!isAbsolute(place)) continue;
    try {
      return { place, path: await mkdtemp(join(place, `${prefix}${process.pid}-`)) };
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new AppError('data_folder_unusable', `There is no folder for throw-away data: ${reasons.join('; ')}`, {
    hint: 'Set TMPDIR to a folder that exists, or give --data-dir.',
  });
}

/** The time of a folder is its sign of life. */
async function say(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

async function removeLeftBehind(place: string, own: string): Promise<void> {
  // By the clock of the file system on which the others have left their signs, too.
  const { mtimeMs: now } = await stat(own);
  for (const name of await readdir(place)) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    const path = join(place, name);
    if (pid === undefined || path === own || runs(Number(pid))) continue;
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory() !== true || now - found.mtimeMs < staleMs) continue;
    // Of another user, or another program removes it: it stays, or is gone.
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether a process of that number is there: of this system, as far as it can be seen from here. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
