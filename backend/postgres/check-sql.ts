import { sql } from '../lib/sql.ts';

const sums = sql`
  sum(kind * amount_cents::integer)::bigint as gross_cents,
  coalesce(sum(amount_cents::integer) filter (where kind = -1), 0)::bigint as refund_cents,
  count(*) filter (where kind = 1) as sales, count(*) filter (where kind = -1) as refunds,
  sum(kind * tickets)::bigint as admits`;

/** Of an archived day the rollups have no sales to be compared with. */
const comparable = sql`sales + refunds > 0 and business_day not in (select business_day from archived_day)`;

const kept = sql`gross_cents, refund_cents, sales, refunds, admits`;

/** Rows that are not the same on both sides, told by their keys; a row of zeros is as good as none. */
const differences = sql`
  select count(*) as rows, coalesce(string_agg(key, ', ') filter (where place <= 3), '') as keys
  from (
    select coalesce(k.key, c.key) as key, row_number() over () as place
    from kept k full join computed c on c.key = k.key
    where (k.gross_cents, k.refund_cents, k.sales, k.refunds, k.admits)
      is distinct from (c.gross_cents, c.refund_cents, c.sales, c.refunds, c.admits)
  ) d`;

export const theaterMovieDifferences = sql`
  with kept as (
    select concat_ws(' ', business_day, theater_id, movie_id) as key, ${kept} from rollup_theater_movie where ${comparable}
  ), computed as (
    select concat_ws(' ', business_day, theater_id, movie_id) as key, ${sums} from sale group by business_day, theater_id, movie_id
  ) ${differences}`;

export const theaterQuarterDifferences = sql`
  with kept as (
    select concat_ws(' ', business_day, theater_id, at) as key, ${kept} from rollup_theater_quarter where ${comparable}
  ), computed as (
    select concat_ws(' ', business_day, theater_id, date_bin('15 minutes', sold_at, timestamptz 'epoch')) as key, ${sums}
    from sale group by business_day, theater_id, date_bin('15 minutes', sold_at, timestamptz 'epoch')
  ) ${differences}`;

export const minuteDifferences = sql`
  with kept as (
    select concat_ws(' ', business_day, log_partition, at) as key, ${kept} from rollup_minute where ${comparable}
  ), computed as (
    select concat_ws(' ', business_day, log_partition, date_bin('1 minute', sold_at, timestamptz 'epoch')) as key, ${sums}
    from sale group by business_day, log_partition, date_bin('1 minute', sold_at, timestamptz 'epoch')
  ) ${differences}`;

export const dayDifferences = sql`
  with kept as (
    select concat_ws(' ', business_day, log_partition) as key, ${kept} from rollup_day where ${comparable}
  ), computed as (
    select concat_ws(' ', business_day, log_partition) as key, ${sums} from sale group by business_day, log_partition
  ) ${differences}`;

/** Archived days whose archive holds other totals than the rollups say, or that hold sales all the same. */
export const archivedDifferences = sql`
  select a.business_day::text as day from archived_day a
  where not exists (
      select from rollup_day r where r.business_day = a.business_day
      having sum(sales + refunds) = a.events and sum(gross_cents) = a.gross_cents
    ) or exists (select from sale s where s.business_day = a.business_day)
  order by a.business_day limit 3`;

/** Ids that are noted, and sales that are stored or archived: each sale has one, and none is without. */
export const identities = sql`
  select (select count(*) from sale_identity) as ids,
    (select count(*) from sale) + (select coalesce(sum(events), 0) from archived_day)::bigint as sales`;

export const consumedRanges = sql`
  select partition, first_offset as first, next_offset as next, empty, unexplained from consumer_offset where topic = $1`;

export const explain = sql`
  update consumer_offset set empty = empty + unexplained, unexplained = 0
  where topic = $1 and partition = $2 and unexplained = $3`;

/** The version of each day that has sales. */
export const versions = sql`
  select business_day::text as day, sum(version)::bigint as version from rollup_day
  group by business_day having sum(sales + refunds) > 0 order by business_day`;

/** Per number of a partition what is stored: the sales, archived ones too. */
const held = sql`
  held as (
    select log_partition, sum(events)::bigint as events, max(last_offset) as last_offset from (
      select log_partition, count(*) as events, max(log_offset) as last_offset from sale group by log_partition
      union all
      select log_partition, sum(sales + refunds), null
      from rollup_day join archived_day using (business_day) group by log_partition
    ) e group by log_partition
  )`;

/** The account of each partition of every topic beside what the sales, archived ones too, and dead letters themselves say. */
export const accounts = sql`
  with ${held}, letters as (
    select topic, partition, count(*) as letters, max(log_offset) as last_offset from dead_letter group by topic, partition
  )
  select o.topic, o.partition, o.first_offset, o.next_offset, o.stored, o.duplicates, o.dead_lettered, o.empty, o.mixed,
    o.unexplained, coalesce(h.events, 0) as sale_count, h.last_offset as last_sale, coalesce(d.letters, 0) as letter_count,
    d.last_offset as last_letter
  from consumer_offset o
  left join held h using (log_partition)
  left join letters d on d.topic = o.topic and d.partition = o.partition
  order by o.topic, o.partition`;

export const topicAccounts = sql`
  select topic, sum(stored)::bigint as stored, sum(duplicates)::bigint as duplicates,
    sum(dead_lettered)::bigint as dead_lettered, sum(empty)::bigint as empty, sum(unexplained)::bigint as unexplained
  from consumer_offset group by topic`;

/**
 * What is stored under numbers that are no partition's: of before partitions of several topics were numbered. Beside it
 * what the topics that had this partition then count there.
 */
export const mixedAccounts = sql`
  with ${held}, others as (
    select log_partition as partition, events, last_offset from held
    where log_partition not in (select log_partition from consumer_offset) and events > 0
  ), counted as (
    select partition, sum(mixed)::bigint as stored, max(next_offset) as next_offset from consumer_offset
    where mixed > 0 group by partition
  )
  select partition, coalesce(o.events, 0) as sale_count, o.last_offset as last_sale, coalesce(c.stored, 0) as stored,
    coalesce(c.next_offset, 0) as next_offset
  from others o full join counted c using (partition) order by partition`;

/** Events of partition $2 at offsets $4 with ids $3 that are neither stored nor dead letters. */
export const missingEvents = sql`
  select e.id::text as id, e.log_offset from unnest($3::uuid[], $4::bigint[]) as e(id, log_offset)
  where not exists (select from sale_identity i where i.id = e.id)
    and not exists (select from dead_letter d where d.topic = $1 and d.partition = $2 and d.log_offset = e.log_offset)
  order by e.log_offset limit 5`;
