/** Messages between the main thread and the worker that holds the embedded PostgreSQL. */
export type ToWorker =
  /** Makes the database of a folder that has none. */
  | { readonly type: 'create'; readonly folder: string; readonly guard: FileGuardSettings }
  | { readonly type: 'open'; readonly folder: string; readonly socketPath: string; readonly guard: FileGuardSettings }
  /** Answered as soon as no query runs. */
  | { readonly type: 'ping'; readonly number: number }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'progress'; readonly step: string; readonly share: number | null }
  /** The database was created, or it is listening on the socket. */
  | { readonly type: 'ready' }
  | { readonly type: 'pong'; readonly number: number }
  /** A page cannot be read; the database goes on with the others. */
  | { readonly type: 'damaged'; readonly words: string }
  /** The database is gone; the worker ends itself after this. `lost`: another program has taken the folder. */
  | { readonly type: 'failed'; readonly words: string; readonly lost: boolean }
  | { readonly type: 'closed' };

export interface FileGuardSettings {
  /** The file that says who owns the data folder, and what it says while that is us. */
  readonly ownerPath: string;
  readonly token: string;
  /** Two counts, `beganAt` and `endedAt`, of what the database asks of its files: whether a long query gets on. */
  readonly calls: Int32Array<SharedArrayBuffer>;
}

export const beganAt = 0;
export const endedAt = 1;
