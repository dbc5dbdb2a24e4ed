/**
 * Stands between PGlite and its files, in its worker: counts what it asks of them, so that a long query can be told from
 * one that spins, and looks before a write whether the data folder is still ours. A program that slept, or was suspended,
 * goes on in the middle of whatever it did; its first write must not reach a folder that another has taken meanwhile.
 */
import fs from 'node:fs';
import { beganAt, endedAt, type FileGuardSettings } from './worker-protocol.ts';

/** By both clocks: one of them stands still while the computer sleeps. */
const CHECK_MS = 1_000;

const reading = ['readSync', 'openSync', 'lstatSync', 'fstatSync', 'readdirSync', 'closeSync'] as const;
const writing = [
  'writeSync',
  'ftruncateSync',
  'truncateSync',
  'unlinkSync',
  'renameSync',
  'mkdirSync',
  'rmdirSync',
  'writeFileSync',
] as const;

/** From here on, for the life of this thread. `onLost` must end it. */
export function guardFiles({ ownerPath, token, calls }: FileGuardSettings, onLost: () => never): void {
  const readOwner = fs.readFileSync;
  const mark = `"token":"${token}"`;
  let checkedAt = performance.now();
  let checkedTime = Date.now();
  const check = () => {
    const at = performance.now();
    const time = Date.now();
    if (at - checkedAt < CHECK_MS && Math.abs(time - checkedTime) < CHECK_MS) return;
    checkedAt = at;
    checkedTime = time;
    let owner: string;
    try {
      owner = readOwner(ownerPath, 'utf8');
    } catch {
      // Removed, or for a moment moved aside: the main thread looks twice and ends this one.
      return;
    }
    if (!owner.includes(mark)) onLost();
  };
  const files: Record<string, (...args: never[]) => unknown> = fs as never;
  const wrap = (name: string, before: () => void) => {
    const original = files[name];
    if (!original) return;
    files[name] = (...args) => {
      before();
      Atomics.add(calls, beganAt, 1);
      try {
        return original(...args);
      } finally {
        Atomics.add(calls, endedAt, 1);
      }
    };
  };
  for (const name of reading) wrap(name, () => {});
  for (const name of writing) wrap(name, check);
}
