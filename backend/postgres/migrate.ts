/**
 * Forward-only, numbered migrations. A family is a list that belongs to one adapter (the core schema, the embedded log).
 * Each step runs in its own transaction and writes its own row first, so two programs that start at once cannot both
 * run it: the second waits on the row's key (and on an advisory lock where the first one holds it).
 */
import type pg from 'pg';
import { AppError } from '../lib/app-error.ts';
import type { Sql } from '../lib/sql.ts';
import { sql } from '../lib/sql.ts';
import { inTransaction } from './transaction.ts';

export interface Migration {
  /** What it does, for the log. */
  readonly name: string;
  /** Older programs cannot work with the schema after this step. */
  readonly breaking: boolean;
  /** Statements, without parameters. */
  readonly text: Sql;
  /**
   * Long work before the statements, in short transactions of its own, while other programs go on storing. After an
   * interruption it is called again, from the start; never by two programs at once.
   */
  readonly prepare?: (client: pg.ClientBase) => Promise<void>;
}

export interface MigrationFamily {
  readonly name: string;
  /** In order; the number of a migration is its place, from 1. Never reorder or edit one that was released. */
  readonly migrations: readonly Migration[];
}

/** Any constant: all programs that migrate this database agree on it. */
const ADVISORY_KEY = 4_217_180_031n;

/** Held by the one that prepares a step. */
const PREPARING_KEY = 4_217_180_033n;
const waitMs = 500;
/** Held by a transaction that does nothing else: a lock of the session is nobody's behind a pooler. */
const tryToPrepare = sql`
  select pg_try_advisory_xact_lock($1) as held, set_config('idle_in_transaction_session_timeout', '0', true)`;

const createLedger = sql`
  create table if not exists migration (
    family text not null,
    number integer not null,
    name text not null,
    breaking boolean not null,
    applied_at timestamptz not null default now(),
    primary key (family, number)
  )`;

const lockLedger = sql`select pg_advisory_xact_lock($1)`;
const ledgerExists = sql`select to_regclass('migration') is not null as found`;
const appliedSteps = sql`select number, name, breaking from migration where family = $1 order by number`;
const claimStep = sql`
  insert into migration (family, number, name, breaking) values ($1, $2, $3, $4) on conflict do nothing returning number`;

interface LedgerRow {
  readonly number: number;
  readonly name: string;
  readonly breaking: boolean;
}

/**
 * Brings the schema of a family up to date.
 * Errors: `AppError` `newer_schema` when a newer program has made a breaking change to this database.
 * @returns the number of migrations applied
 */
export async function migrate(pool: pg.Pool, family: MigrationFamily): Promise<number> {
  const { rows: ledger } = await pool.query<{ found: boolean }>(ledgerExists);
  if (!ledger[0]?.found) {
    await inTransaction(pool, async (client) => {
      await client.query(lockLedger, [ADVISORY_KEY]);
      await client.query(createLedger);
    });
  }
  const { rows: applied } = await pool.query<LedgerRow>(appliedSteps, [family.name]);
  const newer = applied.find((row) => row.number > family.migrations.length && row.breaking);
  if (newer) {
    throw new AppError(
      'newer_schema',
      `The data was changed by a newer ReelMetrics (${family.name} ${newer.number}: ${newer.name}).`,
      {
        hint: 'Update ReelMetrics, or choose another data folder or profile.',
      },
    );
  }
  let count = 0;
  const done = new Set(applied.map((row) => row.number));
  for (const [index, migration] of family.migrations.entries()) {
    const number = index + 1;
    if (done.has(number)) continue;
    if (migration.prepare) await prepareAlone(pool, migration.prepare);
    const ran = await inTransaction(pool, async (client) => {
      await client.query(lockLedger, [ADVISORY_KEY]);
      const claimed = await client.query(claimStep, [family.name, number, migration.name, migration.breaking]);
      if (claimed.rowCount === 0) return false;
      await client.query(migration.text);
      return true;
    });
    if (ran) count += 1;
  }
  return count;
}

/** What a second program then finds prepared, or applied already, is soon done. */
async function prepareAlone(pool: pg.Pool, prepare: (client: pg.ClientBase) => Promise<void>): Promise<void> {
  // A single connection is that of the embedded database, which no other program shares.
  if (pool.options.max === 1) return withConnection(pool, prepare);
  const tryOnce = () =>
    inTransaction(pool, async (holder) => {
      const { rows } = await holder.query<{ held: boolean }>(tryToPrepare, [PREPARING_KEY]);
      if (rows[0]?.held) await withConnection(pool, prepare);
      return rows[0]?.held ?? false;
    });
  while (!(await tryOnce())) await new Promise((resolve) => setTimeout(resolve, waitMs));
}

async function withConnection(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await work(client);
  } finally {
    client.release();
  }
}
