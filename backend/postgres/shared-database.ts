import type pg from 'pg';
import { codeOf } from '../lib/app-error.ts';
import { numberArray, sql } from '../lib/sql.ts';
import type { PartitionOffsets } from '../ports/event-log.ts';
import type { LogBases } from '../ports/log-bases.ts';
import type { MigrationFamily } from './migrate.ts';
import { holdStoring, raiseVersionFloor } from './rebuild-sql.ts';
import { type Queryable, select } from './select.ts';
import { inTransaction } from './transaction.ts';

const bases = sql`select partition, base from log_base where topic = $1`;
const identity = sql`select id::text as id, made_in from database_identity`;
/** Where a database is: its server, through all restarts and failovers, and its number there. */
const whereabouts = sql`
  select (select system_identifier from pg_control_system()) || ':' || oid as place
  from pg_database where datname = current_database()`;
const settleIdentity = sql`
  update database_identity set id = case when made_in is null then id else gen_random_uuid() end, made_in = $1
  where made_in is distinct from $1`;
const moveBase = sql`
  insert into log_base as b (topic, partition, base)
  select topic, partition, next_offset - $4::bigint from consumer_offset where topic = $1 and partition = $2
  on conflict (topic, partition) do update set base = excluded.base where b.base = $3`;
const keptIdentity = sql`select identity from log_identity where topic = $1`;
const keepIdentity = sql`
  insert into log_identity values ($1, $2) on conflict (topic) do update set identity = excluded.identity`;
/** Also of partitions that the topic has no more: they may be added to it later, and begin at 0 then. */
const moveBases = sql`
  insert into log_base (topic, partition, base)
  select topic, partition, next_offset - coalesce(o.log_start, 0)
  from consumer_offset left join unnest($2::integer[], $3::bigint[]) as o(partition, log_start) using (partition)
  where topic = $1
  on conflict (topic, partition) do update set base = excluded.base`;
const beginOffsets = sql`
  select begin_log_partition($1, o.partition, o.log_end + coalesce(b.base, 0))
  from unnest($2::integer[], $3::bigint[]) as o(partition, log_end)
  left join log_base b on b.topic = $1 and b.partition = o.partition`;

const INSUFFICIENT_PRIVILEGE = '42501';

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
    {
      name: 'a copy has an identity of its own',
      breaking: false,
      text: sql`alter table database_identity add column made_in text`,
    },
    {
      name: 'identities of topics',
      breaking: false,
      text: sql`create table log_identity (topic text primary key, identity text not null)`,
    },
  ],
};

/**
 * Names this database for as long as it lives, so that what others keep of it can be told from what is of another. A
 * database that was restored or copied from it gets a name of its own.
 */
export async function databaseIdentity(pool: pg.Pool): Promise<string> {
  const place = await placeOf(pool);
  const [row] = await select<{ id: string; made_in: string | null }>(pool, identity);
  if (place === null || row?.made_in === place) return row?.id ?? '';
  await pool.query(settleIdentity, [place]);
  const [settled] = await select<{ id: string }>(pool, identity);
  return settled?.id ?? '';
}

/** null where the user may not ask. */
async function placeOf(pool: pg.Pool): Promise<string | null> {
  try {
    const [row] = await select<{ place: string }>(pool, whereabouts);
    return row?.place ?? null;
  } catch (error) {
    if (codeOf(error) === INSUFFICIENT_PRIVILEGE) return null;
    throw error;
  }
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

  async move(topic: string, partition: number, from: bigint, start: bigint): Promise<void> {
    await inTransaction(this.#pool, async (client) => {
      // What is stored may have grown since it was read: by a batch of the old topic.
      await client.query(holdStoring);
      const { rowCount } = await client.query(moveBase, [topic, partition, String(from), String(start)]);
      if (rowCount !== 0) await client.query(raiseVersionFloor);
    });
  }

  async identify(topic: string, identity: string, partitions: readonly PartitionOffsets[]): Promise<boolean> {
    if ((await identityOf(this.#pool, topic)) === identity) return false;
    return inTransaction(this.#pool, async (client) => {
      await client.query(holdStoring);
      const before = await identityOf(client, topic);
      if (before === identity) return false;
      await client.query(keepIdentity, [topic, identity]);
      if (before === undefined) return false;
      const numbers = numberArray(partitions.map(({ partition }) => partition));
      await client.query(moveBases, [topic, numbers, numberArray(partitions.map(({ start }) => start))]);
      await client.query(raiseVersionFloor);
      return true;
    });
  }
}

async function identityOf(connection: Queryable, topic: string): Promise<string | undefined> {
  const [row] = await select<{ identity: string }>(connection, keptIdentity, [topic]);
  return row?.identity;
}

/** Begins to store a topic at its present ends, given as offsets of the log's own; nothing of it may be stored yet. */
export async function beginAtEnds(
  client: pg.ClientBase,
  topic: string,
  ends: readonly PartitionOffsets[],
): Promise<void> {
  const partitions = numberArray(ends.map(({ partition }) => partition));
  await client.query(beginOffsets, [topic, partitions, numberArray(ends.map(({ end }) => end))]);
}
