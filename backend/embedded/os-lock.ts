/// <reference path="./native-extensions.d.ts" />
/**
 * A lock of the operating system on an open file. It lies on the file itself, so every program of this computer meets it,
 * whatever its temporary folder, container or process ids; it ends with the process that holds it, and not before.
 */

/** `unavailable`: the file system or the platform knows no locks. */
export type OsLockState = 'held' | 'busy' | 'unavailable';

/** @param fd open for writing; closing it gives the lock back */
export type OsLock = (fd: number) => OsLockState;

const noLocks: OsLock = () => 'unavailable';

let loaded: Promise<OsLock> | undefined;

/** The lock of this platform. A program without it falls back on heartbeats alone. */
export function loadOsLock(): Promise<OsLock> {
  loaded ??= import('fs-native-extensions').then(
    ({ tryLock }): OsLock =>
      (fd) => {
        try {
          return tryLock(fd) ? 'held' : 'busy';
        } catch {
          return 'unavailable';
        }
      },
    () => noLocks,
  );
  return loaded;
}
