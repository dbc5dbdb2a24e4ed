import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../../backend/lib/app-error.ts';
import type { ProgramArguments } from './arguments.ts';

/** Where the program keeps its things. */
export interface Folders {
  /** Electron's userData: settings, window state, logs, crash reports. */
  readonly user: string;
  /** The embedded database. */
  readonly data: string;
  readonly logs: string;
  /** Crash reports; null in a diagnostic run. */
  readonly crashes: string | null;
  readonly settingsFile: string;
  /** Passwords of the profiles, encrypted. */
  readonly secretsFile: string;
  readonly windowStateFile: string;
  /** Removed at exit; null when nothing is thrown away. */
  readonly throwAway: string | null;
}

/**
 * A diagnostic run gets folders of its own, so that it neither reads nor changes the user's settings; its database too,
 * unless one was named. `userData` is Electron's folder for the user.
 */
export function chooseFolders(args: ProgramArguments, userData: string): Folders {
  const throwAway = args.smoke === null ? null : makeThrowAway(tmpdir());
  const user = throwAway === null ? userData : join(throwAway, 'user');
  mkdirSync(user, { recursive: true });
  return {
    user,
    data: args.dataDir ?? join(throwAway ?? user, 'data'),
    logs: join(user, 'logs'),
    crashes: throwAway === null ? join(user, 'crashes') : null,
    settingsFile: join(user, 'settings.json'),
    secretsFile: join(user, 'secrets.json'),
    windowStateFile: join(user, 'window-state.json'),
    throwAway,
  };
}

/** A folder that carries our process id, so that a later run can tell whether it is still in use. */
export function makeThrowAway(parent: string): string {
  sweepThrowAway(parent);
  return mkdtempSync(join(parent, `${throwAwayPrefix}${process.pid}-`));
}

const throwAwayPrefix = 'reelmetrics-smoke-';

/**
 * Removes what earlier runs left: all of it after a kill, a few files of Chromium otherwise, which writes its preferences
 * after our last line has run.
 */
function sweepThrowAway(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${throwAwayPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeFolder(join(parent, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, for somebody else.
    return codeOf(error) === 'EPERM';
  }
}

/** At the very end of a run. */
export function removeThrowAway(folders: Folders): void {
  if (folders.throwAway !== null) removeFolder(folders.throwAway);
}

function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Another user's, or still held open: the system's own cleaning of its temporary folder takes it.
  }
}
