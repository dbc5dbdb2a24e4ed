/** A database of its own on the PostgreSQL server of the tests. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { silentLogger } from '../ports/logger.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';
import { openPostgresServer, type PostgresServer } from '../postgres/server-database.ts';
import type { PostgresSettings } from '../settings/profile.ts';
import { testServices } from './test-services.ts';

export interface ServerTestDatabase {
  readonly settings: PostgresSettings;
  readonly password: string;
  readonly url: string;
  /** The tests' own way in, which no proxy or limit of a test touches. */
  admin(text: string): Promise<Record<string, unknown>[]>;
  /** Ends every connection to the database. */
  endConnections(): Promise<void>;
  /** Opens it as the console does. `over` replaces settings, such as the port of a proxy. */
  open(over?: Partial<PostgresSettings>, max?: number): PostgresServer;
  /** Closes what was opened and drops the database. */
  drop(): Promise<void>;
}

/** @param migrated whether the console's tables are made */
export async function createServerTestDatabase({ migrated = true } = {}): Promise<ServerTestDatabase> {
  const url = new URL(testServices().databaseUrl);
  const database = `reelmetrics_test_${randomUUID().slice(0, 8)}`;
  const password = decodeURIComponent(url.password);
  const settings: PostgresSettings = {
    host: url.hostname,
    port: Number(url.port || 5432),
    database,
    user: decodeURIComponent(url.username),
    tls: { enabled: false, ca: null },
  };
  const administrator = new pg.Client({ connectionString: url.href });
  // A test may end every connection of the server.
  administrator.on('error', () => {});
  await administrator.connect();
  await administrator.query(`create database ${database}`);
  const opened: PostgresServer[] = [];
  const self: ServerTestDatabase = {
    settings,
    password,
    url: Object.assign(new URL(url), { pathname: `/${database}` }).href,
    endConnections: async () => {
      await administrator.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
        database,
      ]);
    },
    admin: async (text) => (await administrator.query(text)).rows,
    open(over = {}, max = 8) {
      const access = { settings: { ...settings, ...over }, password, applicationName: 'reelmetrics test' };
      const server = openPostgresServer({ ...access, logger: silentLogger, max });
      opened.push(server);
      return server;
    },
    async drop() {
      for (const server of opened.splice(0)) await server.close();
      await administrator.query(`drop database ${database} with (force)`);
      await administrator.end();
    },
  };
  if (migrated) await migrate(self.open().longPool, coreMigrations);
  return self;
}
