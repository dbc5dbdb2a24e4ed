/**
 * Entry of the worker thread that holds the embedded PostgreSQL (PGlite) and nothing else, so that no query ever blocks
 * the main event loop. Clients speak the PostgreSQL protocol over a private socket; see worker-protocol.ts.
 * A fresh database is made in a folder beside the final one and renamed into place, so that a kill in the middle of the
 * creation leaves no half-made database behind. A worker creates or opens, not both: the memory that creating takes is
 * given back when its worker ends.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { wordsOf } from './database-failure.ts';
import { guardFiles } from './file-guard.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

/** Small WAL segments: 4 MB are created much faster than the default 16 MB and recycled just the same. */
const creationParameters = ['--wal-segsize=4', '--encoding=UTF8', '--locale=C', '--no-instructions'];

/** The default buffers of 128 MB would all be resident after a while; the operating system caches the files anyway. */
const sessionParameters = ['-c', 'timezone=UTC', '-c', 'max_wal_size=256MB', '-c', 'shared_buffers=24MB'];

if (!parentPort) throw new Error('postgres-worker.ts must be started as a worker thread');
const port = parentPort;

function send(message: FromWorker): void {
  port.postMessage(message);
}

function fail(words: string, lost = false): never {
  send({ type: 'failed', words, lost });
  // At once, also from within a query: after a PANIC the database would go on in a state that no rule covers.
  process.exit(1);
}

/** What PostgreSQL said when it could not start: PGlite's own error tells nothing of it. */
let lastWords: string | null = null;

/** PostgreSQL's log. Its server would end after a FATAL or PANIC; here nothing ends unless it is ended. */
function onLog(line: string): boolean {
  const [, level, text = ''] = /(?:^|\s)(PANIC|FATAL|ERROR|DETAIL|postgres): +(.*)$/.exec(line) ?? [];
  switch (level) {
    case 'PANIC':
      return fail(text);
    case 'FATAL':
    case 'postgres':
      lastWords = text;
      break;
    case 'DETAIL':
      if (lastWords !== null) lastWords = `${lastWords}. ${text.replace(/\.$/, '')}`;
      break;
    case 'ERROR':
      if (/invalid page|could not read blocks?/.test(text)) send({ type: 'damaged', words: text });
      break;
  }
  return false;
}

async function create(folder: string): Promise<void> {
  const unfinished = join(folder, 'postgres.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  send({ type: 'progress', step: 'Creating the embedded database', share: null });
  const database = await PGlite.create({
    dataDir: unfinished,
    initDbStartParams: creationParameters,
    onStderr: onLog,
  });
  await database.close();
  await rename(unfinished, join(folder, 'postgres'));
  send({ type: 'ready' });
}

/** The socket server never recovers from a query that throws outside SQL (a trap in the WASM): end instead of hanging. */
function failOnTrap(database: PGlite): void {
  const original = database.execProtocolRawStream.bind(database);
  database.execProtocolRawStream = async (message, options) => {
    try {
      return await original(message, options);
    } catch (error) {
      return fail(wordsOf(error));
    }
  };
}

async function open(folder: string, socketPath: string): Promise<() => Promise<void>> {
  send({ type: 'progress', step: 'Opening the embedded database', share: null });
  const database = await PGlite.create({
    dataDir: join(folder, 'postgres'),
    startParams: [...PGlite.defaultStartParams, ...sessionParameters],
    onStderr: onLog,
  });
  lastWords = null;
  failOnTrap(database);
  const server = new PGLiteSocketServer({ db: database, path: socketPath, maxConnections: 4 });
  await server.start();
  send({ type: 'ready' });
  return async () => {
    await server.stop();
    await database.close();
  };
}

let close: (() => Promise<void>) | undefined;

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'create':
      guardFiles(message.guard, () => fail('', true));
      await create(message.folder);
      return;
    case 'open':
      guardFiles(message.guard, () => fail('', true));
      close = await open(message.folder, message.socketPath);
      return;
    case 'ping':
      send({ type: 'pong', number: message.number });
      return;
    case 'close':
      await close?.();
      send({ type: 'closed' });
      port.close();
      return;
  }
}

port.on('message', (message: ToWorker) => {
  receive(message).catch((error: unknown) => fail(lastWords ?? wordsOf(error)));
});
