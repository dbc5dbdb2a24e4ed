/**
 * The bytes of a record batch: for each record the key's length (int32, big-endian, -1 for none), the key, the value's
 * length (int32) and the value. Offsets are not written: record n has the batch's base offset + n.
 *
 * A record with headers has `-3 - length` as its key's length, and after the value the number of headers (int32) and of
 * each the name's length, the name, the value's length (-1 for none) and the value.
 */
import { keyBytes, type LogHeader, type LogMessage, type LogRecord, noHeaders } from '../ports/event-log.ts';

const LENGTH_BYTES = 4;
const NONE = -1;
const WITH_HEADERS = -3;

/** Packs messages into one buffer, in order. */
export function encodeRecords(messages: readonly LogMessage[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const message of messages) {
    const { value, headers = noHeaders } = message;
    const key = keyBytes(message);
    const keyLength = key?.byteLength ?? NONE;
    parts.push(int32(headers.length === 0 ? keyLength : WITH_HEADERS - keyLength));
    if (key !== null) parts.push(key);
    parts.push(int32(value.byteLength), value);
    if (headers.length === 0) continue;
    parts.push(int32(headers.length));
    for (const header of headers) {
      const name = Buffer.from(header.name);
      parts.push(int32(name.byteLength), name, int32(header.value?.byteLength ?? NONE));
      if (header.value !== null) parts.push(header.value);
    }
  }
  return Buffer.concat(parts);
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Reads a batch record by record, so that a large one can be taken in several turns of the event loop. */
export class RecordBatchCursor {
  readonly #bytes: Buffer;
  readonly #timestamp: number;
  #at = 0;
  #offset: bigint;

  /** @param timestamp when the log took the batch, epoch ms */
  constructor(bytes: Buffer, baseOffset: bigint, timestamp: number) {
    this.#bytes = bytes;
    this.#offset = baseOffset;
    this.#timestamp = timestamp;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.byteLength;
  }

  skipTo(offset: bigint): void {
    while (this.#offset < offset && !this.done) this.#next();
  }

  /** Appends records to `into` until it holds `limit`. Keys and values are views of the batch's bytes. */
  take(limit: number, into: LogRecord[]): void {
    while (into.length < limit && !this.done) into.push(this.#next());
  }

  #next(): LogRecord {
    const written = this.#length();
    const hasHeaders = written < NONE;
    const key = this.#view(hasHeaders ? WITH_HEADERS - written : written);
    const value = this.#view(this.#length()) ?? Buffer.alloc(0);
    const headers = hasHeaders ? this.#headers() : noHeaders;
    const offset = this.#offset;
    this.#offset += 1n;
    return { offset, key, value, headers, timestamp: this.#timestamp };
  }

  #headers(): readonly LogHeader[] {
    return Array.from({ length: this.#length() }, () => {
      const name = this.#view(this.#length())?.toString() ?? '';
      return { name, value: this.#view(this.#length()) };
    });
  }

  #length(): number {
    const length = this.#bytes.readInt32BE(this.#at);
    this.#at += LENGTH_BYTES;
    return length;
  }

  #view(length: number): Buffer | null {
    if (length < 0) return null;
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }
}
