/**
 * The questions in SQL over the rollups. Every statement answers the day's version beside the rows, from one snapshot;
 * without rows there is one row whose columns, apart from the version, are null. Rows without any sale or refund (a day
 * that a rebuild has emptied) do not count.
 */
import { sql } from '../lib/sql.ts';

const version = sql`
  day_version as (select coalesce(sum(version), 0)::bigint as version from rollup_day where business_day = $1)`;

const measures = sql`
  sum(gross_cents)::bigint as gross_cents, sum(refund_cents)::bigint as refund_cents, sum(sales)::bigint as sales,
  sum(refunds)::bigint as refunds, sum(admits)::bigint as admits`;

const ms = sql`extract(epoch from at)::float8 * 1000 as at`;

export const summary = sql`
  with ${version} select v.version, r.* from day_version v
  left join (select ${measures} from rollup_day where business_day = $1) r on true`;

export const theaterMovies = sql`
  with ${version} select v.version, r.* from day_version v
  left join (
    select movie_id as id, gross_cents, refund_cents, sales, refunds, admits from rollup_theater_movie
    where business_day = $1 and theater_id = $2 and sales + refunds > 0
  ) r on true
  order by r.gross_cents desc, r.id`;

const theaterTotals = sql`
  totals as (
    select theater_id as id, ${measures} from rollup_theater_movie
    where business_day = $1 and sales + refunds > 0 group by theater_id
  )`;

const ranked = sql`select rank() over (order by gross_cents desc)::integer as rank, t.* from totals t`;

export const theaterLeaderboard = sql`
  with ${version}, ${theaterTotals}
  select v.version, r.* from day_version v left join (${ranked}) r on true order by r.rank, r.id`;

/** $2: quarters that start earlier, epoch ms. */
export const theaterLeaderboardBefore = sql`
  with ${version}, totals as (
    select theater_id as id, ${measures} from rollup_theater_quarter
    where business_day = $1 and at < to_timestamp($2::float8 / 1000.0) and sales + refunds > 0 group by theater_id
  )
  select v.version, r.* from day_version v left join (${ranked}) r on true order by r.rank, r.id`;

export const topTheater = sql`
  with ${version}, ${theaterTotals}, placed as (
    select r.*, row_number() over (order by r.rank, r.id) as place, count(*) filter (where r.rank = 1) over () as leaders
    from (${ranked}) r
  )
  select v.version, p.* from day_version v left join placed p on p.place <= p.leaders + 1 order by p.place`;

export const movieLeaderboard = sql`
  with ${version}, totals as (
    select movie_id as id, ${measures}, count(*)::integer as theaters from rollup_theater_movie
    where business_day = $1 and sales + refunds > 0 group by movie_id
  )
  select v.version, r.* from day_version v left join (${ranked}) r on true order by r.rank, r.id`;

export const minuteSeries = sql`
  with ${version} select v.version, r.* from day_version v
  left join (
    select ${ms}, ${measures} from rollup_minute where business_day = $1 and sales + refunds > 0 group by rollup_minute.at
  ) r on true
  order by r.at`;

/** $2: theatre, or null for all. */
export const quarterSeries = sql`
  with ${version} select v.version, r.* from day_version v
  left join (
    select ${ms}, ${measures} from rollup_theater_quarter
    where business_day = $1 and ($2::integer is null or theater_id = $2) and sales + refunds > 0
    group by rollup_theater_quarter.at
  ) r on true
  order by r.at`;

/** $2: theatre, or null for all. $3: the business zone. Hours of its clock, also where they are put forward or back. */
export const hourSeries = sql`
  with ${version} select v.version, r.* from day_version v
  left join (
    select ${ms}, ${measures} from (
      select date_trunc('hour', at, $3) as at, gross_cents, refund_cents, sales, refunds, admits from rollup_theater_quarter
      where business_day = $1 and ($2::integer is null or theater_id = $2) and sales + refunds > 0
    ) q group by q.at
  ) r on true
  order by r.at`;

/** $2: the business zone. */
export const theaterHours = sql`
  with ${version} select v.version, r.* from day_version v
  left join (
    select id, ${ms}, ${measures} from (
      select theater_id as id, date_trunc('hour', at, $2) as at, gross_cents, refund_cents, sales, refunds, admits
      from rollup_theater_quarter where business_day = $1 and sales + refunds > 0
    ) q group by q.id, q.at
  ) r on true
  order by r.id, r.at`;

/** All rows of a day in one snapshot, in the shape of rollup-rows.ts. */
export const dayRows = sql`
  select 1 as part, business_day, theater_id, movie_id, null::float8 as at, gross_cents, refund_cents, sales, refunds, admits,
    version, null::integer as partition
  from rollup_theater_movie where business_day = $1
  union all
  select 2, business_day, theater_id, null, ${ms}, gross_cents, refund_cents, sales, refunds, admits, version, null
  from rollup_theater_quarter where business_day = $1
  union all
  select 3, business_day, null, null, ${ms}, gross_cents, refund_cents, sales, refunds, admits, version, log_partition
  from rollup_minute where business_day = $1
  union all
  select 4, business_day, null, null, null, gross_cents, refund_cents, sales, refunds, admits, version, log_partition
  from rollup_day where business_day = $1`;

export const days = sql`
  select distinct business_day::text as day from rollup_day where sales + refunds > 0 order by 1`;
