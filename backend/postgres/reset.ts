import type pg from 'pg';
import { emptyStore, holdStoring, raiseVersionFloor } from './rebuild-sql.ts';
import { inTransaction } from './transaction.ts';

/**
 * Deletes all sales, rollups, offsets and dead letters in one transaction; catalogue and calendar stay, and so does the
 * rule that versions only grow.
 * @param also more work of the same transaction (the embedded log deletes its records in it)
 */
export async function resetStore(
  pool: pg.Pool,
  also: (client: pg.PoolClient) => Promise<void> = async () => {},
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(holdStoring);
    await client.query(raiseVersionFloor);
    for (const step of emptyStore) await client.query(step);
    await also(client);
  });
}
