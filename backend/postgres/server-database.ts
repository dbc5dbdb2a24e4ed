/**
 * A PostgreSQL server as a `pg` pool, with its state.
 *
 * States (`PartState`, changed in `#set` alone), told by the heartbeat and by failures on the pool's connections:
 *   connecting -> up | degraded | down    the first answer, or none
 *   up <-> degraded                       it answers, but takes no writes (read-only, disk full, out of memory)
 *   up | degraded <-> down                it does not answer, or does not let us in
 * Nothing has to be done to come back: the pool connects anew when something is asked.
 */
import pg from 'pg';
import type { PartState, PartStatus } from '../domain/status.ts';
import { type AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { systemClock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { Heartbeat } from './heartbeat.ts';
import { clientConfig, loneStatements, type ServerAccess, watchedClient } from './server-client.ts';
import { explainPostgresFailure, refusesWrites } from './server-failures.ts';
import { isPooled, prepareSession, type SessionTimeouts } from './session.ts';
import { beginTransaction, inTransaction } from './transaction.ts';

export interface PostgresServerOptions extends ServerAccess {
  readonly logger: Logger;
  /** Most connections of `pool`; three store, the others answer questions. Two more are for long work, one for the state. */
  readonly max?: number;
}

export interface PostgresServer {
  /** Everything that answers within seconds. A connection that hangs is given up after `QUERY_MS`. */
  readonly pool: pg.Pool;
  /** Work that may take minutes: migrations, rebuilds, checks that read every sale. */
  readonly longPool: pg.Pool;
  status(): PartStatus;
  /** Calls back after a change of the status. Returns the unsubscriber. */
  onStatus(listener: () => void): () => void;
  close(): Promise<void>;
}

const CONNECT_MS = 5_000;
/** The server gives up a statement before we give up the connection, which is for servers that have fallen silent. */
const STATEMENT_MS = 8_000;
const QUERY_MS = 9_000;
const LOCK_MS = 3_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
const LONG_QUERY_MS = 3_600_000;
const LONG_LOCK_MS = 30_000;
const IDLE_CLOSE_MS = 30_000;
const MAX_CONNECTIONS = 8;
const MAX_LONG_CONNECTIONS = 2;
/** How long closing waits for what is under way. */
const CLOSE_MS = 2_000;
/** A refused write is believed to last until a commit goes through, or for so long: longer than anybody waits to retry. */
const REFUSAL_MS = 12_000;

const quick: SessionTimeouts = {
  statementMs: STATEMENT_MS,
  lockMs: LOCK_MS,
  idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
};
const long: SessionTimeouts = { statementMs: 0, lockMs: LONG_LOCK_MS, idleInTransactionMs: IDLE_IN_TRANSACTION_MS };

/** Opens the pools; connecting goes on in the background, and what is asked meanwhile fails or waits `CONNECT_MS`. */
export function openPostgresServer(options: PostgresServerOptions): PostgresServer {
  return new ServerDatabase(options);
}

class ServerDatabase implements PostgresServer {
  readonly pool: pg.Pool;
  readonly longPool: pg.Pool;
  readonly #options: PostgresServerOptions;
  readonly #heartbeat: Heartbeat;
  readonly #clients = new Set<pg.Client>();
  readonly #listeners = new Set<() => void>();
  #status: PartStatus;
  /** The last refusal of a write, and when, by the monotonic clock, ms. */
  #refusal: { readonly error: AppError; readonly at: number } | undefined;

  constructor(options: PostgresServerOptions) {
    this.#options = options;
    const { host, port } = options.settings;
    const reason = `Connecting to PostgreSQL at ${host}:${port}`;
    this.#status = { state: 'connecting', since: systemClock.now(), reason, code: null, nextAttemptAt: null };
    this.pool = this.#makePool(QUERY_MS, quick, options.max ?? MAX_CONNECTIONS);
    this.longPool = this.#makePool(LONG_QUERY_MS, long, MAX_LONG_CONNECTIONS);
    this.#heartbeat = new Heartbeat(options, systemClock, {
      onAnswer: ({ readOnly }) => this.#answered(readOnly),
      onFailure: (error, nextAttemptAt) =>
        this.#failed('down', explainPostgresFailure(error, options.settings), nextAttemptAt),
    });
  }

  status(): PartStatus {
    return this.#status;
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    const ended = Promise.allSettled([this.pool.end(), this.longPool.end()]);
    const waiting = new AbortController();
    await Promise.race([ended, systemClock.sleep(CLOSE_MS, waiting.signal)]);
    waiting.abort();
    // What still hangs: nobody may be there to answer a goodbye.
    for (const client of this.#clients) client.connection.stream.destroy();
    await this.#heartbeat.close();
  }

  #makePool(queryMs: number, session: SessionTimeouts, max: number): pg.Pool {
    const { logger } = this.#options;
    const pool = new pg.Pool({
      ...clientConfig(this.#options, { connectMs: CONNECT_MS, queryMs }),
      max,
      idleTimeoutMillis: IDLE_CLOSE_MS,
      Client: watchedClient({
        onLost: (error) => {
          logger.warn('A connection to PostgreSQL was lost', { error: messageOf(error), code: codeOf(error) });
          this.#heartbeat.askNow();
        },
        onRefusal: (code, error) => this.#refused(code, error),
        onCommit: () => this.#stored(),
      }),
      onConnect: async (client) => {
        await prepareSession(client, session);
      },
    });
    pool.on('connect', (client) => {
      this.#clients.add(client);
      client.once('end', () => this.#clients.delete(client));
    });
    // Already told by the connection itself.
    pool.on('error', () => {});
    return withTransactions(pool);
  }

  #refused(code: string, error: Error): void {
    if (!refusesWrites(code)) return;
    this.#refusal = { error: explainPostgresFailure(error, this.#options.settings), at: performance.now() };
    if (this.#status.state !== 'down') this.#failed('degraded', this.#refusal.error, null);
  }

  #stored(): void {
    if (!this.#refusal) return;
    this.#refusal = undefined;
    this.#heartbeat.askNow();
  }

  #answered(readOnly: boolean): void {
    if (readOnly) {
      const cause = Object.assign(new Error('read-only'), { code: '25006' });
      this.#failed('degraded', explainPostgresFailure(cause, this.#options.settings), null);
      return;
    }
    const age = this.#refusal ? performance.now() - this.#refusal.at : REFUSAL_MS;
    if (age < REFUSAL_MS) return;
    this.#refusal = undefined;
    this.#set('up', null, null, null);
  }

  #failed(state: PartState, error: AppError, nextAttemptAt: number | null): void {
    const reason = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    this.#set(state, reason, codeOf(error.cause) ?? error.code, nextAttemptAt);
  }

  #set(state: PartState, reason: string | null, code: string | null, nextAttemptAt: number | null): void {
    const before = this.#status;
    const since = before.state === state ? before.since : systemClock.now();
    this.#status = { state, since, reason, code, nextAttemptAt };
    const same = before.state === state && before.reason === reason && before.nextAttemptAt === nextAttemptAt;
    if (!same) for (const listener of this.#listeners) listener();
  }
}

/** Behind a pooler every statement is a transaction, which has the settings (see session.ts). */
function withTransactions(pool: pg.Pool): pg.Pool {
  let direct = false;
  pool.on('connect', (client) => {
    direct = !isPooled(client);
  });
  pool.on('release', (_error, client) => loneStatements.delete(client));
  const query = pool.query.bind(pool) as (...parameters: readonly unknown[]) => Promise<unknown>;
  const lone = async (client: pg.PoolClient) => {
    loneStatements.add(client);
    await beginTransaction(client);
  };
  const settled = (...parameters: readonly unknown[]) =>
    direct
      ? query(...parameters)
      : inTransaction(pool, (client) => (client.query as typeof query)(...parameters), lone);
  pool.query = settled as typeof pool.query;
  return pool;
}
