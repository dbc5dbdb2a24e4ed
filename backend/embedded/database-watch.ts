/**
 * Looks after an open data folder: is it still there and ours, is there room on its disk. What it finds is told by its
 * three answers alone; what follows from them is the database's to decide.
 */

import { messageOf } from '../lib/app-error.ts';
import { type FolderIdentity, identifyFolder, roomIn } from './data-folder.ts';
import { type DatabaseFailure, diskFull, explainFailure, folderGone, lockLost } from './database-failure.ts';
import type { FolderLock } from './folder-lock.ts';

/**
 * Storing pauses below the reserve: what is under way when the disk fills up, the segment of the write-ahead log that it
 * needs (4 MB) and a checkpoint still fit. It resumes with some more, so that it does not flutter.
 */
const RESERVE_BYTES = 16 * 1024 * 1024;
const RESUME_BYTES = 24 * 1024 * 1024;

export class DatabaseWatch {
  readonly #dataDir: string;
  readonly #lock: FolderLock;
  readonly #folder: FolderIdentity;
  #full = false;
  /** Bytes that were free at the last look. */
  room = 0;

  constructor(dataDir: string, lock: FolderLock, folder: FolderIdentity) {
    this.#dataDir = dataDir;
    this.#lock = lock;
    this.#folder = folder;
  }

  /** null when all is well; else why nothing may be written. */
  async look(): Promise<DatabaseFailure | null> {
    try {
      const folder = await identifyFolder(this.#dataDir);
      if (folder?.inode !== this.#folder.inode || folder.device !== this.#folder.device)
        return folderGone(this.#dataDir);
      const lost = await this.#lock.check();
      if (lost !== null) return lockLost(lost);
      this.room = await roomIn(this.#dataDir);
      this.#full = this.room < (this.#full ? RESUME_BYTES : RESERVE_BYTES);
      return this.#full ? diskFull(this.#dataDir) : null;
    } catch (error) {
      return explainFailure(messageOf(error), this.#dataDir);
    }
  }
}
