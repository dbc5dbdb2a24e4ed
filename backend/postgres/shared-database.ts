import type pg from 'pg';
import { sql } from '../lib/sql.ts';
import type { LogBases } from '../ports/log-bases.ts';
import type { MigrationFamily } from './migrate.ts';
import { select } from './select.ts';

const bases = sql`select partition, base from log_base where topic = $1`;
const identity = sql`select id::text as id from database_identity`;
const moveBase = sql`
  insert into log_base as b (topic, partition, base) values ($1, $2, $4)
  on conflict (topic, partition) do update set base = excluded.base where b.base = $3`;

/** What only a database that is shared with other programs needs: bases of offsets (ingest/continued-log.ts), a name. */
export const servicesMigrations: MigrationFamily = {
  name: 'services',
  migrations: [
    {
      name: 'bases of offsets',
      breaking: true,
      text: sql`
        create table log_base (
          topic text not null,
          partition integer not null,
          base bigint not null,
          primary key (topic, partition)
        )`,
    },
    {
      name: 'identity of the database',
      breaking: false,
      text: sql`
        create table database_identity (id uuid not null);
        insert into database_identity values (gen_random_uuid())`,
    },
  ],
};

/** Names this database for as long as it lives, so that what others keep of it can be told from what is of another. */
export async function databaseIdentity(pool: pg.Pool): Promise<string> {
  const [row] = await select<{ id: string }>(pool, identity);
  return row?.id ?? '';
}

export class PostgresLogBases implements LogBases {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async read(topic: string): Promise<ReadonlyMap<number, bigint>> {
    const rows = await select<{ partition: number; base: bigint }>(this.#pool, bases, [topic]);
    return new Map(rows.map((row) => [row.partition, row.base]));
  }

  async move(topic: string, partition: number, from: bigint, to: bigint): Promise<void> {
    await this.#pool.query(moveBase, [topic, partition, String(from), String(to)]);
  }
}
