import { sql } from '../lib/sql.ts';

export const readCalendar = sql`
  select zone, cutover_hour, pending_zone, pending_cutover_hour, version_floor, currency from calendar where id = 1`;
export const adoptCalendar = sql`
  insert into calendar as c (id, zone, cutover_hour, currency) values (1, $1, $2, $3)
  on conflict (id) do update set currency = excluded.currency where c.currency is null`;
export const setCurrency = sql`update calendar set currency = $1 where id = 1`;
/** Whether any amount is counted; archived days have no sales and stay counted. */
export const holdsAmounts = sql`
  select exists (select from sale) or exists (select from archived_day) as found`;
export const beginCalendarChange = sql`
  update calendar set pending_zone = $1, pending_cutover_hour = $2 where id = 1`;
export const endCalendarChange = sql`
  update calendar set zone = $1, cutover_hour = $2, pending_zone = null, pending_cutover_hour = null where id = 1`;

export const salesByDay = sql`
  select business_day::text as day, count(*) as events from sale group by business_day order by business_day`;

/** Sales of the old day $1 that belong to another of the days $2 (from $3 up to $4, epoch ms). */
export const moveSales = sql`
  update sale s set business_day = d.day
  from unnest($2::date[], $3::float8[], $4::float8[]) as d(day, start, stop)
  where s.business_day = $1 and d.day <> $1
    and s.sold_at >= to_timestamp(d.start / 1000.0) and s.sold_at < to_timestamp(d.stop / 1000.0)`;

/**
 * Every version written from now on is above every version, and every sum of a day's versions, that was ever told.
 * (No row's version is above that of its day and partition: a batch raises each row it touches by one.)
 * It is the generation of the data, too: batches that were made for the one before are refused from now on.
 */
export const raiseVersionFloor = sql`
  update calendar set version_floor = greatest(version_floor, (
    select coalesce(max(version), 0) from (select sum(version) as version from rollup_day group by business_day) d
  ))::bigint + 1
  where id = 1`;

const sums = sql`
  sum(kind * amount_cents::integer), coalesce(sum(amount_cents::integer) filter (where kind = -1), 0),
  count(*) filter (where kind = 1), count(*) filter (where kind = -1), sum(kind * tickets),
  (select version_floor + 1 from calendar)`;

/**
 * Waits for the batches that are being stored, and keeps every other one waiting until the end of the transaction;
 * reading goes on.
 */
export const holdStoring = sql`lock table sale_identity in share row exclusive mode`;

/** The rollups of archived days cannot be computed anew: they stay. */
const recomputed = sql`business_day not in (select business_day from archived_day)`;

export const emptyTheaterMovies = sql`delete from rollup_theater_movie where ${recomputed}`;
export const fillTheaterMovies = sql`
  insert into rollup_theater_movie
  select business_day, theater_id, movie_id, ${sums} from sale group by business_day, theater_id, movie_id`;

export const emptyTheaterQuarters = sql`delete from rollup_theater_quarter where ${recomputed}`;
export const fillTheaterQuarters = sql`
  insert into rollup_theater_quarter
  select business_day, theater_id, date_bin('15 minutes', sold_at, timestamptz 'epoch'), ${sums} from sale group by 1, 2, 3`;

export const emptyMinutes = sql`delete from rollup_minute where ${recomputed}`;
export const fillMinutes = sql`
  insert into rollup_minute
  select business_day, date_bin('1 minute', sold_at, timestamptz 'epoch'), log_partition, ${sums} from sale group by 1, 2, 3`;

/** Days that have no sales any more stay, with zeros and the new version: their version must not fall back to none. */
export const emptyDays = sql`
  update rollup_day set gross_cents = 0, refund_cents = 0, sales = 0, refunds = 0, admits = 0,
    version = (select version_floor + 1 from calendar)
  where ${recomputed}`;
export const fillDays = sql`
  insert into rollup_day
  select business_day, log_partition, ${sums} from sale group by business_day, log_partition
  on conflict (business_day, log_partition) do update set gross_cents = excluded.gross_cents,
    refund_cents = excluded.refund_cents, sales = excluded.sales, refunds = excluded.refunds, admits = excluded.admits,
    version = excluded.version`;

/** Whoever holds a read model has to load every day anew. */
export const fillOutbox = sql`
  insert into projection_outbox (business_day, log_partition, version)
  select business_day, log_partition, version from rollup_day
  order by business_day, log_partition
  on conflict (business_day, log_partition) do update set version = excluded.version`;

/**
 * Only the sales are truncated: batches that wait to be stored hold locks of the offsets already, and questions hold
 * locks of the rollups, in any order.
 */
export const emptyStore = [
  sql`truncate sale, sale_identity`,
  sql`alter table sale_early drop constraint if exists sale_early_archived`,
  sql`delete from archived_day`,
  sql`delete from rollup_theater_movie`,
  sql`delete from rollup_theater_quarter`,
  sql`delete from rollup_minute`,
  sql`delete from rollup_day`,
  sql`delete from consumer_offset`,
  sql`lock table projection_outbox in share row exclusive mode`,
  sql`delete from projection_outbox`,
  sql`delete from dead_letter`,
];
