/**
 * From one table `sale` to a partition per business day, while programs of before go on storing:
 *   1. `sale_identity` is made, and triggers note in it what they store;
 *   2. the ids of all older sales are noted, some at a time, and the rows are proved to lie before a boundary;
 *   3. in one short transaction the old table becomes the partition of all days before the boundary.
 * A unique index must hold the column by which a table is partitioned, so an id that is to be unique over all days needs
 * a table of its own. The column `partition` becomes `log_partition`: of programs that do not know `sale_identity` no
 * statement that stores works from then on.
 */
import type pg from 'pg';
import { sql } from '../lib/sql.ts';
import { select } from './select.ts';

export const identitiesBesideSales = sql`
  create table sale_identity (id uuid primary key);

  create function note_sale_identities() returns trigger language plpgsql as $$
  begin
    if tg_op = 'TRUNCATE' then
      truncate sale_identity;
    else
      insert into sale_identity select id from stored on conflict do nothing;
    end if;
    return null;
  end $$;
  create trigger note_identities after insert on sale referencing new table as stored
    for each statement execute function note_sale_identities();
  create trigger forget_identities after truncate on sale
    for each statement execute function note_sale_identities();`;

const isPartitioned = sql`select relkind = 'p' as partitioned from pg_class where oid = 'sale'::regclass`;
const noteSome = sql`
  with older as (
    select id from sale where $1::uuid is null or id > $1 order by id limit 50000
  ), noted as (
    insert into sale_identity select id from older on conflict do nothing
  )
  select id::text as id from older order by older.id desc limit 1`;
/** Proved beforehand, so that the table becomes a partition without being read. Events are of tomorrow at the latest. */
const proveBoundary = [
  sql`alter table sale drop constraint if exists sale_before_boundary`,
  sql`
    do $$ begin
      execute format('alter table sale add constraint sale_before_boundary check (business_day < %L) not valid',
        (select greatest(max(business_day), current_date) + 3 from sale));
    end $$`,
  sql`alter table sale validate constraint sale_before_boundary`,
];

/** Notes the ids of the sales of before. */
export async function noteIdentities(client: pg.ClientBase): Promise<void> {
  let last: string | null = null;
  do {
    const [table] = await select<{ partitioned: boolean }>(client, isPartitioned);
    // Another program has come to the end of it meanwhile.
    if (table?.partitioned) return;
    const [row]: { id: string }[] = await select<{ id: string }>(client, noteSome, [last]);
    last = row?.id ?? null;
  } while (last !== null);
  for (const step of proveBoundary) await client.query(step);
}

/**
 * Days before the boundary stay in `sale_early`; of an empty database these are the days of more than a month ago. A
 * wrong clock of a producer thus makes no partitions of its own. `add_sale_partition` makes that of a day: beside
 * storing, because attaching, unlike making it in place, keeps nobody waiting.
 */
export const salesByDay = sql`
  lock table sale in access exclusive mode;

  create table archived_day (
    business_day date primary key,
    events bigint not null,
    gross_cents bigint not null,
    file text not null,
    sha256 text not null,
    archived_at timestamptz not null default now()
  );

  do $$
  declare boundary date;
  begin
    select case when max(business_day) is null then current_date - 31 else greatest(max(business_day), current_date) + 3 end
      into boundary from sale;
    drop trigger note_identities on sale;
    drop trigger forget_identities on sale;
    drop function note_sale_identities;
    alter table sale rename to sale_early;
    alter table sale_early rename column partition to log_partition;
    alter table sale_early drop constraint sale_pkey;
    alter index sale_business_day rename to sale_early_business_day;
    alter index sale_theater_recent rename to sale_early_theater_recent;
    create table sale (like sale_early including defaults including constraints) partition by range (business_day);
    alter table sale drop constraint sale_before_boundary;
    create index sale_theater_recent on sale (theater_id, sold_at);
    execute format('alter table sale attach partition sale_early for values from (minvalue) to (%L)', boundary);
    alter table sale_early drop constraint sale_before_boundary;
  end $$;

  create function add_sale_partition(day date) returns void language plpgsql as $$
  declare
    name text := 'sale_' || to_char(day, 'YYYY_MM_DD');
    boundary date := (
      select substring(pg_get_expr(relpartbound, oid) from 'TO \\(''(.*)''\\)')::date
      from pg_class where oid = 'sale_early'::regclass
    );
  begin
    if day < boundary or to_regclass(name) is not null then return; end if;
    perform pg_advisory_xact_lock(4217180032);
    if to_regclass(name) is not null or exists (select from archived_day where business_day = day) then return; end if;
    execute format('create table %I (like sale including defaults including constraints including indexes)', name);
    execute format('alter table sale attach partition %I for values from (%L) to (%L)', name, day, day + 1);
  end $$;`;
