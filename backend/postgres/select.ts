import type pg from 'pg';
import type { Sql } from '../lib/sql.ts';
import { wireTypes } from '../lib/sql.ts';

export type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>;

/**
 * Runs a query and returns its rows with the console's own types (bigint columns as `bigint`, dates as text, instants
 * as epoch ms), however the pool was set up. Arrays are given as literals (see lib/sql.ts).
 */
export async function select<R extends pg.QueryResultRow>(
  connection: Queryable,
  text: Sql,
  values: readonly (string | number | boolean | Uint8Array | null)[] = [],
): Promise<R[]> {
  const query: pg.QueryConfig = { text, values: [...values], types: wireTypes };
  const { rows } = await connection.query<R>(query);
  return rows;
}
