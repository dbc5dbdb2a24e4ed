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
  readonly buffer: Buffer;
  #at = 0;
  /** Business days repeat: each is computed once. */
  readonly #days = new Map<string, number>();

  constructor(rows: number) {
    this.buffer = Buffer.allocUnsafe(HEADER_BYTES + rows * ROW_BYTES + TRAILER_BYTES);
    this.#at = SIGNATURE.copy(this.buffer);
    this.#at = this.buffer.writeInt32BE(0, this.#at);
    this.#at = this.buffer.writeInt32BE(0, this.#at);
  }

  row(sale: SaleLine): void {
    this.#at = this.buffer.writeInt16BE(FIELDS, this.#at);
    this.#uuid(sale.id);
    this.#smallint(sale.kind);
    this.#integer(sale.theaterId);
    this.#integer(sale.movieId);
    this.#instant(sale.showtime);
    this.#text(sale.channel);
    this.#integer(sale.tickets);
    this.#bigint(BigInt(sale.amountCents));
    this.#text(sale.currency);
    this.#instant(sale.soldAt);
    this.#day(sale.businessDay);
    if (sale.refundOf === null) this.#length(-1);
    else this.#uuid(sale.refundOf);
    this.#bigint(sale.offset);
  }

  end(): Buffer {
    this.#at = this.buffer.writeInt16BE(-1, this.#at);
    return this.buffer.subarray(0, this.#at);
  }

  #length(bytes: number): void {
    this.#at = this.buffer.writeInt32BE(bytes, this.#at);
  }

  #smallint(value: number): void {
    this.#length(2);
    this.#at = this.buffer.writeInt16BE(value, this.#at);
  }

  #integer(value: number): void {
    if (value !== (value | 0)) throw new NotCopyable(`${value} is no 32-bit integer`);
    this.#length(4);
    this.#at = this.buffer.writeInt32BE(value, this.#at);
  }

  #bigint(value: bigint): void {
    this.#length(8);
    this.#at = this.buffer.writeBigInt64BE(value, this.#at);
  }

  /** As two halves: a bigint for each instant would cost more than all the rest of the row. */
  #instant(epochMs: number): void {
    const micros = (epochMs - EPOCH_MS) * 1000;
    if (!Number.isSafeInteger(micros)) throw new NotCopyable(`${epochMs} is no instant in whole milliseconds`);
    const high = Math.floor(micros / 2 ** 32);
    this.#length(8);
    this.#at = this.buffer.writeInt32BE(high, this.#at);
    this.#at = this.buffer.writeUInt32BE(micros - high * 2 ** 32, this.#at);
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
    const bytes = this.buffer.write(text, this.#at + 4, TEXT_BYTES, 'utf8');
    if (bytes >= TEXT_BYTES - 3) throw new NotCopyable('a text is too long');
    this.#length(bytes);
    this.#at += bytes;
  }

  #uuid(text: string): void {
    if (text.length !== 36) throw new NotCopyable(`${text} is no UUID`);
    this.#length(16);
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
      this.buffer[this.#at] = (high << 4) | low;
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
    // RangeError: a number that does not fit its bytes.
    if (error instanceof NotCopyable || error instanceof RangeError) return null;
    throw error;
  }
  return writer.end();
}
