import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramArguments } from './arguments.ts';

/** Where the program keeps its things. */
export interface Folders {
  /** Electron's userData: settings, window state, logs, crash reports. */
  readonly user: string;
  /** The embedded database. */
  readonly data: string;
  readonly logs: string;
  readonly crashes: string;
  readonly settingsFile: string;
  readonly windowStateFile: string;
  /** Removed at exit; null when nothing is thrown away. */
  readonly throwAway: string | null;
}

/**
 * A diagnostic run gets folders of its own, so that it neither reads nor changes the user's settings; its database too,
 * unless one was named. `userData` is Electron's folder for the user.
 */
export function chooseFolders(args: ProgramArguments, userData: string): Folders {
  const throwAway = args.smoke === null ? null : mkdtempSync(join(tmpdir(), 'reelmetrics-smoke-'));
  const user = throwAway === null ? userData : join(throwAway, 'user');
  mkdirSync(user, { recursive: true });
  return {
    user,
    data: args.dataDir ?? join(throwAway ?? user, 'data'),
    logs: join(user, 'logs'),
    crashes: join(user, 'crashes'),
    settingsFile: join(user, 'settings.json'),
    windowStateFile: join(user, 'window-state.json'),
    throwAway,
  };
}

/** At the very end: Chromium writes into its folder until the process goes. */
export function removeThrowAway(folders: Folders): void {
  if (folders.throwAway !== null) rmSync(folders.throwAway, { recursive: true, force: true, maxRetries: 3 });
}
