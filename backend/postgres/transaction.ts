import type pg from 'pg';
import { sql } from '../lib/sql.ts';

const begin = sql`begin`;
const commit = sql`commit`;
const rollback = sql`rollback`;

/**
 * Runs `work` in one transaction on one connection. When it throws, everything is rolled back; a connection whose
 * rollback fails too is thrown away, not put back into the pool.
 */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query(commit);
    return result;
  } catch (error) {
    try {
      await client.query(rollback);
    } catch (second) {
      broken = second instanceof Error ? second : new Error(String(second));
    }
    throw error;
  } finally {
    client.release(broken);
  }
}
