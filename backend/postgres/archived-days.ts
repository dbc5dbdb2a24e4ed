import type { BusinessDay } from '../domain/rollup.ts';
import { sql } from '../lib/sql.ts';
import { type Queryable, select } from './select.ts';

const archivedDayNames = sql`select business_day::text as day from archived_day`;

/** Days whose sales are in an archive: new events of them are refused. */
export async function archivedDays(connection: Queryable): Promise<ReadonlySet<BusinessDay>> {
  return new Set((await select<{ day: string }>(connection, archivedDayNames)).map(({ day }) => day));
}
