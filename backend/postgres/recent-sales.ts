import type pg from 'pg';
import type { SecondBucket } from '../domain/live.ts';
import type { Channel, SaleLine } from '../domain/ticket-sale.ts';
import { sql, textArray } from '../lib/sql.ts';
import { type Queryable, select } from './select.ts';

const saleColumns = sql`
  id::text as id, kind, refund_of::text as refund_of, theater_id, movie_id, showtime, channel, tickets, amount_cents,
  currency, sold_at, business_day::text as business_day, log_partition, log_offset`;

/** Days with sales, newest first: each is a partition, and later sales are in later days. */
const daysWithSales = sql`
  select business_day::text as day from rollup_day group by business_day having sum(sales + refunds) > 0
  order by business_day desc`;

/** Of events that were stored before partitions of several topics were numbered, the number is the partition. */
const withPartition = sql`s.*, coalesce(o.partition, s.log_partition) as partition`;
const itsOffsets = sql`left join consumer_offset o on o.log_partition = s.log_partition`;

const ofTheater = sql`
  select ${withPartition} from (
    select ${saleColumns} from sale where theater_id = $2 and business_day = any ($3::date[])
    order by sold_at desc, id limit $1
  ) s ${itsOffsets}
  order by s.sold_at desc, s.id`;

/** The newest of each theatre first: an index on the instant alone would cost every insert more than this costs a look. */
const ofAllTheaters = sql`
  select ${withPartition} from theater t
  cross join lateral (
    select ${saleColumns} from sale where sale.theater_id = t.id and business_day = any ($2::date[])
    order by sold_at desc limit $1
  ) s ${itsOffsets}
  order by s.sold_at desc, s.id limit $1`;

/** A business day begins within two days of the date in UTC. */
const secondBuckets = sql`
  select extract(epoch from date_trunc('second', s.sold_at))::float8 * 1000 as at,
    sum(s.kind * s.amount_cents)::bigint as gross_cents, count(*) filter (where s.kind = 1) as sales,
    sum(s.kind * s.tickets)::bigint as admits
  from theater t
  cross join lateral (
    select kind, amount_cents, tickets, sold_at from sale
    where sale.theater_id = t.id and sold_at >= to_timestamp($1::float8 / 1000.0)
      and business_day >= to_timestamp($1::float8 / 1000.0)::date - 2
  ) s
  group by 1 order by 1`;

interface SaleRow extends pg.QueryResultRow {
  readonly id: string;
  readonly kind: number;
  readonly refund_of: string | null;
  readonly theater_id: number;
  readonly movie_id: number;
  readonly showtime: number;
  readonly channel: Channel;
  readonly tickets: number;
  readonly amount_cents: bigint;
  readonly currency: string;
  readonly sold_at: number;
  readonly business_day: string;
  readonly partition: number;
  readonly log_offset: bigint;
}

function saleLineOf(row: SaleRow): SaleLine {
  return {
    id: row.id,
    kind: row.kind === 1 ? 1 : -1,
    refundOf: row.refund_of,
    theaterId: row.theater_id,
    movieId: row.movie_id,
    showtime: row.showtime,
    channel: row.channel,
    tickets: row.tickets,
    amountCents: Number(row.amount_cents),
    currency: row.currency,
    soldAt: row.sold_at,
    businessDay: row.business_day,
    partition: row.partition,
    offset: row.log_offset,
  };
}

/** As many days are looked at first, and `daysMore` times as many each time that they have too few. */
const firstDays = 2;
const daysMore = 8;

/** The last stored sales and refunds by instant of sale, newest first, of one theatre or of all in the catalogue. */
export async function recentSales(
  connection: Queryable,
  { theaterId, limit }: { readonly theaterId?: number; readonly limit: number },
): Promise<readonly SaleLine[]> {
  const days = (await select<{ day: string }>(connection, daysWithSales)).map(({ day }) => day);
  const found: SaleRow[] = [];
  for (let from = 0, count = firstDays; from < days.length && found.length < limit; from += count, count *= daysMore) {
    const some = textArray(days.slice(from, from + count));
    const more = limit - found.length;
    found.push(
      ...(theaterId === undefined
        ? await select<SaleRow>(connection, ofAllTheaters, [more, some])
        : await select<SaleRow>(connection, ofTheater, [more, theaterId, some])),
    );
  }
  return found.map(saleLineOf);
}

/** Seconds with a sale or refund since an instant (epoch ms), ascending: what the live window starts from. */
export async function secondsSince(pool: Queryable, from: number): Promise<readonly SecondBucket[]> {
  const rows = await select<{ at: number; gross_cents: bigint; sales: bigint; admits: bigint }>(pool, secondBuckets, [
    from,
  ]);
  return rows.map((row) => ({
    at: row.at,
    grossCents: row.gross_cents,
    sales: Number(row.sales),
    admits: Number(row.admits),
  }));
}
