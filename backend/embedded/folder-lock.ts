/**
 * Exclusive use of a data folder by one process, proved by what lies in the folder itself: the file `owner.lock`, which the
 * owner holds locked (a lock of the operating system), and the file `owner`, which names it and in which its heartbeat
 * counts. A newcomer refuses when the lock is held, when the named process lives, or when the heartbeat changes while it
 * watches; clocks are never compared. Where the operating system gives no lock, a dead owner's file is moved away, which
 * only one newcomer can do.
 *
 * The database's own file PG_VERSION is locked too: the others may be deleted by hand while the owner lives.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { systemClock } from '../ports/clock.ts';
import {
  decodeOwner,
  encodeOwner,
  identifyProcess,
  judgeOwner,
  newToken,
  type OwnerRecord,
  type ProcessIdentity,
} from './folder-owner.ts';
import { readFormerLock, removeFormerLock, settleFormerLock, writeFormerLock } from './former-lock.ts';
import { loadOsLock, type OsLock, type OsLockState } from './os-lock.ts';

export const ownerFile = 'owner';
export const lockFileName = 'owner.lock';

const BEAT_MS = 2_000;
/** A heartbeat that does not change for so long has stopped. */
const SILENCE_MS = 10_000;
const LOOK_MS = 250;
/** Without a lock, a rival that took the folder in the same moment shows within this. */
const SETTLE_MS = 200;
/** Without a lock, an owner that could not show for so long that it lives may have lost the folder. */
const BEAT_LIMIT_MS = 6_000;
const ATTEMPTS = 20;

export interface FolderLock {
  /** What the file `owner` says while this process owns the folder. */
  readonly token: string;
  /** null while the folder is ours; else what has become of the lock, as a sentence. */
  check(): Promise<string | null>;
  /** Another address for programs of the version before. */
  moveTo(address: string): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  /** Where this process listens for programs of the version before. */
  readonly address: string;
  /** Told while a silent owner is watched. */
  readonly onWait?: () => void;
  /** The platform's, unless a test brings its own. */
  readonly osLock?: OsLock;
  readonly silenceMs?: number;
}

/** Takes the folder. Errors: `AppError` `data_folder_in_use`, `data_folder_unusable`. */
export async function lockFolder(folder: string, options: LockOptions): Promise<FolderLock> {
  const osLock = options.osLock ?? (await loadOsLock());
  const attempt = new Attempt(folder, { ...options, osLock }, await identifyProcess());
  try {
    return await attempt.run();
  } catch (error) {
    await attempt.giveUp();
    if (error instanceof AppError) throw error;
    throw new AppError('data_folder_unusable', `The data folder ${folder} cannot be locked: ${messageOf(error)}`, {
      hint: 'Choose a folder on a disk that can be written to, or give this user the right to write there.',
      cause: error,
    });
  }
}

class Attempt {
  readonly #folder: string;
  readonly #path: string;
  readonly #options: LockOptions & { readonly osLock: OsLock };
  readonly #me: ProcessIdentity;
  #handles: FileHandle[] = [];

  constructor(folder: string, options: LockOptions & { readonly osLock: OsLock }, me: ProcessIdentity) {
    this.#folder = folder;
    this.#path = join(folder, ownerFile);
    this.#options = options;
    this.#me = me;
  }

  async run(): Promise<FolderLock> {
    for (let round = 0; round < ATTEMPTS; round += 1) {
      const handle = await this.#take();
      if (handle) return handle;
      await this.giveUp();
    }
    throw inUse(this.#folder, null);
  }

  async giveUp(): Promise<void> {
    for (const handle of this.#handles.splice(0)) await handle.close();
  }

  /** undefined when others have changed something meanwhile: look again. */
  async #take(): Promise<FolderLock | undefined> {
    const lockPath = join(this.#folder, lockFileName);
    const lock = await this.#open(lockPath);
    const handle = await this.#open(this.#path);
    const state = this.#options.osLock(lock.fd);
    const before = await readOwner(handle);
    const signed = async () => inUse(this.#folder, before, await ageOf(handle));
    if (state === 'busy') throw await signed();
    const database = await this.#lockDatabase();
    if (database === 'busy') throw await signed();
    if (!(await isSameFile(lock, lockPath)) || !(await isSameFile(handle, this.#path))) return undefined;
    await settleFormerLock(this.#folder, before?.address ?? null, () => inUse(this.#folder, null));
    if (before?.state === 'held') await this.#requireDead(before, state === 'held' && database === 'held');
    const record = this.#newRecord(state === 'held');
    const kept = state === 'held' ? handle : await this.#replace(handle, before);
    if (!kept) return undefined;
    await writeOwner(kept, record);
    if (state === 'unavailable') {
      await systemClock.sleep(SETTLE_MS);
      if (!(await isOurs(kept, this.#path, record.token))) return undefined;
    }
    await writeFormerLock(this.#folder, this.#options.address);
    return new HeldLock(this.#folder, record, { owner: kept, lock }, this.#handles);
  }

  async #open(path: string): Promise<FileHandle> {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#handles.push(handle);
    return handle;
  }

  #newRecord(locked: boolean): OwnerRecord {
    const { address } = this.#options;
    return { reelmetrics: 1, ...this.#me, token: newToken(), state: 'held', beat: 0, locked, address };
  }

  async #lockDatabase(): Promise<OsLockState> {
    // Windows lets nobody read what is locked, the database itself included.
    if (process.platform === 'win32') return 'unavailable';
    try {
      const handle = await open(join(this.#folder, 'postgres', 'PG_VERSION'), 'r+');
      this.#handles.push(handle);
      return this.#options.osLock(handle.fd);
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 'unavailable';
      throw error;
    }
  }

  /**
   * Throws unless the owner is known to have ended.
   * @param locked whether this process holds all the locks now that the owner would hold if it lived
   */
  async #requireDead(owner: OwnerRecord, locked: boolean): Promise<void> {
    // Both under one kernel, which has given the locks back at the owner's end.
    if (locked && owner.locked && owner.boot === this.#me.boot) return;
    const verdict = await judgeOwner(owner, this.#me);
    if (verdict === 'dead') return;
    if (verdict === 'alive') throw inUse(this.#folder, owner);
    this.#options.onWait?.();
    const silenceMs = this.#options.silenceMs ?? SILENCE_MS;
    // Counted in looks of this process: neither a sleep of the computer nor a step of its clock counts as silence.
    for (let silent = 0; silent < silenceMs; silent += LOOK_MS) {
      await systemClock.sleep(LOOK_MS);
      const now = decodeOwner(await readFile(this.#path, 'utf8').catch(() => ''));
      if (now === null || now.state === 'released') return;
      if (now.token !== owner.token || now.beat !== owner.beat) throw inUse(this.#folder, now);
    }
  }

  /** Where there is no lock: moves the dead owner's file away and makes a new one. Only one of several succeeds. */
  async #replace(handle: FileHandle, before: OwnerRecord | null): Promise<FileHandle | undefined> {
    const aside = `${this.#path}.${randomUUID()}`;
    try {
      await rename(this.#path, aside);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    const moved = decodeOwner(await readFile(aside, 'utf8'));
    if (moved?.token !== before?.token || !(await isSameFile(handle, aside))) {
      // A rival was faster, and this is its file: give it back.
      await rename(aside, this.#path);
      return undefined;
    }
    await rm(aside, { force: true });
    try {
      const fresh = await open(this.#path, 'wx+', 0o600);
      this.#handles.push(fresh);
      return fresh;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined;
      throw error;
    }
  }
}

class HeldLock implements FolderLock {
  readonly token: string;
  readonly #folder: string;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #lock: FileHandle;
  readonly #all: readonly FileHandle[];
  readonly #timer: NodeJS.Timeout;
  #record: OwnerRecord;
  #lastBeat = performance.now();
  #beating: Promise<void> = Promise.resolve();
  #lost: string | null = null;
  #released: Promise<void> | undefined;

  constructor(
    folder: string,
    record: OwnerRecord,
    handles: { readonly owner: FileHandle; readonly lock: FileHandle },
    all: readonly FileHandle[],
  ) {
    this.#folder = folder;
    this.#path = join(folder, ownerFile);
    this.#record = record;
    this.token = record.token;
    this.#handle = handles.owner;
    this.#lock = handles.lock;
    this.#all = all;
    this.#timer = setInterval(() => {
      this.#beating = this.#beating.then(() => this.#beat());
    }, BEAT_MS);
    this.#timer.unref();
  }

  async check(): Promise<string | null> {
    if (this.#lost !== null) return this.#lost;
    if (!(await this.#isHeld())) {
      // A rival that has moved it by mistake gives it back at once.
      await systemClock.sleep(SETTLE_MS);
      if (!(await this.#isHeld())) this.#lost = await this.#whatBecame();
    } else if (!this.#record.locked && performance.now() - this.#lastBeat > BEAT_LIMIT_MS) {
      this.#lost = `The file ${this.#path} cannot be written, so other programs cannot see that this one uses the folder.`;
    }
    return this.#lost;
  }

  async moveTo(address: string): Promise<void> {
    this.#record = { ...this.#record, address };
    await writeOwner(this.#handle, this.#record);
    await writeFormerLock(this.#folder, address);
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    try {
      // By its handle: also when the folder has been moved.
      if ((await readOwner(this.#handle))?.token === this.token) {
        await writeOwner(this.#handle, { ...this.#record, state: 'released' });
        await removeFormerLock(this.#folder, this.#record.address);
      }
    } finally {
      for (const handle of this.#all) await handle.close();
    }
  }

  async #beat(): Promise<void> {
    if ((await this.check()) !== null) return;
    const record = { ...this.#record, beat: this.#record.beat + 1 };
    try {
      await writeOwner(this.#handle, record);
      this.#record = record;
      this.#lastBeat = performance.now();
    } catch {
      // A full disk of the kind that writes nothing in place: `check` says so where it matters.
    }
  }

  async #isHeld(): Promise<boolean> {
    const former = await readFormerLock(this.#folder);
    return (
      (former === null || former === this.#record.address) &&
      (await isSameFile(this.#lock, join(this.#folder, lockFileName))) &&
      (await isOurs(this.#handle, this.#path, this.token))
    );
  }

  async #whatBecame(): Promise<string> {
    const former = await readFormerLock(this.#folder).catch(() => null);
    if (former !== null && former !== this.#record.address) {
      return `An earlier version of ReelMetrics has taken the data folder ${this.#folder}.`;
    }
    const other = decodeOwner(await readFile(this.#path, 'utf8').catch(() => ''));
    if (other === null || other.token === this.token) {
      return `The files ${ownerFile} and ${lockFileName}, which show that this program uses ${this.#folder}, were removed.`;
    }
    return `Another ReelMetrics has taken the data folder ${this.#folder} (${nameOf(other)}).`;
  }
}

function nameOf({ host, pid }: OwnerRecord): string {
  return `on ${host}, process ${pid}`;
}

async function readOwner(handle: FileHandle): Promise<OwnerRecord | null> {
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(Math.min(size, 16_384));
  const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, 0);
  return decodeOwner(buffer.toString('utf8', 0, bytesRead));
}

async function writeOwner(handle: FileHandle, record: OwnerRecord): Promise<void> {
  const bytes = encodeOwner(record);
  await handle.write(bytes, 0, bytes.byteLength, 0);
}

async function isSameFile(handle: FileHandle, path: string): Promise<boolean> {
  try {
    const [opened, named] = await Promise.all([handle.stat(), stat(path)]);
    return opened.ino === named.ino && opened.dev === named.dev;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function isOurs(handle: FileHandle, path: string, token: string): Promise<boolean> {
  return (await isSameFile(handle, path)) && (await readOwner(handle))?.token === token;
}

/** How long ago the owner has written its heartbeat, s; null where this computer's clock cannot tell. */
async function ageOf(handle: FileHandle): Promise<number | null> {
  const seconds = Math.round((Date.now() - (await handle.stat()).mtimeMs) / 1000);
  return seconds >= 0 && seconds < 3_600 ? seconds : null;
}

function inUse(folder: string, owner: OwnerRecord | null, age: number | null = null): AppError {
  const sign = age === null ? '' : `, last sign ${age} s ago`;
  const by = owner?.state === 'held' ? ` (${nameOf(owner)}${sign})` : '';
  return new AppError('data_folder_in_use', `The data folder ${folder} is in use by another ReelMetrics${by}.`, {
    hint: 'Close the other window or program that uses this folder, or choose another folder.',
  });
}
