/** Rollup rows as fields and values of a Redis hash: `field` is the row's key, `value` "version gross refund sales refunds admits". */
import type { Measures } from '../domain/measures.ts';
import type {
  BusinessDay,
  DayRollup,
  MinuteRollup,
  RollupRows,
  TheaterMovieRollup,
  TheaterQuarterRollup,
} from '../domain/rollup.ts';

const QUARTER_MS = 900_000;
const MINUTE_MS = 60_000;

/** A field or a value that is not one of ours: the day counts as lost. */
export class UnreadableRow extends Error {}

interface Row {
  readonly measures: Measures;
  readonly version: number;
}

/** The families' names in keys. */
export const familyNumbers = { theaterMovies: '1', theaterQuarters: '2', minutes: '3', days: '4' } as const;
export type RowFamily = keyof typeof familyNumbers;

const fields: { readonly [F in RowFamily]: (row: RollupRows[F][number]) => string } = {
  theaterMovies: (row) => `${row.theaterId}:${row.movieId}`,
  theaterQuarters: (row) => `${row.theaterId}:${row.at / QUARTER_MS}`,
  minutes: (row) => `${row.partition}:${row.at / MINUTE_MS}`,
  days: (row) => String(row.partition),
};

/** Field -> the newest row's version and value. */
type EncodedRows = Map<string, { readonly version: number; readonly value: string }>;
/** What a day has to write, by family number. */
export type EncodedDay = Map<string, EncodedRows>;

export function encodeRows(rows: RollupRows): Map<BusinessDay, EncodedDay> {
  const days = new Map<BusinessDay, EncodedDay>();
  const put = (day: BusinessDay, family: RowFamily, field: string, { version, measures }: Row) => {
    const encoded: EncodedDay = days.get(day) ?? new Map();
    days.set(day, encoded);
    const number = familyNumbers[family];
    const held: EncodedRows = encoded.get(number) ?? new Map();
    encoded.set(number, held);
    const before = held.get(field);
    if (before && before.version >= version) return;
    const { grossCents, refundCents, sales, refunds, admits } = measures;
    held.set(field, { version, value: `${version} ${grossCents} ${refundCents} ${sales} ${refunds} ${admits}` });
  };
  for (const row of rows.theaterMovies) put(row.day, 'theaterMovies', fields.theaterMovies(row), row);
  for (const row of rows.theaterQuarters) put(row.day, 'theaterQuarters', fields.theaterQuarters(row), row);
  for (const row of rows.minutes) put(row.day, 'minutes', fields.minutes(row), row);
  for (const row of rows.days) put(row.day, 'days', fields.days(row), row);
  return days;
}

export const decoders: {
  readonly [F in RowFamily]: (day: BusinessDay, field: string, value: string) => RollupRows[F][number];
} = {
  theaterMovies: (day, field, value): TheaterMovieRollup => {
    const [theaterId, movieId] = pair(field);
    return { day, theaterId, movieId, ...decodeRow(value) };
  },
  theaterQuarters: (day, field, value): TheaterQuarterRollup => {
    const [theaterId, quarter] = pair(field);
    return { day, theaterId, at: quarter * QUARTER_MS, ...decodeRow(value) };
  },
  minutes: (day, field, value): MinuteRollup => {
    const [partition, minute] = pair(field);
    return { day, partition, at: minute * MINUTE_MS, ...decodeRow(value) };
  },
  days: (day, field, value): DayRollup => {
    if (!/^\d+$/.test(field)) throw new UnreadableRow(field);
    return { day, partition: Number(field), ...decodeRow(value) };
  },
};

function pair(field: string): [number, number] {
  const [, first, second] = /^(\d+):(-?\d+)$/.exec(field) ?? [];
  if (first === undefined || second === undefined) throw new UnreadableRow(field);
  return [Number(first), Number(second)];
}

const rowText = /^(\d+) (-?\d+) (-?\d+) (-?\d+) (-?\d+) (-?\d+)$/;

function decodeRow(value: string): Row {
  const [, version, gross, refund, sales, refunds, admits] = rowText.exec(value) ?? [];
  if (gross === undefined || refund === undefined) throw new UnreadableRow(value);
  const measures: Measures = {
    grossCents: BigInt(gross),
    refundCents: BigInt(refund),
    sales: Number(sales),
    refunds: Number(refunds),
    admits: Number(admits),
  };
  return { measures, version: Number(version) };
}
