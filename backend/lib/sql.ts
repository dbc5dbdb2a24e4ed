/**
 * SQL as constants, and the text forms of values on the PostgreSQL wire. No client library here: both database adapters
 * (server and embedded) share it.
 */

declare const sqlBrand: unique symbol;
/** SQL text that is a constant of the program: only `sql` makes it, and only other SQL constants go into it. */
export type Sql = string & { readonly [sqlBrand]: true };

/** Tags a SQL constant. Interpolations may only be other SQL constants; values go through parameters. */
export function sql(strings: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  return String.raw({ raw: strings }, ...parts) as Sql;
}

/** A PostgreSQL array literal of plain numbers. */
export function numberArray(values: readonly (number | bigint)[]): string {
  return `{${values.join(',')}}`;
}

/** A PostgreSQL array literal of text; every element is quoted and escaped, null stays NULL. */
export function textArray(values: readonly (string | null)[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (index > 0) literal += ',';
    literal += value === null || value === undefined ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`;
  }
  return `${literal}}`;
}

/** A PostgreSQL array literal of bytea, in hexadecimal; null stays NULL. */
export function byteaArray(values: readonly (Uint8Array | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"\\\\x${hexOf(value)}"`)).join(',')}}`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

const OID_BOOL = 16;
const OID_BYTEA = 17;
const OID_INT8 = 20;
const OID_INT2 = 21;
const OID_INT4 = 23;
const OID_FLOAT8 = 701;
const OID_TIMESTAMPTZ = 1184;

/** `2026-11-22 18:05:12.345+00` (or with minutes in the offset) to epoch ms. */
function instantOf(text: string): number {
  const iso = text.replace(' ', 'T');
  return Date.parse(/[+-]\d\d$/.test(iso) ? `${iso}:00` : iso);
}

type TextParser = (text: string) => unknown;

function textParser(oid: number): TextParser {
  switch (oid) {
    case OID_BOOL:
      return (text) => text === 't';
    case OID_BYTEA:
      return (text) => Buffer.from(text.slice(2), 'hex');
    case OID_INT8:
      return BigInt;
    case OID_INT2:
    case OID_INT4:
    case OID_FLOAT8:
      return Number;
    case OID_TIMESTAMPTZ:
      return instantOf;
    default:
      return (text) => text;
  }
}

/**
 * The `types` option of the `pg` library: bigint columns as `bigint`, dates as `YYYY-MM-DD`, instants as epoch ms,
 * bytea as bytes, whatever process-wide parsers were set. (The library's binary mode is of no use: it reads every value
 * as UTF-8 first.)
 */
export const wireTypes = { getTypeParser: textParser };
