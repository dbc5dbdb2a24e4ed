import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConsumerStatus } from '../domain/status.ts';
import type { EventLog, LogMessage } from '../ports/event-log.ts';
import type { IngestFixture } from '../testing/ingest-fixture.ts';
import { openIngestFixture, saleMessage } from '../testing/ingest-fixture.ts';

let fixture: IngestFixture;

beforeAll(async () => {
  fixture = await openIngestFixture();
}, 60_000);
afterAll(() => fixture.close());
beforeEach(() => fixture.empty());

const tuning = { observeMs: 20, pollWaitMs: 20 };

function messages(count: number, from = 0): LogMessage[] {
  return Array.from({ length: count }, (_, index) => saleMessage(from + index));
}

/** The log as one member of a group has it: only some partitions are its own. */
function shareOf(log: EventLog, partitions: readonly number[]): EventLog {
  const assigned = new Set(partitions);
  return {
    topic: log.topic,
    partitions: () => log.partitions(),
    append: (batch) => log.append(batch),
    close: async () => {},
    async open(offsets) {
      const reader = await log.open(offsets);
      return {
        assigned,
        poll: async (records, waitMs) =>
          (await reader.poll(records, waitMs)).filter(({ partition }) => assigned.has(partition)),
        seek: (partition, offset) => reader.seek(partition, offset),
        commit: (partition, offset) => reader.commit(partition, offset),
        close: () => reader.close(),
      };
    },
  };
}

describe('a consumer that shares the log with others', () => {
  it('knows the lag of all partitions, and hears of what the others stored as a gap', async () => {
    const one = fixture.start({ log: shareOf(fixture.log, [0, 1]) }, tuning).consumer;
    let gaps = 0;
    one.onGap(() => {
      gaps += 1;
    });
    await one.drained();
    await fixture.log.append(messages(400));
    await expect.poll(async () => (await fixture.check()).stored).toBeGreaterThan(0);
    await expect.poll(() => one.status().lagEvents).toBeLessThan(400);
    expect(one.status().lagEvents).toBeGreaterThan(0);
    expect(gaps).toBe(0);
    const other = fixture.start({ log: shareOf(fixture.log, [2, 3]) }, tuning).consumer;
    await Promise.all([one.drained(), other.drained()]);
    expect(gaps).toBeGreaterThan(0);
    expect(one.status()).toMatchObject({ lagEvents: 0, restarts: 0 });
    expect(await fixture.check()).toMatchObject({ stored: 400, inFlight: 0, problems: { I2: [], I3: [], I4: [] } });
  });

  it('is not given up for the lag of partitions that are not its own', async () => {
    const one = fixture.start({ log: shareOf(fixture.log, [0]) }, { ...tuning, stallMs: 1_500 }).consumer;
    await one.drained();
    await fixture.log.append(messages(200));
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(one.status().lagEvents).toBeGreaterThan(0);
    expect(one.status()).toMatchObject({ state: 'up', restarts: 0 });
  });
});

describe('a consumer that only observes', () => {
  it('stores nothing, and follows what others store', async () => {
    await fixture.log.append(messages(100));
    const observer = fixture.start({ observeOnly: true }, tuning).consumer;
    let gaps = 0;
    observer.onGap(() => {
      gaps += 1;
    });
    await expect.poll(() => observer.status().lagEvents).toBe(100);
    expect(await fixture.check()).toMatchObject({ stored: 0, inFlight: 100 });
    const worker = fixture.start({}, tuning).consumer;
    await Promise.all([worker.drained(), observer.drained()]);
    expect(gaps).toBeGreaterThan(0);
    expect(observer.status()).toMatchObject({ state: 'up', lagEvents: 0, lagSeconds: 0 });
    expect(await fixture.check()).toMatchObject({ stored: 100, inFlight: 0 });
    // What became of the events is told of all of them, whoever stored them.
    await fixture.log.append([...messages(3), { ...messages(1)[0]!, value: Buffer.from('no event') }]);
    await Promise.all([worker.drained(), observer.drained()]);
    const counts = ({ duplicates, deadLettered }: ConsumerStatus) => ({ duplicates, deadLettered });
    await expect.poll(() => counts(observer.status())).toEqual({ duplicates: 3, deadLettered: 1 });
    expect(counts(worker.status())).toEqual({ duplicates: 3, deadLettered: 1 });
  });

  it('says nothing of what became of events before it has read it', async () => {
    // Nothing was asked yet: it has only just begun.
    const { consumer } = fixture.start({}, tuning);
    expect(consumer.status()).toMatchObject({ duplicates: null, deadLettered: null });
    await consumer.drained();
    expect(consumer.status()).toMatchObject({ duplicates: 0, deadLettered: 0 });
  });
});
