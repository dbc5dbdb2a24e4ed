/**
 * Unpacks Snappy: the raw format (https://github.com/google/snappy/blob/main/format_description.txt), as librdkafka
 * writes it, and the blocks of xerial's SnappyOutputStream, as the Java client does.
 */
import { tooLarge } from './too-large.ts';

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = 16;

/** Errors: `RangeError` when the bytes are damaged, `AppError` when they unpack to more than `most`. */
export function unpackSnappy(packed: Buffer, most: number): Buffer {
  if (!packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return unpackBlock(packed, most);
  const blocks: Buffer[] = [];
  let size = 0;
  let at = XERIAL_HEADER;
  while (at < packed.length) {
    const length = packed.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > packed.length) throw new RangeError('a block of Snappy is cut short');
    const block = unpackBlock(packed.subarray(at, at + length), most - size);
    size += block.length;
    blocks.push(block);
    at += length;
  }
  return Buffer.concat(blocks, size);
}

function unpackBlock(packed: Buffer, most: number): Buffer {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = packed[at++];
    if (byte === undefined || shift > 28) throw new RangeError('the length of a block of Snappy is damaged');
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > most) throw tooLarge();
  // Three bytes can stand for 64: a length that no such input has is not worth its memory.
  if (size > packed.length * 64) throw new RangeError('the length of a block of Snappy is damaged');
  const unpacked = Buffer.allocUnsafe(size);
  let out = 0;
  while (at < packed.length) {
    const tag = packed[at++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >>> 2) + 1;
      if (length > 60) {
        const bytes = length - 60;
        length = packed.readUIntLE(at, bytes) + 1;
        at += bytes;
      }
      if (at + length > packed.length || out + length > size) throw new RangeError('a literal of Snappy is too long');
      packed.copy(unpacked, out, at, at + length);
      at += length;
      out += length;
      continue;
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    let distance: number;
    if (kind === 1) distance = ((tag & 0xe0) << 3) | packed.readUInt8(at);
    else distance = kind === 2 ? packed.readUInt16LE(at) : packed.readUInt32LE(at);
    at += kind === 1 ? 1 : kind === 2 ? 2 : 4;
    if (distance === 0 || distance > out || out + length > size)
      throw new RangeError('a copy of Snappy is out of place');
    copyBack(unpacked, out, distance, length);
    out += length;
  }
  if (out !== size) throw new RangeError('a block of Snappy is shorter than it says');
  return unpacked;
}

/** Repeats what was unpacked `distance` bytes ago; source and target may overlap. */
export function copyBack(unpacked: Buffer, at: number, distance: number, length: number): void {
  if (distance >= length) {
    unpacked.copyWithin(at, at - distance, at - distance + length);
    return;
  }
  for (let index = at; index < at + length; index += 1) unpacked[index] = unpacked[index - distance] ?? 0;
}
