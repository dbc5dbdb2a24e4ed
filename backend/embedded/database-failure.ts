/** What the embedded database's last words mean: what is wrong, what to do, and whether it can come back. */
import { AppError, type ErrorCode } from '../lib/app-error.ts';

/** When opening it again makes sense: once its disk has room, once its folder can be written, soon, or never. */
export type ComesBack = 'with-room' | 'when-writable' | 'soon' | 'never';

export interface DatabaseFailure {
  readonly code: ErrorCode;
  /** A sentence. */
  readonly reason: string;
  readonly hint: string;
  readonly comesBack: ComesBack;
}

export function restoreHint(dataDir: string): string {
  return `Close ReelMetrics and put a copy of ${dataDir} in its place that was made while ReelMetrics was closed; or move the folder aside to begin with new data.`;
}

/** Numbers by which the WASM's file system names errors (emscripten). */
const wasmErrors = new Map([
  [2, 'EACCES: permission denied'],
  [19, 'EDQUOT: disk quota exceeded'],
  [29, 'EIO: input/output error'],
  [44, 'ENOENT: no such file or directory'],
  [51, 'ENOSPC: no space left on device'],
  [54, 'ENOTDIR: not a directory'],
  [63, 'EPERM: operation not permitted'],
  [69, 'EROFS: read-only file system'],
]);

/** The words of anything that PGlite throws; its file system throws what is no Error. */
export function wordsOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'errno' in error && typeof error.errno === 'number') {
    const known = wasmErrors.get(error.errno);
    if (known !== undefined) return known;
    if (!(error instanceof Error)) return `file system error ${error.errno}`;
  }
  return error instanceof Error ? error.message : String(error);
}

const full = /no space left|ENOSPC|disk quota|EDQUOT/i;
const locked = /read-only file system|EROFS|permission denied|EACCES|EPERM|operation not permitted/i;
const damaged =
  /invalid page|could not read blocks?|checkpoint record|incompatible with server|control file|pg_control|checksum|magic number|could not (access|locate|find)|does not exist|no such file|ENOENT|ENOTDIR|missing|corrupt|unexpected data|PGlite failed to initialize/i;

/** @param words of the worker: what it threw, or PostgreSQL's last FATAL or PANIC */
export function explainFailure(words: string, dataDir: string): DatabaseFailure {
  if (full.test(words)) return diskFull(dataDir);
  if (locked.test(words)) {
    return {
      code: 'data_folder_unusable',
      reason: `The data folder ${dataDir} cannot be written: ${words}.`,
      hint: 'Give this user the right to write there, or mount its disk for writing.',
      comesBack: 'when-writable',
    };
  }
  if (damaged.test(words)) {
    return {
      code: 'data_damaged',
      reason: `The database in ${dataDir} is damaged: ${words}.`,
      hint: restoreHint(dataDir),
      comesBack: 'never',
    };
  }
  return {
    code: 'database_failed',
    reason: `The embedded database failed: ${words}.`,
    hint: `Start ReelMetrics again. If it fails again: ${restoreHint(dataDir)}`,
    comesBack: 'soon',
  };
}

export function diskFull(dataDir: string): DatabaseFailure {
  return {
    code: 'disk_full',
    reason: `The disk of ${dataDir} is full; storing is paused and nothing that was acknowledged is lost.`,
    hint: 'Make room on it; storing resumes within seconds.',
    comesBack: 'with-room',
  };
}

export function folderGone(dataDir: string): DatabaseFailure {
  return {
    code: 'data_folder_gone',
    reason: `The data folder ${dataDir} was removed or moved, or its disk was taken away.`,
    hint: 'Put it back in its place and start ReelMetrics again.',
    comesBack: 'never',
  };
}

export function lockLost(what: string): DatabaseFailure {
  return {
    code: 'data_folder_lost',
    reason: `${what} This program has stopped storing.`,
    hint: 'Make sure that one program alone uses the folder, and start ReelMetrics again.',
    comesBack: 'never',
  };
}

export function asError(failure: DatabaseFailure): AppError {
  return new AppError(failure.code, failure.reason, { hint: failure.hint });
}
