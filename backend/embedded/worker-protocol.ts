/** Messages between the main thread and the worker that holds the embedded PostgreSQL. */
export type ToWorker =
  | { readonly type: 'open'; readonly folder: string; readonly socketPath: string }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'progress'; readonly step: string; readonly share: number | null }
  /** Listening on the socket. `created`: the database was made by this call. */
  | { readonly type: 'ready'; readonly created: boolean }
  /** The database is gone; the worker ends itself after this. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'closed' };
