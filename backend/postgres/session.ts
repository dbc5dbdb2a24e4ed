/**
 * What every connection to a server begins with.
 *
 * A pooler in between (PgBouncer) may give each transaction another connection to the server, and what one client sets
 * on it to the next client. It makes up the process number that it tells a client, which gives it away; then settings
 * are made within each transaction, and nothing is left on the connection: no settings, named statements or tables.
 */
import type pg from 'pg';
import { AppError } from '../lib/app-error.ts';
import { sql } from '../lib/sql.ts';

/** The oldest major version whose SQL we use. */
const OLDEST_VERSION = 15;

/**
 * Set here rather than by start-up parameters, which poolers in between refuse. Text forms are those that lib/sql.ts
 * reads; the fence relies on read committed; commits are durable whatever the server's default is; compiling a statement
 * takes longer than running it for a batch. Of a connection through a pooler ($4 is not the server's process) they last
 * for one transaction.
 */
const settle = sql`
  select s.pooled, current_setting('server_version_num')::integer / 10000 as major,
    current_setting('server_version') as version,
    set_config('statement_timeout', $1, s.pooled), set_config('lock_timeout', $2, s.pooled),
    set_config('idle_in_transaction_session_timeout', $3, s.pooled),
    set_config('datestyle', 'ISO, YMD', s.pooled), set_config('timezone', 'UTC', s.pooled),
    set_config('bytea_output', 'hex', s.pooled), set_config('jit', 'off', s.pooled),
    set_config('default_transaction_isolation', 'read committed', s.pooled),
    set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on'
      else current_setting('synchronous_commit') end, s.pooled)
  from (select pg_backend_pid() is distinct from $4::integer as pooled) s`;

const readOnly = sql`
  select pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as read_only`;

export interface SessionTimeouts {
  /** ms; 0 = none. */
  readonly statementMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
}

interface Settled {
  readonly pooled: boolean;
  readonly major: number;
  readonly version: string;
}

/** Connections through a pooler, with the parameters of `settle`. */
const pooled = new WeakMap<pg.ClientBase, readonly string[]>();

/** Whether a pooler lies between; known once the session is prepared. */
export function isPooled(client: pg.ClientBase): boolean {
  return pooled.has(client);
}

/** Call it after the beginning of each transaction: what the session of a direct connection keeps is set for it. */
export async function settleTransaction(client: pg.ClientBase): Promise<void> {
  const parameters = pooled.get(client);
  if (parameters !== undefined) await client.query(settle, [...parameters, null]);
}

/**
 * Brings a new connection into the state that everything else relies on.
 * Errors: `AppError` `database_refused` when the server is too old.
 * @returns the server's version
 */
export async function prepareSession(client: pg.ClientBase, timeouts: SessionTimeouts): Promise<string> {
  const { statementMs, lockMs, idleInTransactionMs } = timeouts;
  const parameters = [statementMs, lockMs, idleInTransactionMs].map(String);
  const { rows } = await client.query<Settled>(settle, [...parameters, toldProcess(client)]);
  const [row] = rows;
  if (!row || row.major < OLDEST_VERSION) {
    throw new AppError(
      'database_refused',
      `The server runs PostgreSQL ${row?.version ?? 'of an unknown version'}; ${OLDEST_VERSION} or newer is needed.`,
      { hint: 'Update the server, or choose another one in the profile.' },
    );
  }
  if (row.pooled) pooled.set(client, parameters);
  return row.version;
}

/** The number of the server's process as it was told at the beginning; null when it was not. */
function toldProcess(client: pg.ClientBase): number | null {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : null;
}

/** Whether the server takes no writes now: a standby, or set to read-only. */
export async function isReadOnly(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ read_only: boolean }>(readOnly);
  return rows[0]?.read_only ?? false;
}
