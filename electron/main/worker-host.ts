import { Worker } from 'node:worker_threads';

/** Starts the worker thread of the embedded PostgreSQL. The only place that knows where its bundle lies: beside main's. */
export function startPostgresWorker(): Worker {
  return new Worker(new URL('./postgres-worker.js', import.meta.url));
}
