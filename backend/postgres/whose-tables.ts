/** Whether the tables of a database are ours, before anything is written there. */
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { sql, textArray } from '../lib/sql.ts';
import { coreMigrations } from './core-migrations.ts';
import type { Queryable } from './select.ts';
import { select } from './select.ts';
import { servicesMigrations } from './shared-database.ts';

/** The ledger of migrations is ours by its columns, and the other tables are by what the ledger tells of them. */
const ledgerColumns = sql`
  select count(*) = 3 as ours, coalesce(has_table_privilege(to_regclass('migration')::oid, 'SELECT'), false) as readable
  from pg_attribute where attrelid = to_regclass('migration') and attname in ('family', 'number', 'breaking') and not attisdropped`;
const anyStep = sql`select exists (select from migration where family = 'core') as found`;
const present = sql`
  select relname::text as name from pg_class
  where relnamespace = current_schema()::regnamespace and relname = any ($1::text[]) order by relname`;

/** Everything that a migration makes under a name that another program may have given already. */
const ourNames = [
  'migration',
  ...[coreMigrations, servicesMigrations]
    .flatMap(({ migrations }) => migrations)
    .flatMap(({ text }) => [...text.matchAll(/\bcreate (?:table|index)(?: if not exists)? ([a-z_]+)/g)])
    .map(([, name]) => name ?? ''),
];

const hint =
  'Make a database for ReelMetrics alone (create database reelmetrics), or a schema of its own for its user.';

/**
 * Whether ReelMetrics has its tables there already.
 * Errors: `AppError` foreign_tables when another program has tables of the same names; nothing was written.
 */
export async function findOurTables(connection: Queryable, database: string): Promise<boolean> {
  // Names first: another program that makes our tables meanwhile has written its step by the time the ledger is read.
  const names = (await select<{ name: string }>(connection, present, [textArray(ourNames)])).map(({ name }) => name);
  const [ledger] = await select<{ ours: boolean; readable: boolean }>(connection, ledgerColumns);
  const isOurs = ledger?.ours ?? false;
  // Rights are looked at apart.
  if (isOurs && !ledger?.readable) return true;
  const [step] = isOurs ? await select<{ found: boolean }>(connection, anyStep) : [];
  if (step?.found) return true;
  const foreign = names.filter((name) => name !== 'migration' || !isOurs);
  if (foreign.length > 0) throw foreignTables(database, foreign.join(', '));
  return false;
}

/** A migration that met a name which another program has given, as what it is; anything else as it is. */
export function explainNameTaken(error: unknown, database: string): unknown {
  // Duplicate table, object, function.
  return /^42(P07|710|723)$/.test(codeOf(error) ?? '') ? foreignTables(database, messageOf(error), error) : error;
}

function foreignTables(database: string, which: string, cause?: unknown): AppError {
  const message = `The database ${database} holds tables of another program under names that ReelMetrics needs: ${which}.`;
  return new AppError('foreign_tables', message, { hint, cause });
}
