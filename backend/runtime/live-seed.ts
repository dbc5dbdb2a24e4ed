import type pg from 'pg';
import type { BusinessCalendar } from '../domain/business-day.ts';
import { type DaySeed, daySeedOf } from '../live/day-account.ts';
import type { LiveSeed } from '../live/live-window.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import { recentSales, secondsSince } from '../postgres/recent-sales.ts';
import { saleTotals } from '../postgres/totals.ts';

const windowMs = 300_000;
const recentLimit = 50;

/**
 * What the live window starts from, read while nothing is being stored: today and any later business day that has sales
 * (a sale may be up to a day ahead), the last five minutes by second, the last 50 sales, the totals of all sales.
 */
export async function readLiveSeed(
  pool: pg.Pool,
  reader: RollupReader,
  calendar: BusinessCalendar,
  offsets: ReadonlyMap<number, bigint>,
  now: number,
): Promise<LiveSeed> {
  const today = calendar.dayOf(now);
  const days: DaySeed[] = [];
  for (const day of await reader.days()) if (day >= today) days.push(daySeedOf(day, await reader.dayRows(day)));
  return {
    offsets,
    days,
    seconds: await secondsSince(pool, now - windowMs),
    recent: await recentSales(pool, { limit: recentLimit }),
    ledger: await saleTotals(pool),
    committedAt: null,
  };
}
