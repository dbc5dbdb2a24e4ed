/**
 * The one statement that stores a batch (design section 4), all of it or nothing. Its parts in order:
 * fence (lock the offset row, only if it holds the expected offset and the data are of the expected generation), claim the
 * ids that are new, insert their sales, upsert the four rollups from the inserted rows alone, dead letters, outbox, offset
 * and counters. The partitions of the batch's days are there already (sale-partitions.ts). It comes with two sources of rows: arrays for small
 * batches and for the embedded database, a stage filled by COPY for large ones. Parts are ordered by key so that two
 * partitions' transactions take row locks in the same order. Every data-modifying part depends on the fence; without it
 * nothing runs.
 *
 * Whoever recomputes or deletes everything locks the table `sale_identity` against it (rebuild-sql.ts) and then raises
 * `calendar.version_floor`, which is the generation. The statement takes its locks of tables before its snapshot, so it
 * is either through before, or sees all of what was done. Of the tables that it writes, `sale_identity` comes before all
 * that is locked there, and only the offsets come before it.
 */
import { type Sql, sql } from '../lib/sql.ts';

/** The batch as array parameters: one round trip, and the text form of every value. */
const arraySource = sql`
  source as materialized (
    select s.id, s.kind, s.theater_id, s.movie_id, to_timestamp(s.showtime / 1000.0) as showtime, s.channel, s.tickets,
      s.amount_cents, s.currency, to_timestamp(s.sold_at / 1000.0) as sold_at, s.business_day, s.refund_of, s.log_offset
    from unnest($14::uuid[], $15::smallint[], $16::integer[], $17::integer[], $18::float8[], $19::text[], $20::integer[],
      $21::bigint[], $22::text[], $23::float8[], $24::date[], $25::uuid[], $26::bigint[])
      as s(id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at, business_day,
        refund_of, log_offset)
  )`;

/** The batch as rows that were copied into the connection's own stage: read where it is asked for, not copied once more. */
const stageSource = sql`source as not materialized (select * from stage)`;

const sums = sql`
  sum(kind * amount_cents) as gross_cents,
  coalesce(sum(amount_cents) filter (where kind = -1), 0) as refund_cents,
  count(*) filter (where kind = 1) as sales,
  count(*) filter (where kind = -1) as refunds,
  sum(kind * tickets) as admits`;

const totals = sql`sum(gross_cents), sum(refund_cents), sum(sales), sum(refunds), sum(admits)`;

const addMeasures = sql`
  gross_cents = r.gross_cents + excluded.gross_cents,
  refund_cents = r.refund_cents + excluded.refund_cents,
  sales = r.sales + excluded.sales,
  refunds = r.refunds + excluded.refunds,
  admits = r.admits + excluded.admits,
  version = r.version + 1`;

const measureColumns = sql`gross_cents, refund_cents, sales, refunds, admits, version`;

/** What of a batch is stored. */
interface Claim {
  /** Ids to be noted. */
  readonly ids: Sql;
  /** Rows to be inserted. */
  readonly rows: Sql;
  /** What is told of a row that is inserted, as `stored` has it. */
  readonly returning: Sql;
  readonly stored: Sql;
}

const told = sql`
  kind::integer as kind, theater_id, movie_id, tickets, amount_cents::integer as amount_cents, business_day,
  date_bin('1 minute', sold_at, timestamptz 'epoch') as minute, log_offset`;

/** Leaves out the events that are stored already, and of those that come twice the later ones. */
const skipDuplicates: Claim = {
  ids: sql`
    select distinct id from source where exists (select from fence) order by id
    on conflict do nothing
    returning id`,
  rows: sql`(select distinct on (id) * from source join claimed using (id) order by id, log_offset) as s`,
  returning: sql`returning ${told}`,
  stored: sql`select * from inserted`,
};
/**
 * Fails (23505) when an event is stored already: what is stored is the batch, and PostgreSQL need not repeat it. Ids are
 * claimed before any rollup is touched: two transactions that have an id in common must not wait for each other.
 */
const noDuplicates: Claim = {
  ids: sql`select id from source where exists (select from fence) order by id returning 1`,
  rows: sql`source where (select count(*) from claimed) > 0`,
  returning: sql``,
  stored: sql`select ${told} from source where (select count(*) from claimed) > 0`,
};

/** What the batch's topic and partition are known by in sales, rollups and outbox (log-partitions-migration.ts). */
const number = sql`(select log_partition from fence)`;

const applySource = (claim: Claim) => sql`
  fence as (
    select log_partition from consumer_offset where topic = $1 and partition = $2 and next_offset = $3
      and ($11::bigint is null or $11 = (select version_floor from calendar)) for update
  ), floor as (
    select coalesce(max(version_floor), 0) + 1 as version from calendar
  ), claimed as (
    insert into sale_identity (id) ${claim.ids}
  ), inserted as (
    insert into sale (id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at,
      business_day, refund_of, log_partition, log_offset)
    select id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at, business_day,
      refund_of, ${number}, log_offset
    from ${claim.rows}
    ${claim.returning}
  ), stored as not materialized (
    ${claim.stored}
  ), summed as (
    select business_day, theater_id, movie_id, minute, ${sums}
    from stored group by business_day, theater_id, movie_id, minute
  ), counted as (
    select coalesce(sum(sales + refunds), 0)::bigint as inserted from summed
  ), theater_movie as (
    insert into rollup_theater_movie as r (business_day, theater_id, movie_id, ${measureColumns})
    select business_day, theater_id, movie_id, ${totals}, (select version from floor)
    from summed group by business_day, theater_id, movie_id order by business_day, theater_id, movie_id
    on conflict (business_day, theater_id, movie_id) do update set ${addMeasures}
    returning business_day, theater_id, movie_id, ${measureColumns}
  ), theater_quarter as (
    insert into rollup_theater_quarter as r (business_day, theater_id, at, ${measureColumns})
    select business_day, theater_id, date_bin('15 minutes', minute, timestamptz 'epoch') as at, ${totals}, (select version from floor)
    from summed group by 1, 2, 3 order by 1, 2, 3
    on conflict (business_day, theater_id, at) do update set ${addMeasures}
    returning business_day, theater_id, at, ${measureColumns}
  ), minute as (
    insert into rollup_minute as r (business_day, at, log_partition, ${measureColumns})
    select business_day, minute, ${number}, ${totals}, (select version from floor)
    from summed group by business_day, minute order by business_day, minute
    on conflict (business_day, at, log_partition) do update set ${addMeasures}
    returning business_day, at, ${measureColumns}
  ), day as (
    insert into rollup_day as r (business_day, log_partition, ${measureColumns})
    select business_day, ${number}, ${totals}, (select version from floor)
    from summed group by business_day order by business_day
    on conflict (business_day, log_partition) do update set ${addMeasures}
    returning business_day, ${measureColumns}
  ), refused as (
    insert into dead_letter (topic, partition, log_offset, raw, reason, detail, key, headers)
    select $1, $2, d.log_offset, d.raw, d.reason, d.detail, d.key, d.headers::jsonb
    from unnest($6::bigint[], $7::bytea[], $8::text[], $9::text[], $10::bytea[], $13::text[])
      as d(log_offset, raw, reason, detail, key, headers)
    where exists (select from fence)
    on conflict do nothing
  ), outbox as (
    insert into projection_outbox as o (business_day, log_partition, version)
    select business_day, ${number}, version from day order by business_day
    on conflict (business_day, log_partition) do update set version = excluded.version
  ), moved as (
    update consumer_offset set
      next_offset = $4,
      stored = stored + (select inserted from counted),
      duplicates = duplicates + $5::integer - (select inserted from counted),
      dead_lettered = dead_lettered + cardinality($6::bigint[]),
      empty = empty + $12::bigint
    where topic = $1 and partition = $2 and exists (select from fence)
    returning 1
  )`;

/**
 * What the statement answers: rows of (part, business day, theatre, movie, instant in ms, measures, version).
 * Part 0 is always there: its measures' places hold 1 or 0 (whether the fence held) and the count of inserted rows.
 * Part 5 has the log offsets of the inserted rows, only when some were duplicates.
 */
const answerRows = sql`
  select 0 as part, null::date as business_day, null::integer as theater_id, null::integer as movie_id, null::float8 as at,
    (select count(*) from moved) as gross_cents, (select inserted from counted) as refund_cents, 0::bigint as sales,
    0::bigint as refunds, 0::bigint as admits, 0::bigint as version, ${number} as partition
  union all
  select 1, business_day, theater_id, movie_id, null, ${measureColumns}, ${number} from theater_movie
  union all
  select 2, business_day, theater_id, null, extract(epoch from at)::float8 * 1000, ${measureColumns}, ${number} from theater_quarter
  union all
  select 3, business_day, null, null, extract(epoch from at)::float8 * 1000, ${measureColumns}, ${number} from minute
  union all
  select 4, business_day, null, null, null, ${measureColumns}, ${number} from day
  union all
  select 5, null, null, null, null, log_offset, 0, 0, 0, 0, 0, ${number} from stored
    where (select inserted from counted) < $5::integer`;

export const applyArrays = sql`with ${arraySource}, ${applySource(skipDuplicates)} ${answerRows}`;
export const applyStage = sql`with ${stageSource}, ${applySource(skipDuplicates)} ${answerRows}`;
export const applyNewStage = sql`with ${stageSource}, ${applySource(noDuplicates)} ${answerRows}`;

/**
 * It allows more than `sale` does, so that what is refused is refused by `sale`; texts are bounded, because a table that
 * cannot outgrow its pages needs no second one that commits must empty.
 */
const stage = sql`
  create temporary table if not exists stage (
    id uuid, kind smallint, theater_id integer, movie_id integer, showtime timestamptz, channel varchar(16),
    tickets integer, amount_cents bigint, currency varchar(16), sold_at timestamptz, business_day date, refund_of uuid,
    log_offset bigint
  )`;

/** A connection's stage, emptied by every commit. */
export const createStage = sql`${stage} on commit delete rows`;
/** A transaction's stage. */
export const createPassingStage = sql`${stage} on commit drop`;

/** The column order is that of copy-rows.ts. */
export const copyToStage = sql`copy stage from stdin (format binary)`;
/** Begins the transaction of the batch too: one round trip less. */
export const beginCopyToStage = sql`begin; ${copyToStage}`;
