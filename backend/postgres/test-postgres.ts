/** The test of a profile's PostgreSQL: whether the console could work with it, and if not, why. */
import type pg from 'pg';
import type { SaleLine } from '../domain/ticket-sale.ts';
import { AppError } from '../lib/app-error.ts';
import { sql } from '../lib/sql.ts';
import type { PostgresSettings } from '../settings/profile.ts';
import { copyRows } from './copy-rows.ts';
import { select } from './select.ts';
import { clientConfig, watchedClient } from './server-client.ts';
import { explainPostgresFailure } from './server-failures.ts';
import { isPooled, isReadOnly, prepareSession } from './session.ts';
import { beginWithStage } from './staged-batches.ts';
import { beginTransaction } from './transaction.ts';
import { findOurTables } from './whose-tables.ts';

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

/** As a first start and a new business day would, in a transaction that is rolled back. */
const makeTables = sql`
  create table reelmetrics_probe (day date not null) partition by range (day);
  create table reelmetrics_probe_day (like reelmetrics_probe including defaults);
  alter table reelmetrics_probe attach partition reelmetrics_probe_day for values from ('2026-01-01') to ('2026-01-02')`;
const rollback = sql`rollback`;
const commit = sql`commit`;
const countStage = { name: 'reelmetrics_probe', text: sql`select count(*)::integer as rows from stage where $1` };
const settings = sql`select current_setting('timezone') = 'UTC' and current_setting('statement_timeout') = $1 as held`;
const schema = sql`select current_schema()::text as name`;

const sampleSale: SaleLine = {
  ...{ id: '00000000-0000-4000-8000-000000000000', kind: 1, theaterId: 1, movieId: 1, showtime: 0, channel: 'online' },
  ...{
    tickets: 1,
    amountCents: 1,
    currency: 'USD',
    soldAt: 0,
    refundOf: null,
    businessDay: '2026-01-01',
    partition: 0,
    offset: 0n,
  },
};

/**
 * Connects, looks at version, rights, other programs' tables and whether it takes writes, and does what storing does:
 * two transactions with a stage, COPY and a named statement each, and tables that are rolled back. Nothing stays.
 * Answers within some 5 s.
 * Errors: `AppError` `database_down`, `database_refused`, `foreign_tables` with the cause in words and what to do.
 */
export async function testPostgres(settings: PostgresSettings, password: string | null): Promise<PostgresTest> {
  const started = performance.now();
  const access = { settings, password, applicationName: 'reelmetrics test' };
  const events = { onLost: () => {}, onRefusal: () => {}, onCommit: () => {} };
  const config = clientConfig(access, { connectMs: CONNECT_MS, queryMs: QUERY_MS });
  const client = new (watchedClient(events))(config);
  try {
    await client.connect();
    const version = await prepareSession(client, timeouts);
    if (await isReadOnly(client)) throw Object.assign(new Error('read-only'), { code: '25006' });
    const hasTables = await findOurTables(client, settings.database);
    const missing = await select<{ name: string }>(client, missingRights);
    if (missing.length > 0) {
      const rights = missing.map(({ name }) => name).join(', ');
      throw Object.assign(new Error(rights), { code: '42501' });
    }
    await tryTables(client);
    for (let round = 0; round < 2; round += 1) await tryBatch(client);
    return { tookMs: performance.now() - started, version, detail: await detailOf(client, settings, hasTables) };
  } catch (error) {
    throw error instanceof AppError ? error : explainPostgresFailure(error, settings);
  } finally {
    client.connection.stream.destroy();
  }
}

async function tryTables(client: pg.Client): Promise<void> {
  await beginTransaction(client);
  await client.query(makeTables);
  await client.query(rollback);
}

/** The transaction of a batch, without its end in tables that last. */
async function tryBatch(client: pg.Client): Promise<void> {
  await beginWithStage(client, copyRows([sampleSale]) ?? new Uint8Array(), { hasStage: false });
  const { rows } = await client.query<{ rows: number }>({ ...countStage, values: [true] });
  const [kept] = await select<{ held: boolean }>(client, settings, [`${QUERY_MS / 1_000}s`]);
  await client.query(commit);
  if (rows[0]?.rows !== 1) throw lostState('a temporary table does not hold what was put into it');
  if (!kept?.held) throw lostState('settings of the session do not last');
}

/** What a pooler does that hands on connections and tells the number of the server's process all the same. */
function lostState(what: string): Error {
  return Object.assign(new Error(what), { code: '26000' });
}

async function detailOf(client: pg.Client, { database }: PostgresSettings, hasTables: boolean): Promise<string> {
  const [row] = await select<{ name: string }>(client, schema);
  const place = row?.name === 'public' ? '' : `, in the schema ${row?.name ?? ''}`;
  const parts = [
    hasTables
      ? `Database ${database} holds ReelMetrics data${place}.`
      : `Database ${database} is empty; tables are made at the first start${place}.`,
  ];
  if (isPooled(client)) {
    parts.push('It is reached through a connection pooler: each transaction may have another connection.');
  }
  return parts.join(' ');
}
