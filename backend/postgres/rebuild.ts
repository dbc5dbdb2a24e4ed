/**
 * Recomputing what is derived from the sales. Clear the read model and the answer cache afterwards: the outbox then
 * names every day, so replaying it loads them anew.
 */
import type pg from 'pg';
import type { BusinessCalendar } from '../domain/business-day.ts';
import { isCurrency } from '../domain/money.ts';
import { AppError } from '../lib/app-error.ts';
import { numberArray, textArray } from '../lib/sql.ts';
import { archivedDays } from './archived-days.ts';
import * as statements from './rebuild-sql.ts';
import { addSalePartitions } from './sale-partitions.ts';
import { type Queryable, select } from './select.ts';
import { inTransaction } from './transaction.ts';

/** `done` of `total`, in the caller's own units (sales, or steps). */
export type RebuildProgress = (done: number, total: number) => void;

/** The calendar with which the stored business days were computed, and the one a change that was interrupted leads to. */
export interface StoredCalendar {
  readonly zone: string;
  readonly cutoverHour: number;
  readonly pending: { readonly zone: string; readonly cutoverHour: number } | null;
  /** ISO 4217 code of all amounts. */
  readonly currency: string;
  /** Of the data: grows with every rebuild, reset and change of the calendar. */
  readonly generation: number;
}

interface CalendarRow extends pg.QueryResultRow {
  readonly zone: string;
  readonly cutover_hour: number;
  readonly pending_zone: string | null;
  readonly pending_cutover_hour: number | null;
  readonly version_floor: bigint;
  /** null in data of an older version, before the first `adoptCalendar`. */
  readonly currency: string | null;
}

/** null before the first `adoptCalendar`. */
export async function readStoredCalendar(pool: Queryable): Promise<StoredCalendar | null> {
  const [row] = await select<CalendarRow>(pool, statements.readCalendar);
  if (!row || row.currency === null) return null;
  const { pending_zone: zone, pending_cutover_hour: cutoverHour } = row;
  return {
    zone: row.zone,
    cutoverHour: row.cutover_hour,
    pending: zone === null || cutoverHour === null ? null : { zone, cutoverHour },
    currency: row.currency,
    generation: Number(row.version_floor),
  };
}

/** Writes down calendar and currency of a new database; an existing one keeps its own. */
export async function adoptCalendar(
  pool: pg.Pool,
  calendar: { zone: string; cutoverHour: number; currency: string },
): Promise<StoredCalendar> {
  await pool.query(statements.adoptCalendar, [calendar.zone, calendar.cutoverHour, calendar.currency]);
  return (await readStoredCalendar(pool)) ?? { ...calendar, pending: null, generation: 0 };
}

const rollupSteps = [
  statements.holdStoring,
  statements.raiseVersionFloor,
  statements.emptyTheaterMovies,
  statements.fillTheaterMovies,
  statements.emptyTheaterQuarters,
  statements.fillTheaterQuarters,
  statements.emptyMinutes,
  statements.fillMinutes,
  statements.emptyDays,
  statements.fillDays,
  statements.fillOutbox,
];

async function recomputeRollups(client: pg.PoolClient, onProgress: RebuildProgress): Promise<void> {
  for (const [index, step] of rollupSteps.entries()) {
    await client.query(step);
    onProgress(index + 1, rollupSteps.length);
  }
}

/** Recomputes all rollups from the sales, in one transaction, with versions above all earlier ones. */
export async function rebuildRollups(pool: pg.Pool, onProgress: RebuildProgress = () => {}): Promise<void> {
  await inTransaction(pool, (client) => recomputeRollups(client, onProgress));
}

/** Zones are at most 26 hours apart and cut-overs 23: a sale moves by three days at most. */
const MOST_DAYS_MOVED = 3;

export interface CalendarChange {
  /**
   * In one transaction, for which storing waits: where other programs store too. Else day by day, so that the one
   * connection of an embedded database answers questions in between.
   */
  readonly atOnce?: boolean;
  /** In sales looked at. */
  readonly onProgress?: RebuildProgress;
}

/**
 * Recomputes every sale's business day, then the rollups; questions are answered from the old rollups meanwhile. Day by
 * day, nothing may be stored until it is through; when it is interrupted, the stored calendar has `pending` set: call it
 * again with that calendar before anything is consumed. Doing a day twice does no harm.
 * Errors: `AppError` `bad_settings` while days are archived.
 */
export async function changeCalendar(
  pool: pg.Pool,
  calendar: BusinessCalendar,
  { atOnce = false, onProgress = () => {} }: CalendarChange = {},
): Promise<void> {
  const [archived] = [...(await archivedDays(pool))].sort();
  if (archived !== undefined) {
    throw new AppError('bad_settings', `The business day ${archived} is archived, and cannot become another one.`, {
      hint: 'Restore the archived days first (reelmetrics restore), or keep zone and cut-over.',
    });
  }
  const target = [calendar.zone, calendar.cutoverHour];
  if (!atOnce) {
    await pool.query(statements.beginCalendarChange, target);
    await moveToDays(pool, calendar, onProgress);
  }
  await inTransaction(pool, async (client) => {
    if (atOnce) {
      await client.query(statements.holdStoring);
      await moveToDays(client, calendar, onProgress);
    }
    await recomputeRollups(client, () => {});
    await client.query(statements.endCalendarChange, target);
  });
}

/**
 * Changes the currency of data that hold no amounts yet; batches that are being stored meanwhile are refused.
 * Errors: `AppError` bad_settings for a currency that is not known, or when amounts are stored.
 */
export async function changeCurrency(pool: pg.Pool, currency: string): Promise<void> {
  if (!isCurrency(currency)) {
    throw new AppError('bad_settings', `There is no currency "${currency}".`, {
      hint: 'Give an ISO 4217 code, such as EUR or JPY.',
    });
  }
  await inTransaction(pool, async (client) => {
    await client.query(statements.holdStoring);
    const [held] = await select<{ found: boolean }>(client, statements.holdsAmounts);
    const stored = await readStoredCalendar(client);
    if (stored?.currency === currency) return;
    if (held?.found !== false) {
      throw new AppError(
        'bad_settings',
        `This data is in ${stored?.currency}, and sales are stored: not ${currency}.`,
        {
          hint: 'Leave the currency as it is, or use data without sales: another folder, database, or after a reset.',
        },
      );
    }
    await client.query(statements.setCurrency, [currency]);
    await client.query(statements.raiseVersionFloor);
  });
}

async function moveToDays(connection: Queryable, calendar: BusinessCalendar, onProgress: RebuildProgress) {
  const days = await select<{ day: string; events: bigint }>(connection, statements.salesByDay);
  const total = days.reduce((sum, { events }) => sum + Number(events), 0);
  let done = 0;
  for (const { day, events } of days) {
    const near: string[] = [];
    for (let shift = -MOST_DAYS_MOVED; shift <= MOST_DAYS_MOVED; shift += 1) near.push(calendar.addDays(day, shift));
    await addSalePartitions(connection, near);
    await connection.query(statements.moveSales, [
      day,
      textArray(near),
      numberArray(near.map((each) => calendar.startOf(each))),
      numberArray(near.map((each) => calendar.endOf(each))),
    ]);
    done += Number(events);
    onProgress(done, total);
  }
}
