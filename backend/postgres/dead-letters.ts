/** The dead letters of a topic: lists of them, and what sending them again needs. */
import type pg from 'pg';
import {
  type DeadLetterId,
  type DeadLetterPage,
  type DeadLetterQuery,
  type DeadLetterRow,
  keyShown,
  rawShown,
} from '../domain/dead-letters.ts';
import type { DeadLetterReason } from '../domain/ticket-sale.ts';
import { AppError } from '../lib/app-error.ts';
import { numberArray, sql, textArray } from '../lib/sql.ts';
import { headersOf } from './record-headers.ts';
import { select } from './select.ts';

/** `at` to the microsecond: the database's own precision, so that no row falls between two pages. */
const microseconds = sql`(extract(epoch from at) * 1000000)::bigint`;

const newest = sql`
  select partition, log_offset, substring(key from 1 for $9::integer) as key, octet_length(key) as key_size,
    case when length(headers::text) <= $7::integer then headers::text end as headers,
    coalesce(jsonb_array_length(headers), 0) as header_count,
    substring(raw from 1 for $7::integer) as raw, octet_length(raw) as size, reason, detail, at, resent_at, ${microseconds} as place
  from dead_letter
  where topic = $1 and (resent_at is not null) = $2::boolean and ($3::text is null or reason = $3)
    and ($4::bigint is null or (at, partition, log_offset)
      < (timestamptz 'epoch' + $4::bigint * interval '1 microsecond', $5::integer, $6::bigint))
  order by at desc, partition desc, log_offset desc
  limit $8`;
const counts = sql`
  select reason, count(*) filter (where resent_at is null) as waiting, count(*) filter (where resent_at is not null) as resent
  from dead_letter where topic = $1 group by reason order by waiting desc, reason`;
/** Sizes are read without the bytes themselves. */
const bytes = sql`(octet_length(raw) + coalesce(octet_length(key), 0) + coalesce(pg_column_size(headers), 0))::bigint`;
const waiting = sql`
  select partition, log_offset, ${bytes} as bytes from dead_letter
  where topic = $1 and resent_at is null and ($2::text is null or reason = $2)
    and (partition, log_offset) > ($3::integer, $4::bigint)
  order by partition, log_offset
  limit $5`;
const sizes = sql`
  select d.partition, d.log_offset, ${bytes} as bytes
  from dead_letter d join unnest($2::integer[], $3::bigint[]) as chosen(partition, log_offset)
    using (partition, log_offset)
  where d.topic = $1
  order by d.partition, d.log_offset`;
const byId = sql`
  select d.partition, d.log_offset, d.key, d.headers::text as headers, d.raw, d.reason
  from dead_letter d join unnest($2::integer[], $3::bigint[]) as chosen(partition, log_offset)
    using (partition, log_offset)
  where d.topic = $1
  order by d.partition, d.log_offset`;
const stored = sql`select id::text as id from sale_identity where id = any ($1::uuid[])`;
const markResent = sql`
  update dead_letter d set resent_at = now()
  from unnest($2::integer[], $3::bigint[]) as chosen(partition, log_offset)
  where d.topic = $1 and d.partition = chosen.partition and d.log_offset = chosen.log_offset`;

interface SizeRow extends pg.QueryResultRow {
  readonly partition: number;
  readonly log_offset: bigint;
  readonly bytes: bigint;
}

interface KeptRow extends pg.QueryResultRow {
  readonly partition: number;
  readonly log_offset: bigint;
  readonly key: Buffer | null;
  readonly headers: string | null;
  readonly raw: Buffer;
  readonly reason: DeadLetterReason;
}

interface ListedRow extends KeptRow {
  readonly key_size: number | null;
  readonly header_count: number;
  readonly size: number;
  readonly detail: string;
  readonly at: number;
  readonly resent_at: number | null;
  readonly place: bigint;
}

export class PostgresDeadLetters {
  readonly #pool: pg.Pool;
  readonly #topic: string;

  constructor(pool: pg.Pool, topic: string) {
    this.#pool = pool;
    this.#topic = topic;
  }

  /** Errors: `AppError` `bad_request` when `before` is not the `next` of a page. */
  async list({ resent, reason, before, limit }: DeadLetterQuery): Promise<DeadLetterPage> {
    const [at, partition, offset] = before === undefined ? [null, null, null] : placeOf(before);
    const rows = await select<ListedRow>(this.#pool, newest, [
      this.#topic,
      resent,
      reason ?? null,
      at,
      partition,
      offset,
      rawShown,
      limit + 1,
      keyShown,
    ]);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    const found = await select<{ reason: DeadLetterReason; waiting: bigint; resent: bigint }>(this.#pool, counts, [
      this.#topic,
    ]);
    const byReason = found
      .filter((row) => row.waiting > 0n)
      .map((row) => ({ reason: row.reason, count: Number(row.waiting) }));
    return {
      rows: shown.map((row) => this.#listed(row)),
      next: last ? `${last.place}:${last.partition}:${last.log_offset}` : null,
      waiting: byReason.reduce((sum, { count }) => sum + count, 0),
      byReason,
      resent: Number(found.reduce((sum, row) => sum + row.resent, 0n)),
    };
  }

  /** Ids and sizes of those that wait, by partition and offset. */
  async waiting(after: DeadLetterId | null, reason: DeadLetterReason | null, limit: number) {
    const [partition, offset] = after === null ? [-1, 0n] : partsOf(after);
    const values = [this.#topic, reason, partition, String(offset), limit];
    return (await select<SizeRow>(this.#pool, waiting, values)).map(sized);
  }

  /** Those of them that are there, sent again before or not. */
  async sizes(ids: readonly DeadLetterId[]) {
    return (await select<SizeRow>(this.#pool, sizes, [this.#topic, ...columnsOf(ids)])).map(sized);
  }

  async byId(ids: readonly DeadLetterId[]) {
    return (await select<KeptRow>(this.#pool, byId, [this.#topic, ...columnsOf(ids)])).map(kept);
  }

  async stored(eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await select<{ id: string }>(this.#pool, stored, [textArray(eventIds)]);
    return new Set(rows.map(({ id }) => id));
  }

  async markResent(ids: readonly DeadLetterId[]): Promise<void> {
    await this.#pool.query(markResent, [this.#topic, ...columnsOf(ids)]);
  }

  #listed(row: ListedRow): DeadLetterRow {
    const { partition, log_offset: offset, key, size, reason, detail, at, resent_at: resentAt } = row;
    return {
      id: idOf(row),
      topic: this.#topic,
      partition,
      offset,
      key: key === null ? null : shownBytes(key, row.key_size ?? key.byteLength),
      headers: headersOf(row.headers).map(({ name, value }) => ({
        name,
        value: value === null ? null : shownBytes(value.subarray(0, keyShown), value.byteLength),
      })),
      headerCount: row.header_count,
      raw: row.raw.toString('base64'),
      size,
      reason,
      detail,
      at,
      resentAt,
    };
  }
}

function idOf({ partition, log_offset: offset }: Pick<KeptRow, 'partition' | 'log_offset'>): DeadLetterId {
  return `${partition}:${offset}`;
}

function sized(row: SizeRow): { readonly id: DeadLetterId; readonly bytes: number } {
  return { id: idOf(row), bytes: Number(row.bytes) };
}

function kept(row: KeptRow) {
  return { id: idOf(row), key: row.key, headers: headersOf(row.headers), raw: row.raw, reason: row.reason };
}

/** Bytes as text where they are printable UTF-8, else in hexadecimal; with how many there are where some are left out. */
function shownBytes(bytes: Uint8Array, size: number): string {
  const cut = size > bytes.byteLength ? `... (${size} bytes)` : '';
  try {
    // A character that was cut in two at the end is no fault of the text.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: cut !== '' });
    if (!unprintable.test(text)) return `${text}${cut}`;
  } catch {
    // Not UTF-8.
  }
  return `0x${Buffer.from(bytes).toString('hex')}${cut}`;
}

/** Control characters, and marks that turn the direction of a line. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u;

function columnsOf(ids: readonly DeadLetterId[]): [string, string] {
  const parts = ids.map(partsOf);
  return [numberArray(parts.map(([partition]) => partition)), numberArray(parts.map(([, offset]) => offset))];
}

function partsOf(id: DeadLetterId): [number, bigint] {
  const [, partition, offset] = /^(\d{1,9}):(\d{1,18})$/.exec(id) ?? [];
  if (partition === undefined || offset === undefined) {
    throw new AppError('bad_request', `${id} is not the id of a dead letter.`, { hint: 'It reads partition:offset.' });
  }
  return [Number(partition), BigInt(offset)];
}

function placeOf(before: string): [string, number, string] {
  const [, at, partition, offset] = /^(\d{1,18}):(\d{1,9}):(\d{1,18})$/.exec(before) ?? [];
  if (at === undefined || partition === undefined || offset === undefined) {
    throw new AppError('bad_request', `${before} is not where a page of dead letters begins.`);
  }
  return [at, Number(partition), offset];
}
