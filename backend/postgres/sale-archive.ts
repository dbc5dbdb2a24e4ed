/**
 * Taking the sales of whole business days out of the database, and back. What stays: the rollups, which answer every
 * question of the day as before; the identities, so that an event that comes again is still a duplicate; and what the
 * archive must hold (`archived_day`), for the check.
 */
import type pg from 'pg';
import type { BusinessDay } from '../domain/rollup.ts';
import { AppError } from '../lib/app-error.ts';
import { sql } from '../lib/sql.ts';
import type { ArchivedDay, DayTotals, SaleArchive } from '../ports/sale-archive.ts';
import { holdStoring } from './rebuild-sql.ts';
import { addSalePartitions } from './sale-partitions.ts';
import { select } from './select.ts';
import { inSnapshot, inTransaction } from './transaction.ts';

const storedBefore = sql`
  select business_day::text as day, sum(sales + refunds)::bigint as events, sum(gross_cents)::bigint as gross_cents
  from rollup_day
  where business_day < $1 and business_day not in (select business_day from archived_day)
  group by business_day having sum(sales + refunds) > 0 order by business_day`;
const allArchived = sql`
  select business_day::text as day, events, gross_cents, file, sha256 from archived_day order by business_day`;
const openLines = sql`
  declare lines no scroll cursor for
  select row_to_json(s)::text as line from sale s where business_day = $1 order by log_partition, log_offset, id`;
const nextLines = sql`fetch 5000 from lines`;

const writeDown = sql`
  insert into archived_day (business_day, events, gross_cents, file, sha256)
  select $1, $2, $3, $4, $5
  where ($2::bigint, $3::bigint) = (select sum(sales + refunds), sum(gross_cents) from rollup_day where business_day = $1)
  on conflict do nothing`;
/** A day's own partition is dropped; from among the early days its rows are deleted, and kept out from then on. */
const chooseDay = sql`select set_config('reelmetrics.day', $1, true)`;
const dropChosenDay = sql`
  do $$
  declare
    day date := current_setting('reelmetrics.day');
    name text := 'sale_' || to_char(day, 'YYYY_MM_DD');
  begin
    if to_regclass(name) is not null then
      execute format('alter table sale detach partition %I', name);
      execute format('drop table %I', name);
    else
      delete from sale_early where business_day = day;
    end if;
  end $$`;
const keepOutOfEarlyDays = sql`
  do $$
  declare days date[] := (select array_agg(business_day order by business_day) from archived_day);
  begin
    alter table sale_early drop constraint if exists sale_early_archived;
    if days is not null then
      execute format('alter table sale_early add constraint sale_early_archived check (business_day <> all (%L::date[])) not valid', days);
    end if;
  end $$`;
const forgetArchive = sql`delete from archived_day where business_day = $1 returning events, gross_cents`;
const insertLines = sql`
  insert into sale select * from json_populate_recordset(null::sale, $1::json) where business_day = $2`;
const restoredTotals = sql`
  select count(*) as events, coalesce(sum(kind * amount_cents), 0)::bigint as gross_cents
  from sale where business_day = $1`;

interface TotalsRow extends pg.QueryResultRow {
  readonly day: string;
  readonly events: bigint;
  readonly gross_cents: bigint;
}

function totalsOf({ day, events, gross_cents: grossCents }: TotalsRow): DayTotals {
  return { day, events: Number(events), grossCents };
}

export class PostgresSaleArchive implements SaleArchive {
  readonly #pool: pg.Pool;

  /** @param pool for work that may take minutes */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async daysBefore(day: BusinessDay): Promise<readonly DayTotals[]> {
    return (await select<TotalsRow>(this.#pool, storedBefore, [day])).map(totalsOf);
  }

  async archived(): Promise<readonly ArchivedDay[]> {
    const rows = await select<TotalsRow & { file: string; sha256: string }>(this.#pool, allArchived);
    return rows.map((row) => ({ ...totalsOf(row), file: row.file, sha256: row.sha256 }));
  }

  read(day: BusinessDay, take: (lines: readonly string[]) => Promise<void>): Promise<void> {
    return inSnapshot(this.#pool, async (client) => {
      await client.query(openLines, [day]);
      for (;;) {
        const rows = await select<{ line: string }>(client, nextLines);
        if (rows.length === 0) return;
        await take(rows.map(({ line }) => line));
      }
    });
  }

  remove({ day, events, grossCents, file, sha256 }: ArchivedDay): Promise<void> {
    return inTransaction(this.#pool, async (client) => {
      await client.query(holdStoring);
      const values = [day, String(events), String(grossCents), file, sha256];
      const { rowCount } = await client.query(writeDown, values);
      if (rowCount === 0) {
        throw new AppError('data_changed', `More was stored of ${day} while it was archived.`, {
          hint: 'Archive it again.',
        });
      }
      await client.query(chooseDay, [day]);
      await client.query(dropChosenDay);
      await client.query(keepOutOfEarlyDays);
    });
  }

  restore(day: BusinessDay, lines: AsyncIterable<readonly string[]>): Promise<void> {
    return inTransaction(this.#pool, async (client) => {
      await client.query(holdStoring);
      const [archive] = await select<{ events: bigint; gross_cents: bigint }>(client, forgetArchive, [day]);
      if (!archive) throw new AppError('bad_request', `The business day ${day} is not archived here.`);
      await addSalePartitions(client, [day]);
      await client.query(keepOutOfEarlyDays);
      for await (const some of lines) await client.query(insertLines, [`[${some.join(',')}]`, day]);
      const [restored] = await select<{ events: bigint; gross_cents: bigint }>(client, restoredTotals, [day]);
      if (restored?.events !== archive.events || restored.gross_cents !== archive.gross_cents) {
        throw new AppError(
          'bad_request',
          `The file holds ${restored?.events} events of ${day}; ${archive.events} were archived.`,
          { hint: 'Take the file that was written when the day was archived.' },
        );
      }
    });
  }
}
