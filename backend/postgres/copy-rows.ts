/**
 * Rows of the stage in the binary format of COPY (PostgreSQL documentation, COPY, "Binary Format"): a header, then for
 * each row the number of fields and each field as length and bytes in network order, then a trailer.
 */
import type { SaleLine } from '../domain/ticket-sale.ts';

/** A value that its column of the stage cannot hold. */
class NotCopyable extends Error {}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of the header extension. */
const HEADER_BYTES = SIGNATURE.length + 8;
const TRAILER_BYTES = 2;
const FIELDS = 13;
const TEXT_BYTES = 64;
/** The longest a row can be: two bytes of count, a length for each field, three 16-byte and seven 8-byte values at most. */
const ROW_BYTES = 2 + 4 * FIELDS + 2 * 16 + 9 * 8 + 2 * TEXT_BYTES;

/** PostgreSQL counts from 2000-01-01: instants in microseconds, dates in days. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

/** Value of a hexadecimal digit by its character code; 255 for any other character. */
const HEX = new Uint8Array(128).fill(255);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

class RowWriter {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;
  /** What repeats from row to row is computed once. */
  readonly #days = new Map<string, number>();
  readonly #texts = new Map<string, Buffer>();

  constructor(rows: number) {
    this.#bytes = Buffer.allocUnsafe(HEADER_BYTES + rows * ROW_BYTES + TRAILER_BYTES);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#at = SIGNATURE.copy(this.#bytes);
    this.#int32(0);
    this.#int32(0);
  }

  row(sale: SaleLine): void {
    this.#int16(FIELDS);
    this.#uuid(sale.id);
    this.#smallint(sale.kind);
    this.#integer(sale.theaterId);
    this.#integer(sale.movieId);
    this.#instant(sale.showtime);
    this.#text(sale.channel);
    this.#integer(sale.tickets);
    this.#bigint(sale.amountCents);
    this.#text(sale.currency);
    this.#instant(sale.soldAt);
    this.#day(sale.businessDay);
    if (sale.refundOf === null) this.#int32(-1);
    else this.#uuid(sale.refundOf);
    this.#bigint(Number(sale.offset));
  }

  end(): Buffer {
    this.#int16(-1);
    return this.#bytes.subarray(0, this.#at);
  }

  #int16(value: number): void {
    this.#view.setInt16(this.#at, value);
    this.#at += 2;
  }

  #int32(value: number): void {
    this.#view.setInt32(this.#at, value);
    this.#at += 4;
  }

  #smallint(value: number): void {
    if (value !== (value << 16) >> 16) throw new NotCopyable(`${value} is no 16-bit integer`);
    this.#int32(2);
    this.#int16(value);
  }

  #integer(value: number): void {
    if (value !== (value | 0)) throw new NotCopyable(`${value} is no 32-bit integer`);
    this.#int32(4);
    this.#int32(value);
  }

  /** As two halves of a number: values of type bigint would cost more than all the rest of the row. */
  #bigint(value: number): void {
    if (!Number.isSafeInteger(value)) throw new NotCopyable(`${value} is no exact integer`);
    const high = Math.floor(value / 2 ** 32);
    this.#int32(8);
    this.#int32(high);
    this.#int32(value - high * 2 ** 32);
  }

  #instant(epochMs: number): void {
    this.#bigint((epochMs - EPOCH_MS) * 1000);
  }

  #day(day: string): void {
    let days = this.#days.get(day);
    if (days === undefined) {
      const instant = new Date(`${day}T00:00:00Z`);
      // The 30th of February is read as one in March.
      const valid = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day);
      if (!valid) throw new NotCopyable(`${day} is no date`);
      days = (instant.getTime() - EPOCH_MS) / DAY_MS;
      this.#days.set(day, days);
    }
    this.#integer(days);
  }

  #text(text: string): void {
    let bytes = this.#texts.get(text);
    if (bytes === undefined) {
      bytes = Buffer.from(text);
      if (bytes.length > TEXT_BYTES) throw new NotCopyable('a text is too long');
      this.#texts.set(text, bytes);
    }
    this.#int32(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #uuid(text: string): void {
    if (text.length !== 36) throw new NotCopyable(`${text} is no UUID`);
    this.#int32(16);
    let wrong = 0;
    for (let index = 0; index < 36; index += 2) {
      // Hyphens are at 8, 13, 18 and 23.
      if (index === 8 || index === 13 || index === 18 || index === 23) {
        if (text.charCodeAt(index) !== 45) wrong = 255;
        index += 1;
      }
      const high = HEX[text.charCodeAt(index)] ?? 255;
      const low = HEX[text.charCodeAt(index + 1)] ?? 255;
      wrong |= high | low;
      this.#view.setUint8(this.#at, (high << 4) | low);
      this.#at += 1;
    }
    if (wrong > 15) throw new NotCopyable(`${text} is no UUID`);
  }
}

/** All rows as one COPY stream; null when a value is none that its column can hold: the arrays let PostgreSQL judge it. */
export function copyRows(sales: readonly SaleLine[]): Buffer | null {
  const writer = new RowWriter(sales.length);
  try {
    for (const sale of sales) writer.row(sale);
  } catch (error) {
    if (error instanceof NotCopyable) return null;
    throw error;
  }
  return writer.end();
}
