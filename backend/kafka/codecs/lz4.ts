/**
 * Unpacks LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), linked blocks too. Their checksums are
 * not looked at: the record batch has one of its own.
 */
import { copyBack } from './snappy.ts';
import { tooLarge } from './too-large.ts';

const MAGIC = 0x184d2204;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY = 0x01;
const STORED = 0x80000000;

/** Errors: `RangeError` when the bytes are damaged, `AppError` when they unpack to more than `most`. */
export function unpackLz4(packed: Buffer, most: number): Buffer {
  const output = new Output(most);
  let at = 0;
  while (at < packed.length) at = unpackFrame(packed, at, output);
  return output.bytes();
}

/** @returns where the frame ends */
function unpackFrame(packed: Buffer, start: number, output: Output): number {
  if (packed.readUInt32LE(start) !== MAGIC) throw new RangeError('a frame of LZ4 does not begin as one');
  const flags = packed.readUInt8(start + 4);
  const blockSize = 2 ** (8 + 2 * ((packed.readUInt8(start + 5) >>> 4) & 7));
  if (flags >>> 6 !== 1 || flags & DICTIONARY) throw new RangeError('this kind of LZ4 frame is not known');
  let at = start + 7 + (flags & CONTENT_SIZE ? 8 : 0);
  for (;;) {
    const size = packed.readUInt32LE(at);
    at += 4;
    if (size === 0) break;
    const length = size & ~STORED;
    if (at + length > packed.length) throw new RangeError('a block of LZ4 is cut short');
    const block = packed.subarray(at, at + length);
    if (size & STORED) output.append(block);
    else output.unpack(block, blockSize);
    at += length + (flags & BLOCK_CHECKSUM ? 4 : 0);
  }
  return at + (flags & CONTENT_CHECKSUM ? 4 : 0);
}

/** What was unpacked so far; a block may repeat parts of those before it. */
class Output {
  readonly #most: number;
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  append(bytes: Buffer): void {
    this.#reserve(bytes.length);
    bytes.copy(this.#buffer, this.#size);
    this.#size += bytes.length;
  }

  /** @param blockSize what a block of this frame unpacks to at most */
  unpack(block: Buffer, blockSize: number): void {
    // A byte of LZ4 stands for 255 at most.
    this.#reserve(Math.min(blockSize, block.length * 255 + 16));
    const buffer = this.#buffer;
    const end = this.#size + blockSize;
    let at = 0;
    let out = this.#size;
    const longer = (length: number) => {
      let sum = length;
      if (length < 15) return sum;
      for (;;) {
        const byte = block.readUInt8(at++);
        sum += byte;
        if (byte < 255) return sum;
      }
    };
    while (at < block.length) {
      const token = block[at++] ?? 0;
      const literals = longer(token >>> 4);
      if (at + literals > block.length || out + literals > Math.min(end, buffer.length))
        throw new RangeError('a literal of LZ4 is too long');
      block.copy(buffer, out, at, at + literals);
      at += literals;
      out += literals;
      if (at >= block.length) break;
      const distance = block.readUInt16LE(at);
      at += 2;
      const length = longer(token & 15) + 4;
      if (distance === 0 || distance > out || out + length > Math.min(end, buffer.length))
        throw new RangeError('a copy of LZ4 is out of place');
      copyBack(buffer, out, distance, length);
      out += length;
    }
    this.#size = out;
    if (this.#size > this.#most) throw tooLarge();
  }

  #reserve(bytes: number): void {
    if (this.#size > this.#most) throw tooLarge();
    const needed = this.#size + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#size);
    this.#buffer = larger;
  }
}
