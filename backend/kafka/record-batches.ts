/**
 * Reads the record batches of one partition as a fetch returns them
 * (https://kafka.apache.org/documentation/#recordbatch), as a reader of committed transactions does: records of aborted
 * transactions and the marks with which transactions end are passed over, and so are offsets that compaction has freed.
 * The place to read on from is what the batches say, never what their records do: a batch may hold none.
 */
import { AppError, messageOf } from '../lib/app-error.ts';
import { type LogHeader, type LogRecord, noHeaders } from '../ports/event-log.ts';
import { crc32c } from './codecs/crc32c.ts';
import { unpack } from './codecs/unpack.ts';

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** A batch that cannot be read, and nothing behind it either until it can. */
export interface UnreadableBatch {
  readonly offset: bigint;
  /** The time of the first of its records, epoch ms; null when it is not known. */
  readonly timestamp: number | null;
  /** `batch_unreadable`; its message goes on after "the batch … cannot be read: ". */
  readonly cause: AppError;
}

export interface ReadBatches {
  readonly records: readonly LogRecord[];
  /** Bytes of keys and values, unpacked. */
  readonly bytes: number;
  /** Where reading goes on. */
  readonly nextOffset: bigint;
  readonly unreadable: UnreadableBatch | undefined;
}

/** Bytes that may still be unpacked: what is beyond them is left for the next fetch. */
export interface UnpackBudget {
  left: number;
}

const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const HEADER_BYTES = 61;
/** Offset and length, which the length does not count. */
const BEFORE_LENGTH = 12;
const MAGIC = 2;
const CODEC_MASK = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

interface BatchHeader {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly count: number;
}

/**
 * Reads what lies at and behind `fetchOffset`. Bytes of a batch that is cut short at the end are no failure: the next
 * fetch brings it whole.
 */
export async function readRecordBatches(
  bytes: Buffer,
  fetchOffset: bigint,
  aborted: readonly AbortedTransaction[],
  budget: UnpackBudget,
): Promise<ReadBatches> {
  const transactions = new AbortedTransactions(aborted);
  const records: LogRecord[] = [];
  let size = 0;
  let nextOffset = fetchOffset;
  let unreadable: UnreadableBatch | undefined;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = Math.max(HEADER_BYTES, BEFORE_LENGTH + bytes.readInt32BE(at + LENGTH_AT));
    if (at + length > bytes.length || budget.left <= 0) break;
    const batch = bytes.subarray(at, at + length);
    at += length;
    let header: BatchHeader | undefined;
    try {
      header = readHeader(batch);
      if (header.lastOffset < fetchOffset || transactions.leavesOut(header, batch)) {
        if (header.lastOffset >= nextOffset) nextOffset = header.lastOffset + 1n;
        continue;
      }
      const unpacked = await unpack(header.attributes & CODEC_MASK, batch.subarray(HEADER_BYTES));
      budget.left -= unpacked.length;
      size += readRecords(unpacked, header, fetchOffset, records);
      nextOffset = header.lastOffset + 1n;
    } catch (error) {
      // Records of the batch that were read before its fault are read again with it.
      while ((records.at(-1)?.offset ?? -1n) >= nextOffset) records.pop();
      unreadable = {
        offset: nextOffset,
        timestamp: timestampOf(batch, header),
        cause: error instanceof AppError ? error : damaged(messageOf(error), error),
      };
      break;
    }
  }
  return { records, bytes: size, nextOffset, unreadable };
}

/** Errors: `AppError` batch_unreadable. */
function readHeader(batch: Buffer): BatchHeader {
  const magic = batch.readInt8(MAGIC_AT);
  if (magic !== MAGIC)
    throw new AppError('batch_unreadable', `it has format ${magic}, which Kafka 0.10 and older wrote`, {
      hint: 'Copy the topic with a newer producer.',
    });
  if (batch.readUInt32BE(CRC_AT) !== crc32c(batch.subarray(ATTRIBUTES_AT))) throw damaged('its checksum is wrong');
  const baseOffset = batch.readBigInt64BE(0);
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(batch.readInt32BE(23)),
    attributes: batch.readInt16BE(ATTRIBUTES_AT),
    baseTimestamp: Number(batch.readBigInt64BE(27)),
    maxTimestamp: Number(batch.readBigInt64BE(35)),
    producerId: batch.readBigInt64BE(43),
    count: batch.readInt32BE(57),
  };
}

function timestampOf(batch: Buffer, header: BatchHeader | undefined): number {
  if (!header) return Number(batch.readBigInt64BE(27));
  return header.attributes & LOG_APPEND_TIME ? header.maxTimestamp : header.baseTimestamp;
}

function damaged(what: string, cause?: unknown): AppError {
  return new AppError('batch_unreadable', `it is damaged: ${what}`, cause === undefined ? {} : { cause });
}

/** Which of the aborted transactions that the fetch told of are open at the batch that is read. */
class AbortedTransactions {
  readonly #waiting: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#waiting = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  /** Whether the batch holds nothing for a reader: the mark of a transaction, or records of an aborted one. */
  leavesOut({ lastOffset, attributes, producerId }: BatchHeader, batch: Buffer): boolean {
    for (let next = this.#waiting[0]; next && next.firstOffset <= lastOffset; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#open.add(next.producerId);
    }
    if (attributes & CONTROL) {
      if (isAbortMark(batch)) this.#open.delete(producerId);
      return true;
    }
    return (attributes & TRANSACTIONAL) !== 0 && this.#open.has(producerId);
  }
}

/** The key of a mark is its version and its type, two bytes each; 0 = abort. Marks are never packed. */
function isAbortMark(batch: Buffer): boolean {
  const cursor = new Cursor(batch.subarray(HEADER_BYTES));
  cursor.varint();
  cursor.skip(1);
  cursor.varint();
  cursor.varint();
  const key = cursor.bytes();
  return key !== null && key.readInt16BE(2) === 0;
}

/** @returns the bytes of keys and values, which are views of what was unpacked */
function readRecords(unpacked: Buffer, header: BatchHeader, from: bigint, into: LogRecord[]): number {
  const { baseOffset, baseTimestamp, maxTimestamp, attributes, count } = header;
  const cursor = new Cursor(unpacked);
  let size = 0;
  for (let index = 0; index < count; index += 1) {
    const end = cursor.varint() + cursor.at;
    cursor.skip(1);
    const timestamp = baseTimestamp + cursor.varint();
    const offset = baseOffset + BigInt(cursor.varint());
    const key = cursor.bytes();
    const value = cursor.bytes();
    const headers = readHeaders(cursor);
    cursor.goTo(end);
    if (offset < from) continue;
    into.push({
      offset,
      key,
      headers,
      value: value ?? Buffer.alloc(0),
      timestamp: attributes & LOG_APPEND_TIME ? maxTimestamp : timestamp,
    });
    size += (key?.length ?? 0) + (value?.length ?? 0) + 1;
  }
  return size;
}

function readHeaders(cursor: Cursor): readonly LogHeader[] {
  const count = cursor.varint();
  if (count <= 0) return noHeaders;
  const headers: LogHeader[] = [];
  for (let index = 0; index < count; index += 1) {
    headers.push({ name: cursor.bytes()?.toString() ?? '', value: cursor.bytes() });
  }
  return headers;
}

/** Goes through bytes in the encoding of records: zig-zag varints, and bytes after their length (-1 = null). */
class Cursor {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Exact up to 2^52, which no time and no size reaches. */
  varint(): number {
    const raw = this.#unsigned();
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.skip(length);
    return this.#bytes.subarray(this.at - length, this.at);
  }

  skip(length: number): void {
    this.goTo(this.at + length);
  }

  goTo(at: number): void {
    if (at < this.at || at > this.#bytes.length) throw new RangeError('a record reaches beyond its batch');
    this.at = at;
  }

  #unsigned(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 63; scale *= 128) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) throw new RangeError('a record is cut short');
      this.at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is too long');
  }
}
