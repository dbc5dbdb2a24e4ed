/** Messages between the main thread and the worker that holds the embedded PostgreSQL. */
export type ToWorker =
  /** Makes the database of a folder that has none. */
  | { readonly type: 'create'; readonly folder: string }
  | { readonly type: 'open'; readonly folder: string; readonly socketPath: string }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'progress'; readonly step: string; readonly share: number | null }
  /** The database was created, or it is listening on the socket. */
  | { readonly type: 'ready' }
  /** The database is gone; the worker ends itself after this. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'closed' };
