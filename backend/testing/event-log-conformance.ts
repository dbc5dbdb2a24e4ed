/** What every `EventLog` must do. Each test gets a log of its own, with four partitions and nothing in it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../lib/app-error.ts';
import type { EventLog, LogBatch, LogHeader, LogMessage, LogReader, LogRecord } from '../ports/event-log.ts';

export interface LogUnderTest {
  readonly log: EventLog;
  /** The same log as a program sees it that starts after this one has ended (without closing anything). */
  reopen(): Promise<EventLog>;
  dispose(): Promise<void>;
}

const WAIT_MS = 30_000;

function message(key: string, text: string): LogMessage {
  return { key, value: Buffer.from(text) };
}

function keyOf({ key }: LogRecord): string | null {
  return key === null ? null : Buffer.from(key).toString();
}

function textOf(record: LogRecord): string {
  return Buffer.from(record.value).toString();
}

/** Polls until `count` records came. */
async function readRecords(
  reader: LogReader,
  count: number,
  maxRecords = 1_000,
): Promise<{ batch: LogBatch; record: LogRecord }[]> {
  const found: { batch: LogBatch; record: LogRecord }[] = [];
  const deadline = Date.now() + WAIT_MS;
  while (found.length < count && Date.now() < deadline) {
    for (const batch of await reader.poll(maxRecords, 200)) {
      for (const record of batch.records) found.push({ batch, record });
    }
  }
  return found;
}

export function describeEventLog(name: string, makeLog: () => Promise<LogUnderTest>): void {
  describe(`event log: ${name}`, () => {
    let current: LogUnderTest;
    let log: EventLog;
    const readers: LogReader[] = [];

    const open = async (offsets: ReadonlyMap<number, bigint> = new Map(), from: EventLog = log) => {
      const reader = await from.open(offsets);
      readers.push(reader);
      return reader;
    };

    beforeEach(async () => {
      current = await makeLog();
      log = current.log;
    });

    afterEach(async () => {
      for (const reader of readers.splice(0)) await reader.close();
      await current.dispose();
    });

    it('starts with empty partitions', async () => {
      const partitions = await log.partitions();
      expect(partitions.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
      for (const { start, end } of partitions) expect(end).toBe(start);
      const reader = await open();
      expect(await reader.poll(10, 20)).toEqual([]);
    });

    it('returns the bytes that were appended, whatever they are', async () => {
      const values = [
        Buffer.alloc(0),
        Buffer.from([0, 255, 10, 13, 92, 39]),
        Buffer.alloc(20_000, 7),
        Buffer.from('žluťoučký 🎬'),
      ];
      await log.append(values.map((value) => ({ key: 'same', value })));
      const read = await readRecords(await open(), values.length);
      expect(read.map(({ record }) => Buffer.from(record.value))).toEqual(values);
      expect(new Set(read.map(({ record }) => keyOf(record)))).toEqual(new Set(['same']));
    });

    it('keeps keys and headers as the bytes they are, and messages without any', async () => {
      const name = 'trace';
      const headers = [
        { name, value: Buffer.from([0x80, 0x00]) },
        { name: 'source', value: Buffer.from('till é') },
        { name, value: Buffer.from('again') },
        { name: 'empty', value: Buffer.alloc(0) },
      ];
      const value = Buffer.from('x');
      const keys = [Buffer.from([0xff, 0xfe, 0x00]), Buffer.alloc(0), Buffer.alloc(300_000, 'k'), null];
      await log.append(keys.map((key, index) => ({ key, value, ...(index % 2 === 0 ? { headers } : {}) })));
      const read = await readRecords(await open(), keys.length);
      const told = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'));
      expect(new Set(read.map(({ record }) => told(record.key)))).toEqual(new Set(keys.map(told)));
      for (const { record } of read) {
        const index = keys.findIndex((key) => told(key) === told(record.key));
        const expected = index % 2 === 0 ? headers : [];
        // The order of a name's values counts, that of different names does not.
        for (const each of new Set([name, 'source', 'empty'])) {
          const valuesOf = (list: readonly LogHeader[]) =>
            list.filter((header) => header.name === each).map((header) => told(header.value));
          expect(valuesOf(record.headers)).toEqual(valuesOf(expected));
        }
        expect(record.headers).toHaveLength(expected.length);
      }
    });

    it('keeps the order of a key, and a key in one partition, over many appends', async () => {
      const keys = Array.from({ length: 12 }, (_, index) => `theatre-${index}`);
      for (let round = 0; round < 10; round += 1) await log.append(keys.map((key) => message(key, `${key}:${round}`)));
      const read = await readRecords(await open(), 120);
      for (const key of keys) {
        const own = read.filter(({ record }) => keyOf(record) === key);
        expect(own.map(({ record }) => textOf(record))).toEqual(
          Array.from({ length: 10 }, (_, round) => `${key}:${round}`),
        );
        expect(new Set(own.map(({ batch }) => batch.partition)).size).toBe(1);
      }
      expect(new Set(read.map(({ batch }) => batch.partition)).size).toBeGreaterThan(1);
    });

    it('keeps the order of appends that are not awaited one by one', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, index) => log.append([message('k', String(index))])));
      const read = await readRecords(await open(), 50);
      expect(read.map(({ record }) => Number(textOf(record)))).toEqual(Array.from({ length: 50 }, (_, index) => index));
    });

    it('numbers the records of a partition without gaps, and tells next and end offsets', async () => {
      await log.append(Array.from({ length: 100 }, (_, index) => message(`k${index % 7}`, String(index))));
      const reader = await open();
      const next = new Map((await log.partitions()).map(({ partition, start }) => [partition, start]));
      const ends = new Map((await log.partitions()).map(({ partition, end }) => [partition, end]));
      let count = 0;
      while (count < 100) {
        for (const batch of await reader.poll(30, 500)) {
          expect(batch.topic).toBe(log.topic);
          expect(batch.records.length).toBeGreaterThan(0);
          for (const record of batch.records) {
            expect(record.offset).toBe(next.get(batch.partition));
            next.set(batch.partition, record.offset + 1n);
          }
          expect(batch.nextOffset).toBe(next.get(batch.partition));
          expect(batch.endOffset).toBe(ends.get(batch.partition));
          count += batch.records.length;
        }
      }
      expect(next).toEqual(ends);
    });

    it('gives at most as many records as asked for, and leaves none out', async () => {
      await log.append(Array.from({ length: 200 }, (_, index) => message(`k${index % 9}`, String(index))));
      const reader = await open();
      const seen: number[] = [];
      for (let poll = 0; poll < 300 && seen.length < 200; poll += 1) {
        const batches = await reader.poll(7, 500);
        const records = batches.flatMap((batch) => batch.records);
        expect(records.length).toBeLessThanOrEqual(7);
        seen.push(...records.map((record) => Number(textOf(record))));
      }
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    });

    it('starts a reader at the given offset, also in the middle of what was appended together', async () => {
      await log.append(Array.from({ length: 20 }, (_, index) => message('k', String(index))));
      const [partition] = (await log.partitions()).filter(({ start, end }) => end > start);
      const reader = await open(new Map([[partition!.partition, partition!.start + 13n]]));
      const read = await readRecords(reader, 7);
      expect(read.map(({ record }) => textOf(record))).toEqual(['13', '14', '15', '16', '17', '18', '19']);
    });

    it('seeks back and forth while it reads', async () => {
      await log.append(Array.from({ length: 20 }, (_, index) => message('k', String(index))));
      const [place] = (await log.partitions()).filter(({ start, end }) => end > start);
      const { partition, start } = place!;
      const reader = await open();
      expect((await readRecords(reader, 20, 5)).length).toBe(20);
      reader.seek(partition, start + 18n);
      expect((await readRecords(reader, 2)).map(({ record }) => textOf(record))).toEqual(['18', '19']);
      reader.seek(partition, start);
      const [first] = await readRecords(reader, 1, 3);
      expect(textOf(first!.record)).toBe('0');
      reader.seek(partition, start + 10n);
      expect(textOf((await readRecords(reader, 10))[0]!.record)).toBe('10');
    });

    it('lets two readers read independently', async () => {
      await log.append([message('k', 'a'), message('k', 'b')]);
      const one = await open();
      const other = await open();
      expect((await readRecords(one, 2)).length).toBe(2);
      await one.commit(0, 2n);
      expect((await readRecords(other, 2)).length).toBe(2);
    });

    it('wakes a waiting poll when something is appended', async () => {
      const reader = await open();
      await reader.poll(10, 10);
      const started = performance.now();
      const polling = reader.poll(10, WAIT_MS);
      await log.append([message('k', 'now')]);
      const batches = await polling;
      expect(batches.flatMap((batch) => batch.records).map(textOf)).toEqual(['now']);
      expect(performance.now() - started).toBeLessThan(WAIT_MS / 2);
    });

    it('ends a waiting poll with nothing when the reader is closed', async () => {
      const reader = await open();
      const polling = reader.poll(10, 60_000);
      await reader.close();
      expect(await polling).toEqual([]);
    });

    it('has what was acknowledged after a restart', async () => {
      await log.append(Array.from({ length: 30 }, (_, index) => message(`k${index % 5}`, String(index))));
      const before = await log.partitions();
      const again = await current.reopen();
      try {
        expect(await again.partitions()).toEqual(before);
        const read = await readRecords(await open(new Map(), again), 30);
        expect(read.length).toBe(30);
        await again.append([message('k1', 'later')]);
        const end = (await again.partitions()).reduce((sum, partition) => sum + partition.end, 0n);
        expect(end).toBe(before.reduce((sum, partition) => sum + partition.end, 0n) + 1n);
      } finally {
        await again.close();
      }
    });

    it('stamps records with the time at which it took them', async () => {
      const before = Date.now();
      await log.append([message('k', 'x')]);
      const [read] = await readRecords(await open(), 1);
      expect(read!.record.timestamp).toBeGreaterThanOrEqual(before - 1);
      expect(read!.record.timestamp).toBeLessThanOrEqual(Date.now() + 1);
    });

    it('takes an append of nothing', async () => {
      const before = await log.partitions();
      await log.append([]);
      expect(await log.partitions()).toEqual(before);
    });

    it('refuses to append once it is closed', async () => {
      await log.close();
      await expect(log.append([message('k', 'x')])).rejects.toMatchObject({ code: 'log_closed', canRetry: false });
      await expect(log.open(new Map())).rejects.toBeInstanceOf(AppError);
    });
  });
}
