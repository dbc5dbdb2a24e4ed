/**
 * The bytes of a record batch: for each record the key's length (int32, big-endian, -1 for none), the key, the value's
 * length (int32) and the value. Offsets are not written: record n has the batch's base offset + n.
 */
import type { LogMessage, LogRecord } from '../ports/event-log.ts';

const LENGTH_BYTES = 4;

/** Packs messages into one buffer, in order. */
export function encodeRecords(messages: readonly LogMessage[]): Buffer {
  let size = 0;
  for (const message of messages) size += 2 * LENGTH_BYTES + Buffer.byteLength(message.key) + message.value.byteLength;
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const message of messages) {
    const keyLength = bytes.write(message.key, at + LENGTH_BYTES);
    bytes.writeInt32BE(keyLength, at);
    at += LENGTH_BYTES + keyLength;
    bytes.writeInt32BE(message.value.byteLength, at);
    bytes.set(message.value, at + LENGTH_BYTES);
    at += LENGTH_BYTES + message.value.byteLength;
  }
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
    while (this.#offset < offset && !this.done) {
      this.#at += LENGTH_BYTES + Math.max(0, this.#bytes.readInt32BE(this.#at));
      this.#at += LENGTH_BYTES + this.#bytes.readInt32BE(this.#at);
      this.#offset += 1n;
    }
  }

  /** Appends records to `into` until it holds `limit`. Values are views of the batch's bytes. */
  take(limit: number, into: LogRecord[]): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (into.length < limit && at < bytes.byteLength) {
      const keyLength = bytes.readInt32BE(at);
      const keyAt = at + LENGTH_BYTES;
      const valueLengthAt = keyAt + Math.max(0, keyLength);
      const valueAt = valueLengthAt + LENGTH_BYTES;
      at = valueAt + bytes.readInt32BE(valueLengthAt);
      into.push({
        offset: this.#offset,
        key: keyLength < 0 ? null : bytes.toString('utf8', keyAt, valueLengthAt),
        value: bytes.subarray(valueAt, at),
        timestamp: this.#timestamp,
      });
      this.#offset += 1n;
    }
    this.#at = at;
  }
}
