import type pg from 'pg';
import type { BusinessCalendar } from '../domain/business-day.ts';
import { type DaySeed, daySeedOf } from '../live/day-account.ts';
import type { LiveSeed } from '../live/live-window.ts';
import { storedOffsets, storedOffsetsOfOthers } from '../postgres/offsets.ts';
import { recentSales, secondsSince } from '../postgres/recent-sales.ts';
import { PostgresRollupReader } from '../postgres/rollup-reader.ts';
import { rollupTotals } from '../postgres/totals.ts';
import { inSnapshot } from '../postgres/transaction.ts';

const windowMs = 300_000;
const recentLimit = 50;

/**
 * What the live window starts from, read in one snapshot, so that batches may be committed meanwhile: today and any
 * later business day that has sales (a sale may be up to a day ahead), the last five minutes by second, the last 50
 * sales, the totals of all days.
 */
export function readLiveSeed(pool: pg.Pool, topic: string, calendar: BusinessCalendar, now: number): Promise<LiveSeed> {
  const today = calendar.dayOf(now);
  return inSnapshot(pool, async (client) => {
    const reader = new PostgresRollupReader(client, () => calendar.zone);
    const days: DaySeed[] = [];
    for (const day of await reader.days()) if (day >= today) days.push(daySeedOf(day, await reader.dayRows(day)));
    return {
      offsets: await storedOffsets(client, topic),
      offsetsOfOthers: await storedOffsetsOfOthers(client, topic),
      days,
      seconds: await secondsSince(client, now - windowMs),
      recent: await recentSales(client, { limit: recentLimit }),
      ledger: await rollupTotals(client),
      committedAt: null,
    };
  });
}
