/** Connections to a server that report what happens on them and never end the process. */
import pg from 'pg';
import { codeOf } from '../lib/app-error.ts';
import { wireTypes } from '../lib/sql.ts';
import type { PostgresSettings } from '../settings/profile.ts';
import { isPooled } from './session.ts';

export interface ServerAccess {
  readonly settings: PostgresSettings;
  /** null = none; the server decides whether it wants one. */
  readonly password: string | null;
  readonly applicationName: string;
}

/** What a connection tells. */
export interface ClientEvents {
  /** The connection is lost. */
  onLost(error: Error): void;
  /** The server answered with an error of this SQLSTATE. */
  onRefusal(code: string, error: Error): void;
  onCommit(): void;
}

const KEEP_ALIVE_DELAY_MS = 5_000;

/** Everything is given here, so that nothing comes from the environment of the program. */
export function clientConfig(
  { settings, password, applicationName }: ServerAccess,
  timeouts: { readonly connectMs: number; readonly queryMs: number },
): pg.ClientConfig {
  const { host, port, database, user, tls } = settings;
  return {
    host,
    port,
    database,
    user,
    // Asked for only when the server wants it.
    password: () => password ?? '',
    application_name: applicationName,
    ssl: tls.enabled ? { rejectUnauthorized: true, ...(tls.ca === null ? {} : { ca: tls.ca }) } : false,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    connectionTimeoutMillis: timeouts.connectMs,
    query_timeout: timeouts.queryMs,
    types: wireTypes,
  };
}

/** Connections whose transaction is one statement, which may only read: its commit says nothing of writes. */
export const loneStatements = new WeakSet<pg.ClientBase>();

/**
 * The class of connection for a pool. An error on a connection in use would end the process if nobody listened, and the
 * pool listens on idle ones only.
 */
export function watchedClient(events: ClientEvents): new (config?: pg.ClientConfig) => pg.Client {
  return class WatchedClient extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config);
      this.on('error', (error) => events.onLost(error));
      this.connection.on('errorMessage', (error: Error) => {
        const code = codeOf(error);
        if (code !== null) events.onRefusal(code, error);
      });
      this.connection.on('commandComplete', ({ text }: { text: string }) => {
        if (text === 'COMMIT' && !loneStatements.has(this)) events.onCommit();
      });
      // Behind a pooler the next transaction may run where another statement has the name, or none has.
      const query = this.query.bind(this) as (...parameters: readonly unknown[]) => unknown;
      const unnamed = (config: unknown, ...rest: readonly unknown[]) =>
        query(isPooled(this) && isNamed(config) ? { ...config, name: undefined } : config, ...rest);
      this.query = unnamed as typeof this.query;
    }
  };
}

function isNamed(config: unknown): config is { readonly name: string } {
  return typeof config === 'object' && config !== null && 'name' in config && typeof config.name === 'string';
}
