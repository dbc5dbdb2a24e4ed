/** What every connection to a server begins with. */
import type pg from 'pg';
import { AppError } from '../lib/app-error.ts';
import { sql } from '../lib/sql.ts';

/** The oldest major version whose SQL we use. */
const OLDEST_VERSION = 15;

/**
 * Set here rather than by start-up parameters, which poolers in between refuse. Text forms are those that lib/sql.ts
 * reads; the fence relies on read committed; commits are durable whatever the server's default is; compiling a statement
 * takes longer than running it for a batch.
 */
const beginSession = sql`
  select current_setting('server_version_num')::integer / 10000 as major, current_setting('server_version') as version,
    set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
    set_config('idle_in_transaction_session_timeout', $3, false),
    set_config('datestyle', 'ISO, YMD', false), set_config('timezone', 'UTC', false),
    set_config('bytea_output', 'hex', false), set_config('jit', 'off', false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on'
      else current_setting('synchronous_commit') end, false)`;

const readOnly = sql`
  select pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as read_only`;

export interface SessionTimeouts {
  /** ms; 0 = none. */
  readonly statementMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
}

/**
 * Brings a new connection into the state that everything else relies on.
 * Errors: `AppError` `database_refused` when the server is too old.
 * @returns the server's version
 */
export async function prepareSession(client: pg.ClientBase, timeouts: SessionTimeouts): Promise<string> {
  const { statementMs, lockMs, idleInTransactionMs } = timeouts;
  const { rows } = await client.query<{ major: number; version: string }>(beginSession, [
    String(statementMs),
    String(lockMs),
    String(idleInTransactionMs),
  ]);
  const [row] = rows;
  if (!row || row.major < OLDEST_VERSION) {
    throw new AppError(
      'database_refused',
      `The server runs PostgreSQL ${row?.version ?? 'of an unknown version'}; ${OLDEST_VERSION} or newer is needed.`,
      { hint: 'Update the server, or choose another one in the profile.' },
    );
  }
  return row.version;
}

/** Whether the server takes no writes now: a standby, or set to read-only. */
export async function isReadOnly(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ read_only: boolean }>(readOnly);
  return rows[0]?.read_only ?? false;
}
