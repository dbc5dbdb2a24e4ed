import type pg from 'pg';
import type { BusinessDay } from '../domain/rollup.ts';
import { sql, textArray } from '../lib/sql.ts';
import { type Queryable, select } from './select.ts';

/** Events (sales + refunds) and their gross in cents. */
export interface Totals {
  readonly events: number;
  readonly grossCents: bigint;
}

const ofSales = sql`
  select (s.events + a.events)::bigint as events, (s.gross_cents + a.gross_cents)::bigint as gross_cents
  from (select count(*) as events, coalesce(sum(kind * amount_cents::integer), 0) as gross_cents from sale) s
  cross join (
    select coalesce(sum(events), 0) as events, coalesce(sum(gross_cents), 0) as gross_cents from archived_day
  ) a`;
const ofSalesByDay = sql`
  select business_day::text as day, count(*) as events, sum(kind * amount_cents::integer)::bigint as gross_cents
  from sale where business_day = any ($1::date[]) group by business_day
  union all
  select business_day::text, events, gross_cents from archived_day where business_day = any ($1::date[])`;
const ofRollups = sql`
  select coalesce(sum(sales + refunds), 0)::bigint as events, coalesce(sum(gross_cents), 0)::bigint as gross_cents
  from rollup_day`;
const ofRollupsByDay = sql`
  select business_day::text as day, sum(sales + refunds)::bigint as events, sum(gross_cents)::bigint as gross_cents
  from rollup_day where business_day = any ($1::date[]) group by business_day`;

interface TotalsRow {
  readonly events: bigint;
  readonly gross_cents: bigint;
}

interface DayTotalsRow extends TotalsRow {
  readonly day: string;
}

async function whole(pool: Queryable, text: typeof ofSales): Promise<Totals> {
  const [row] = await select<TotalsRow & pg.QueryResultRow>(pool, text);
  return { events: Number(row?.events ?? 0n), grossCents: row?.gross_cents ?? 0n };
}

async function byDay(
  pool: Queryable,
  text: typeof ofSales,
  days: readonly BusinessDay[],
): Promise<ReadonlyMap<BusinessDay, Totals>> {
  const rows = await select<DayTotalsRow & pg.QueryResultRow>(pool, text, [textArray(days)]);
  return new Map(rows.map((row) => [row.day, { events: Number(row.events), grossCents: row.gross_cents }]));
}

/** Everything stored, recomputed from the sales: reads all of them. Archived days count as their archives say. */
export function saleTotals(pool: Queryable): Promise<Totals> {
  return whole(pool, ofSales);
}

/** Some days recomputed from their sales; a day without any is left out. */
export function saleTotalsByDay(
  pool: Queryable,
  days: readonly BusinessDay[],
): Promise<ReadonlyMap<BusinessDay, Totals>> {
  return byDay(pool, ofSalesByDay, days);
}

/** Everything stored, as the rollups have it. */
export function rollupTotals(pool: Queryable): Promise<Totals> {
  return whole(pool, ofRollups);
}

export function rollupTotalsByDay(
  pool: Queryable,
  days: readonly BusinessDay[],
): Promise<ReadonlyMap<BusinessDay, Totals>> {
  return byDay(pool, ofRollupsByDay, days);
}
