import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../ports/event-log.ts';
import { crc32c } from './codecs/crc32c.ts';
import { unpackLz4 } from './codecs/lz4.ts';
import { unpackSnappy } from './codecs/snappy.ts';
import { unpack, unpackZstd } from './codecs/unpack.ts';
import { type AbortedTransaction, readRecordBatches } from './record-batches.ts';

/**
 * Segments of Kafka 4.1.0, as they lay on its disk. `librdkafka`: by librdkafka 2.16, four records each without packing
 * and in gzip, snappy, lz4, zstd, then four transactions in lz4: committed, aborted, committed, aborted. The others: four
 * records, packed again by the broker in Java.
 */
const segments = JSON.parse(readFileSync(new URL('codecs/real-batches.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;
const segment = (name: string) => Buffer.from(segments[name] ?? '', 'base64');
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const valueIn = (codec: string, index: number) =>
  `${codec} ${index} ${'Grand Rex, the sale of the evening; '.repeat(12)}`;
const textOf = ({ value }: LogRecord) => Buffer.from(value).toString();

const budget = () => ({ left: 1 << 26 });

/** Where the batches of a segment begin. */
function batchesOf(
  bytes: Buffer,
): { readonly at: number; readonly end: number; readonly base: bigint; readonly producer: bigint }[] {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + 8);
    found.push({ at, end, base: bytes.readBigInt64BE(at), producer: bytes.readBigInt64BE(at + 43) });
    at = end;
  }
  return found;
}

/** A batch with its checksum made right again. */
function signed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** A batch around records that are packed already. */
function batchAround(packed: Buffer, codec: number, base: bigint, count: number, lastDelta = count - 1): Buffer {
  const batch = Buffer.alloc(61 + packed.length);
  batch.writeBigInt64BE(base, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(codec, 21);
  batch.writeInt32BE(lastDelta, 23);
  batch.writeBigInt64BE(1_700_000_000_000n, 27);
  batch.writeBigInt64BE(-1n, 43);
  batch.writeInt32BE(count, 57);
  packed.copy(batch, 61);
  return signed(batch);
}

describe('record batches of real producers', () => {
  const bytes = segment('librdkafka');
  const batches = batchesOf(bytes);
  const transactional = batches.find(({ producer, base }) => base >= 20n && producer >= 0n);
  const aborted: AbortedTransaction[] = [
    { producerId: transactional?.producer ?? -1n, firstOffset: 29n },
    { producerId: transactional?.producer ?? -1n, firstOffset: 23n },
  ];

  it('are read in every codec, and only what was committed', async () => {
    const read = await readRecordBatches(bytes, 0n, aborted, budget());
    expect(read.unreadable).toBeUndefined();
    expect(read.records.map(textOf)).toEqual([
      ...codecs.flatMap((codec) => [0, 1, 2, 3].map((index) => valueIn(codec, index))),
      ...[0, 1, 0, 1].map((index) => valueIn('commit', index)),
    ]);
    expect(read.records.map(({ offset }) => Number(offset))).toEqual([...Array(22).keys(), 26, 27]);
    expect(read.records[0]).toMatchObject({ key: Buffer.from('k0'), timestamp: 1_700_000_000_000 });
    // Four transactions of two records, and a mark behind each.
    expect(read.nextOffset).toBe(32n);
  });

  it('move the place to read from where nothing is for a reader: an aborted transaction at the end', async () => {
    const read = await readRecordBatches(
      bytes.subarray(batches.find(({ base }) => base === 29n)?.at),
      29n,
      aborted,
      budget(),
    );
    expect(read).toMatchObject({ records: [], nextOffset: 32n });
  });

  it('begin in the middle of a batch, and go on after one that is cut short', async () => {
    const cut = bytes.subarray(0, (batches[1]?.end ?? 0) - 1);
    const read = await readRecordBatches(cut, 2n, [], budget());
    expect(read.records.map(({ offset }) => offset)).toEqual([2n, 3n]);
    expect(read).toMatchObject({ nextOffset: 4n, unreadable: undefined });
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('are read as a broker in Java packs them with %s', async (codec) => {
    const read = await readRecordBatches(segment(`java ${codec}`), 0n, [], budget());
    expect(read.records.map(textOf)).toEqual([0, 1, 2, 3].map((index) => valueIn(codec, index)));
  });

  it('are read with zstd also where Node has none', () => {
    const zstd = batches[4];
    const packed = bytes.subarray((zstd?.at ?? 0) + 61, zstd?.end);
    expect(unpackZstd(packed, 1 << 20).toString()).toContain(valueIn('zstd', 3));
    expect(() => unpackZstd(packed, 100)).toThrow('unpacks to more');
  });

  it('that hold no record any more, because compaction has removed them, are passed over', async () => {
    const empty = batchAround(Buffer.alloc(0), 0, 40n, 0, 9);
    expect(await readRecordBatches(empty, 40n, [], budget())).toMatchObject({ records: [], nextOffset: 50n });
  });
});

describe('a batch that cannot be read', () => {
  const good = () => Buffer.from(segment('java gzip'));

  it('ends what is read before it, and says where and why', async () => {
    const unknown = batchAround(Buffer.from('?'), 5, 4n, 2);
    const read = await readRecordBatches(Buffer.concat([good(), unknown]), 0n, [], budget());
    expect(read.records).toHaveLength(4);
    expect(read.nextOffset).toBe(4n);
    expect(read.unreadable).toMatchObject({
      offset: 4n,
      timestamp: 1_700_000_000_000,
      cause: { code: 'batch_unreadable', message: expect.stringContaining('codec 5') },
    });
  });

  it('is one whose bytes have changed on the way, wherever', async () => {
    const bytes = good();
    for (let at = 21; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      const read = await readRecordBatches(changed, 0n, [], budget());
      expect(read).toMatchObject({ records: [], nextOffset: 0n, unreadable: { offset: 0n } });
      expect(read.unreadable?.cause.message).toContain('checksum');
    }
  });

  it('is one that is damaged under a right checksum: no record of it is handed out', async () => {
    for (const codec of [1, 2, 3, 4]) {
      const read = await readRecordBatches(
        batchAround(Buffer.from('not packed at all'), codec, 0n, 3),
        0n,
        [],
        budget(),
      );
      expect(read).toMatchObject({ records: [], nextOffset: 0n, unreadable: { offset: 0n } });
      expect(read.unreadable?.cause.message).toContain('damaged');
    }
    const lies = batchAround(Buffer.from([12, 0, 0, 0, 1, 40, 0, 0]), 0, 0n, 1);
    expect((await readRecordBatches(lies, 0n, [], budget())).unreadable?.cause.message).toContain('damaged');
  });

  it('is one that unpacks to more than is allowed', async () => {
    await expect(unpack(1, gzipSync(Buffer.alloc(2_000_000)), 1_000_000)).rejects.toThrow('unpacks to more');
    // Snappy says first how long it is; LZ4 repeats a byte as often as it likes.
    expect(() => unpackSnappy(Buffer.from([0xff, 0xff, 0xff, 0x7f, 0]), 1_000_000)).toThrow('unpacks to more');
    const block = Buffer.concat([Buffer.from([0x1f, 65, 1, 0]), Buffer.alloc(16_000, 255), Buffer.from([0])]);
    const frame = Buffer.concat([
      Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0]),
      Buffer.alloc(4),
      block,
      Buffer.alloc(4),
    ]);
    frame.writeUInt32LE(block.length, 7);
    expect(() => unpackLz4(frame, 1_000_000)).toThrow('unpacks to more');
  });

  it('leaves to the next fetch what is beyond the bytes that one may unpack to', async () => {
    const read = await readRecordBatches(segment('librdkafka'), 0n, [], { left: 1 });
    expect(read).toMatchObject({ nextOffset: 4n, unreadable: undefined });
  });

  it('never makes anything else of random bytes than a failure that names it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 2, 3, 4), fc.uint8Array({ maxLength: 200 }), async (codec, bytes) => {
        const read = await readRecordBatches(batchAround(Buffer.from(bytes), codec, 0n, 1), 0n, [], budget());
        expect(read.records).toEqual([]);
        expect(read.unreadable?.cause).toMatchObject({ code: 'batch_unreadable' });
      }),
    );
  });
});
