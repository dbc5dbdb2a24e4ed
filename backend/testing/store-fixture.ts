/** A database with the store on it, shared by the tests of a file, and emptied between them. */
import type pg from 'pg';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { CommittedBatch, StoreBatch } from '../ports/sale-store.ts';
import { checkRollups } from '../postgres/check.ts';
import { adoptCalendar } from '../postgres/rebuild.ts';
import { resetStore } from '../postgres/reset.ts';
import { PostgresSaleStore, type SaleStoreOptions } from '../postgres/sale-store.ts';
import type { TestDatabase } from './embedded-test-database.ts';
import { openTestDatabase } from './embedded-test-database.ts';
import { changingConnections, OwnPgBouncer } from './own-pgbouncer.ts';
import { createServerTestDatabase } from './server-test-database.ts';

export const TOPIC = 'ticket-sales';

export interface StoreFixture {
  readonly pool: pg.Pool;
  readonly store: PostgresSaleStore;
  /** Deletes everything stored. */
  empty(): Promise<void>;
  /** Rows of a query, for looking straight at a table. */
  rows(text: string): Promise<Record<string, unknown>[]>;
  /** Differences between the four rollups and the sales: must be empty at any moment. */
  rollupProblems(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** @param dataDir an existing data folder to go on with; a fresh one by default */
export async function openStoreFixture(dataDir?: string): Promise<StoreFixture & TestDatabase> {
  const database = await openTestDatabase(dataDir);
  return { ...database, ...(await storeOn(database.pool, new PostgresSaleStore(database.pool))) };
}

/** The same on the PostgreSQL server of the tests. */
export async function openServerStoreFixture(options: SaleStoreOptions): Promise<StoreFixture> {
  const database = await createServerTestDatabase();
  const { pool } = database.open();
  return { pool, close: () => database.drop(), ...(await storeOn(pool, new PostgresSaleStore(pool, options))) };
}

/** The same through a PgBouncer that hands each transaction another connection. */
export async function openPooledStoreFixture(options: SaleStoreOptions): Promise<StoreFixture> {
  const database = await createServerTestDatabase();
  const pooler = await OwnPgBouncer.start(database.settings, database.password, ...changingConnections);
  const { pool } = database.open({ host: '127.0.0.1', port: pooler.port });
  const close = async () => {
    // It would open its connections again while the database is dropped.
    await pooler.remove();
    await database.drop();
  };
  return { pool, close, ...(await storeOn(pool, new PostgresSaleStore(pool, options))) };
}

async function storeOn(pool: pg.Pool, store: PostgresSaleStore) {
  await adoptCalendar(pool, { zone: 'UTC', cutoverHour: 0, currency: 'USD' });
  return {
    store,
    empty: () => resetStore(pool),
    rows: async (text: string) => (await pool.query(text)).rows,
    rollupProblems: () => checkRollups(pool),
  };
}

/** A batch of sales at the offsets they carry, expected to follow `expectedOffset`. */
export function batchOf(sales: readonly SaleLine[], facts: Partial<StoreBatch> = {}): StoreBatch {
  const expectedOffset = facts.expectedOffset ?? sales[0]?.offset ?? 0n;
  return {
    topic: TOPIC,
    partition: sales[0]?.partition ?? 0,
    expectedOffset,
    nextOffset: expectedOffset + BigInt(sales.length + (facts.deadLetters?.length ?? 0)),
    emptyOffsets: 0,
    generation: null,
    sales,
    deadLetters: [],
    recordOf: (offset) => ({ key: Buffer.from('key'), headers: [], value: Buffer.from(`raw ${offset}`) }),
    ...facts,
  };
}

/** Applies a batch that must commit. */
export async function commit(store: PostgresSaleStore, batch: StoreBatch): Promise<CommittedBatch> {
  const result = await store.apply(batch);
  if (result.kind !== 'committed') throw new Error(`refused: ${Object.values(result).join(' ')}`);
  return result.batch;
}
