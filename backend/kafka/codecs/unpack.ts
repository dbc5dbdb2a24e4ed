/** The codecs of Kafka's record batches, by the number that the batch's attributes give. */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { AppError, codeOf, messageOf } from '../../lib/app-error.ts';
import { unpackLz4 } from './lz4.ts';
import { unpackSnappy } from './snappy.ts';
import { MOST_UNPACKED_BYTES, tooLarge } from './too-large.ts';

type Unpack = (packed: Buffer, most: number) => Buffer | Promise<Buffer>;

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
/** Node 24 has it, the Node 20 of Electron 33 has not. */
const zstd = zlib.zstdDecompress ? promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress) : undefined;

const codecs: ReadonlyMap<number, { readonly name: string; readonly unpack: Unpack }> = new Map([
  [1, { name: 'gzip', unpack: (packed: Buffer, most: number) => gunzip(packed, { maxOutputLength: most }) }],
  [2, { name: 'snappy', unpack: unpackSnappy }],
  [3, { name: 'lz4', unpack: unpackLz4 }],
  [4, { name: 'zstd', unpack: zstd ? (packed, most) => zstd(packed, { maxOutputLength: most }) : unpackZstd }],
]);

/**
 * Unpacks the records of a batch; codec 0 is none.
 * Errors: `AppError` batch_unreadable: the codec is not known, the bytes are damaged, or they unpack to too much.
 */
export async function unpack(codec: number, packed: Buffer, most = MOST_UNPACKED_BYTES): Promise<Buffer> {
  if (codec === 0) return packed;
  const known = codecs.get(codec);
  if (!known) {
    throw new AppError('batch_unreadable', `it is packed with codec ${codec}, which is not known here`);
  }
  try {
    return await known.unpack(packed, most);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new AppError('batch_unreadable', `its ${known.name} data are damaged (${messageOf(error)})`, {
      cause: error,
    });
  }
}

/** zstd without the help of Node, for the Node of Electron 33. */
export function unpackZstd(packed: Buffer, most: number): Buffer {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((chunk) => {
    size += chunk.length;
    if (size > most) throw tooLarge();
    chunks.push(chunk);
  });
  stream.push(packed, true);
  return Buffer.concat(chunks, size);
}
