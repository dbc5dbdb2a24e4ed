import type pg from 'pg';
import { type Sql, sql } from '../lib/sql.ts';
import { isConnectionFailure } from './connection-failure.ts';
import { settleTransaction } from './session.ts';

/** In words, because what a server or a role has as its default may hold before a session's settings do. */
const begin = sql`begin isolation level read committed`;
const beginSnapshot = sql`begin isolation level repeatable read read only`;
const commit = sql`commit`;
const rollback = sql`rollback`;

type Begin = (client: pg.ClientBase) => Promise<unknown>;

const beginWith =
  (text: Sql): Begin =>
  async (client) => {
    await client.query(text);
    await settleTransaction(client);
  };

export const beginTransaction = beginWith(begin);

/**
 * Runs `work` in one transaction on one connection. When it throws, everything is rolled back; a connection that is lost
 * or whose rollback fails too is thrown away, not put back into the pool.
 * @param start begins the transaction, perhaps together with something else
 */
export function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  start: (client: pg.PoolClient) => Promise<unknown> = beginTransaction,
): Promise<T> {
  return inside(pool, start, work);
}

/** Runs `work`, which only reads, on one state of the database, whatever others commit meanwhile. */
export function inSnapshot<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return inside(pool, beginWith(beginSnapshot), work);
}

async function inside<T>(
  pool: pg.Pool,
  start: (client: pg.PoolClient) => Promise<unknown>,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await start(client);
    const result = await work(client);
    await client.query(commit);
    return result;
  } catch (error) {
    broken = isConnectionFailure(error) ? asError(error) : await rollBack(client);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** What went wrong, if anything did. */
async function rollBack(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query(rollback);
    return undefined;
  } catch (error) {
    return asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
