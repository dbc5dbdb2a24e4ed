import { describe, expect, it } from 'vitest';
import type { LogBatch, LogRecord, PartitionOffsets } from '../ports/event-log.ts';
import { LagTracker } from './lag-tracker.ts';

const ends = (...all: number[]): PartitionOffsets[] =>
  all.map((end, partition) => ({ partition, start: 0n, end: BigInt(end) }));
const stored = (...all: number[]) => new Map(all.map((offset, partition) => [partition, BigInt(offset)]));

function batch(start: number, next: number, end: number, timestamps: readonly number[]): LogBatch {
  const records = timestamps.map(
    (timestamp, index): LogRecord => ({
      offset: BigInt(start + index),
      key: null,
      headers: [],
      value: new Uint8Array(),
      timestamp,
    }),
  );
  const emptyOffsets = next - start - records.length;
  const place = { startOffset: BigInt(start), nextOffset: BigInt(next), endOffset: BigInt(end) };
  return { topic: 't', partition: 0, records, emptyOffsets, ...place };
}

describe('the age of the oldest event that waits', () => {
  it('is not known until its own time is, whatever came later', () => {
    const lag = new LagTracker();
    lag.begin(ends(100), stored(40), 10_000);
    expect(lag.events()).toBe(60);
    expect(lag.seconds(10_000)).toBeNull();
    lag.observeEnds(ends(200), 12_000);
    expect(lag.seconds(12_000)).toBeNull();
    lag.observeRead(batch(40, 50, 200, Array<number>(10).fill(1_000)), 12_000);
    expect(lag.seconds(12_000)).toBe(11);
    expect(lag.partitions(12_000)[0]).toMatchObject({ seconds: 11 });
  });

  it('goes on through sessions while the stored offset has not moved', () => {
    const lag = new LagTracker();
    lag.begin(ends(100), stored(40), 10_000);
    lag.observeRead(batch(40, 50, 100, Array<number>(10).fill(1_000)), 10_000);
    for (let session = 1; session <= 5; session += 1) {
      const now = 10_000 + session * 4_000;
      lag.begin(ends(100 + session), stored(40), now);
      expect(lag.seconds(now)).toBe((now - 1_000) / 1_000);
    }
    lag.begin(ends(110), stored(50), 60_000);
    expect(lag.seconds(60_000)).toBeNull();
  });

  it('is that of the moment when it was seen to come, before it is read', () => {
    const lag = new LagTracker();
    lag.begin(ends(100), stored(100), 10_000);
    expect(lag.seconds(10_000)).toBe(0);
    lag.observeEnds(ends(103), 11_000);
    lag.observeEnds(ends(105), 12_000);
    expect(lag.seconds(13_000)).toBe(2);
    lag.observeStored(0, 103n);
    expect(lag.seconds(13_000)).toBe(1);
    lag.observeStored(0, 105n);
    expect(lag.seconds(13_000)).toBe(0);
  });

  it('is not known of what came while the log did not answer', () => {
    const lag = new LagTracker();
    lag.begin(ends(100), stored(100), 10_000);
    lag.forgetEnds();
    expect([lag.events(), lag.seconds(11_000)]).toEqual([null, null]);
    lag.observeEnds(ends(105), 60_000);
    expect([lag.events(), lag.seconds(60_000)]).toEqual([5, null]);
  });

  it('is known of what cannot be read, where its batch tells', () => {
    const lag = new LagTracker();
    lag.begin(ends(100), stored(40), 10_000);
    lag.observeHeld({ partition: 0, offset: 40n, reason: '', hint: '', timestamp: 4_000 });
    expect(lag.seconds(10_000)).toBe(6);
  });

  it('of all partitions is unknown while that of one is', () => {
    const lag = new LagTracker();
    lag.begin(ends(100, 10), stored(40, 5), 10_000);
    lag.observeRead(batch(40, 41, 100, [9_000]), 10_000);
    expect(lag.seconds(10_000)).toBeNull();
    expect(lag.partitions(10_000).map(({ seconds }) => seconds)).toEqual([1, null]);
  });
});

describe('the lag', () => {
  it('counts partitions that are added to a topic in use', () => {
    const lag = new LagTracker();
    lag.begin(ends(10), stored(10), 1_000);
    lag.observeEnds(ends(10, 7), 2_000);
    expect(lag.events()).toBe(7);
    expect(lag.hasReached(ends(10, 7))).toBe(false);
    lag.advance(1, 7n, 1_500);
    expect(lag.events()).toBe(0);
  });

  it('ends where no event waits, also behind offsets that hold none', () => {
    const lag = new LagTracker();
    lag.begin(ends(13), stored(10), 1_000);
    lag.observeRead(batch(10, 13, 13, []), 1_000);
    expect(lag.seconds(1_000)).toBeNull();
    lag.advance(0, 13n, null);
    expect([lag.events(), lag.seconds(1_000)]).toEqual([0, 0]);
  });
});
