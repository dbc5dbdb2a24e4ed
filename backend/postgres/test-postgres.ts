/** The test of a profile's PostgreSQL: whether the console could work with it, and if not, why. */
import pg from 'pg';
import { AppError } from '../lib/app-error.ts';
import { sql } from '../lib/sql.ts';
import type { PostgresSettings } from '../settings/profile.ts';
import { select } from './select.ts';
import { clientConfig } from './server-client.ts';
import { explainPostgresFailure } from './server-failures.ts';
import { isReadOnly, prepareSession } from './session.ts';

export interface PostgresTest {
  readonly tookMs: number;
  /** As the server gives it, such as `18.1`. */
  readonly version: string;
  /** What was found, for a person. */
  readonly detail: string;
}

const CONNECT_MS = 3_000;
const QUERY_MS = 1_000;
const timeouts = { statementMs: QUERY_MS, lockMs: QUERY_MS, idleInTransactionMs: QUERY_MS };

/**
 * What the user may not do and would have to: partitions are made day by day, by the owner of what they are part of. The
 * tables are looked at when they are there.
 */
const missingRights = sql`
  select r.name from (
    select 'temporary tables' as name, has_database_privilege(current_database(), 'TEMPORARY') as granted
    union all
    select 'create tables', current_schema() is not null and has_schema_privilege(current_schema(), 'CREATE')
    union all
    select 'own the table sale', pg_has_role(relowner, 'MEMBER') from pg_class where oid = to_regclass('sale')
    union all
    select t.name || ': ' || p.name, has_table_privilege(t.name::regclass, p.name)
      from (values ('sale'), ('rollup_day'), ('consumer_offset'), ('migration')) as t(name)
      cross join (values ('SELECT'), ('INSERT'), ('UPDATE')) as p(name)
      where to_regclass(t.name) is not null
  ) r where not r.granted`;

const contents = sql`select to_regclass('sale') is not null as has_tables`;

/**
 * Connects, and looks at version, rights and whether it takes writes. Answers within some 5 s.
 * Errors: `AppError` `database_down`, `database_refused` with the cause in words and what to do.
 */
export async function testPostgres(settings: PostgresSettings, password: string | null): Promise<PostgresTest> {
  const started = performance.now();
  const access = { settings, password, applicationName: 'reelmetrics test' };
  const client = new pg.Client(clientConfig(access, { connectMs: CONNECT_MS, queryMs: QUERY_MS }));
  // What matters of it comes with the query that it breaks.
  client.on('error', () => {});
  try {
    await client.connect();
    const version = await prepareSession(client, timeouts);
    if (await isReadOnly(client)) throw Object.assign(new Error('read-only'), { code: '25006' });
    const missing = await select<{ name: string }>(client, missingRights);
    if (missing.length > 0) {
      const rights = missing.map(({ name }) => name).join(', ');
      throw Object.assign(new Error(rights), { code: '42501' });
    }
    const [found] = await select<{ has_tables: boolean }>(client, contents);
    const detail = found?.has_tables
      ? `Database ${settings.database} holds ReelMetrics data.`
      : `Database ${settings.database} is empty; tables are made at the first start.`;
    return { tookMs: performance.now() - started, version, detail };
  } catch (error) {
    throw error instanceof AppError ? error : explainPostgresFailure(error, settings);
  } finally {
    client.connection.stream.destroy();
  }
}
