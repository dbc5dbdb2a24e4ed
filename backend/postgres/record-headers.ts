/** Headers of a record in a column of JSON: a list of [name, value in base64 or null]; null = none. */
import { type LogHeader, noHeaders } from '../ports/event-log.ts';

/** Names may hold what JSON of PostgreSQL cannot (NUL, half characters): they are kept in base64, too. */
export function storedHeaders(headers: readonly LogHeader[]): string | null {
  if (headers.length === 0) return null;
  return JSON.stringify(
    headers.map(({ name, value }) => [
      Buffer.from(name).toString('base64'),
      value === null ? null : Buffer.from(value).toString('base64'),
    ]),
  );
}

/** Headers of a row that `storedHeaders` has written. */
export function headersOf(stored: string | null): readonly LogHeader[] {
  if (stored === null) return noHeaders;
  const pairs: readonly (readonly [string, string | null])[] = JSON.parse(stored);
  return pairs.map(([name, value]) => ({
    name: Buffer.from(name, 'base64').toString(),
    value: value === null ? null : Buffer.from(value, 'base64'),
  }));
}
