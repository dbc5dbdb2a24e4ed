import type pg from 'pg';
import type { SecondBucket } from '../domain/live.ts';
import type { Channel, SaleLine } from '../domain/ticket-sale.ts';
import { sql } from '../lib/sql.ts';
import { type Queryable, select } from './select.ts';

const saleColumns = sql`
  id::text as id, kind, refund_of::text as refund_of, theater_id, movie_id, showtime, channel, tickets, amount_cents,
  currency, sold_at, business_day::text as business_day, partition, log_offset`;

const ofTheater = sql`
  select ${saleColumns} from sale where theater_id = $1 order by sold_at desc, id limit $2`;

/** The newest of each theatre first: an index on the instant alone would cost every insert more than this costs a look. */
const ofAllTheaters = sql`
  select s.* from theater t
  cross join lateral (
    select ${saleColumns} from sale where sale.theater_id = t.id order by sold_at desc limit $1
  ) s
  order by s.sold_at desc, s.id limit $1`;

const secondBuckets = sql`
  select extract(epoch from date_trunc('second', s.sold_at))::float8 * 1000 as at,
    sum(s.kind * s.amount_cents)::bigint as gross_cents, count(*) filter (where s.kind = 1) as sales,
    sum(s.kind * s.tickets)::bigint as admits
  from theater t
  cross join lateral (
    select kind, amount_cents, tickets, sold_at from sale
    where sale.theater_id = t.id and sold_at >= to_timestamp($1::float8 / 1000.0)
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

/** The last stored sales and refunds by instant of sale, newest first, of one theatre or of all in the catalogue. */
export async function recentSales(
  pool: Queryable,
  filter: { readonly theaterId?: number; readonly limit: number },
): Promise<readonly SaleLine[]> {
  const rows =
    filter.theaterId === undefined
      ? await select<SaleRow>(pool, ofAllTheaters, [filter.limit])
      : await select<SaleRow>(pool, ofTheater, [filter.theaterId, filter.limit]);
  return rows.map(saleLineOf);
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
