import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import { systemClock } from '../ports/clock.ts';
import type { LogReader } from '../ports/event-log.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { CommittedBatch, SaleStore } from '../ports/sale-store.ts';
import { fillOutbox } from '../postgres/rebuild-sql.ts';
import { readModelDifferences } from '../query/read-model-check.ts';
import type { IngestFixture } from '../testing/ingest-fixture.ts';
import { openIngestFixture, saleMessage } from '../testing/ingest-fixture.ts';

let fixture: IngestFixture;

beforeAll(async () => {
  fixture = await openIngestFixture();
});
beforeEach(() => fixture.empty());
afterAll(() => fixture.close());

function messages(count: number, from = 0) {
  return Array.from({ length: count }, (_, index) => saleMessage(from + index));
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not reached: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The store with one method that fails (or waits) the first times. */
function storeThat(overrides: Partial<SaleStore>): SaleStore {
  const { store } = fixture;
  return {
    offsets: (topic) => store.offsets(topic),
    offsetsOfOthers: (topic) => store.offsetsOfOthers(topic),
    counters: (topic) => store.counters(topic),
    apply: (batch) => store.apply(batch),
    dayVersions: (days) => store.dayVersions(days),
    outboxDays: () => store.outboxDays(),
    clearOutbox: (changes) => store.clearOutbox(changes),
    ...overrides,
  };
}

async function expectExact(stored: number, duplicates = 0, deadLettered = 0): Promise<void> {
  const check = await fixture.check();
  expect(check).toMatchObject({
    stored,
    duplicates,
    deadLettered,
    inFlight: 0,
    produced: stored + duplicates + deadLettered,
  });
  expect(check.problems).toEqual({ I2: [], I3: [], I4: [] });
  expect(check.grossCents.rollups).toBe(check.grossCents.recomputed);
}

describe('consumer', () => {
  it('stores what is appended, projects it, and tells of each commit in order', async () => {
    const { consumer, readModel } = fixture.start();
    const told: CommittedBatch[] = [];
    consumer.onCommitted((batch) => told.push(batch));
    await readModel.endBuild('2026-11-22', await readModel.beginBuild('2026-11-22'));
    await fixture.log.append(messages(500));
    await consumer.drained();
    await expectExact(500);
    expect(told.flatMap((batch) => batch.inserted)).toHaveLength(500);
    for (const partition of [0, 1, 2, 3]) {
      const offsets = told.filter((batch) => batch.partition === partition).map((batch) => batch.nextOffset);
      expect(offsets).toEqual([...offsets].sort((a, b) => Number(a - b)));
    }
    expect(await readModelDifferences(readModel, fixture.rollups)).toEqual([]);
    expect(await fixture.store.outboxDays()).toEqual([]);
    expect(consumer.status()).toMatchObject({ state: 'up', lagEvents: 0, lagSeconds: 0, restarts: 0 });
  });

  it('counts duplicates once and makes dead letters of what is not an event, and knows both after a restart', async () => {
    const { consumer } = fixture.start();
    await fixture.log.append([
      ...messages(20),
      ...messages(5),
      { key: '1', value: Buffer.from('{"v":1') },
      { key: '2', value: Buffer.from([255, 254]) },
      saleMessage(100, { amountCents: -1 }),
    ]);
    await consumer.drained();
    await expectExact(20, 5, 3);
    expect(consumer.status()).toMatchObject({ duplicates: 5, deadLettered: 3 });
    await consumer.stop();
    const again = fixture.start().consumer;
    await again.drained();
    expect(again.status()).toMatchObject({ duplicates: 5, deadLettered: 3 });
  });

  it('goes on where it stopped, and loses nothing of a stop in the middle', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { consumer } = fixture.start();
      const appending = fixture.log.append(messages(3_000, round * 3_000));
      await until(() => (consumer.status().lagEvents ?? 0) > 0 || consumer.status().state === 'up', 'reading');
      await appending;
      await consumer.stop();
      expect(consumer.status().state).toBe('off');
    }
    await fixture.start().consumer.drained();
    await expectExact(15_000);
  });

  it('is complete up to a moment that stands still while it is paused, and does not know its lag once it is stopped', async () => {
    const { consumer } = fixture.start();
    await fixture.log.append(messages(10));
    await consumer.drained();
    await until(() => (consumer.completeUntil() ?? 0) > 0, 'complete up to some moment');
    const before = consumer.completeUntil() ?? 0;
    await until(() => (consumer.completeUntil() ?? 0) > before, 'complete up to a later one');
    consumer.pause();
    const held = consumer.completeUntil();
    let looks = 0;
    consumer.onStatus(() => {
      looks += 1;
    });
    await until(() => looks >= 2, 'two more looks at the log');
    expect(consumer.completeUntil()).toBe(held);
    consumer.resume();
    await until(() => (consumer.completeUntil() ?? 0) > (held ?? 0), 'complete up to now again');
    await consumer.stop();
    const stopped = consumer.completeUntil();
    expect(consumer.status()).toMatchObject({ state: 'off', lagEvents: null, lagSeconds: null });
    expect(consumer.completeUntil()).toBe(stopped);
  });

  it('reads nothing while paused, and what came meanwhile afterwards', async () => {
    const { consumer } = fixture.start({}, { pollWaitMs: 20, observeMs: 20 });
    await consumer.drained();
    consumer.pause();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await fixture.log.append(messages(50));
    await until(() => consumer.status().lagEvents === 50, 'the lag is seen');
    expect(consumer.status().lagSeconds).toBeGreaterThanOrEqual(0);
    expect((await fixture.check()).stored).toBe(0);
    consumer.resume();
    await consumer.drained();
    await expectExact(50);
  });

  it('asks producers to wait while much is waiting to be stored, and lets them go on', async () => {
    const { consumer } = fixture.start({}, { roomEvents: 200, observeMs: 20, pollWaitMs: 20 });
    await consumer.drained();
    expect(consumer.waitForRoom()).toBeNull();
    consumer.pause();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await fixture.log.append(messages(250));
    await until(() => consumer.waitForRoom() !== null, 'back-pressure');
    consumer.resume();
    await consumer.waitForRoom();
    expect(consumer.status().lagEvents).toBeLessThan(100);
  });

  it('lets producers wait while it is stopped with much to store, until it has started and stored it', async () => {
    const { consumer } = fixture.start({}, { roomEvents: 200, observeMs: 20, pollWaitMs: 20 });
    await consumer.drained();
    consumer.pause();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await fixture.log.append(messages(250));
    await until(() => consumer.waitForRoom() !== null, 'back-pressure');
    await consumer.stop();
    let waits = 0;
    const producing = (async () => {
      for (let room = consumer.waitForRoom(); room !== null && waits < 1000; room = consumer.waitForRoom()) {
        await room;
        waits += 1;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(waits).toBe(0);
    consumer.resume();
    consumer.start();
    await producing;
    expect(waits).toBe(1);
    await consumer.drained();
    await expectExact(250);
  });
});

describe('work between the rounds', () => {
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('that has begun before a session keeps it from storing until it is done', async () => {
    await fixture.log.append(messages(100));
    const { consumer } = fixture.start();
    const stored = await consumer.betweenRounds(async () => {
      const before = (await fixture.check()).stored;
      await sleep(200);
      return [before, (await fixture.check()).stored];
    });
    expect(stored).toEqual([0, 0]);
    await consumer.drained();
    await expectExact(100);
  });

  it('begun by whoever hears of a gap sees nothing stored meanwhile', async () => {
    let lost = false;
    const store = storeThat({
      apply: async (batch) => {
        const result = await fixture.store.apply(batch);
        if (!lost) {
          lost = true;
          throw new Error('Connection terminated unexpectedly');
        }
        return result;
      },
    });
    const { consumer } = fixture.start({ store });
    const seen: bigint[] = [];
    const offsets = async () => [...(await fixture.store.offsets(fixture.log.topic)).values()].reduce((a, b) => a + b);
    const heard = new Promise<void>((resolve, reject) => {
      consumer.onGap(() => {
        consumer
          .betweenRounds(async () => {
            seen.push(await offsets());
            await sleep(200);
            seen.push(await offsets());
          })
          .then(resolve, reject);
      });
    });
    await consumer.drained();
    await fixture.log.append(messages(400));
    await heard;
    expect(seen[1]).toBe(seen[0]);
    await consumer.drained();
    await expectExact(400);
  });

  it('that takes long is not taken for a consumer that stands still', async () => {
    const { consumer } = fixture.start({}, { stallMs: 100, observeMs: 20 });
    await consumer.drained();
    const stored = await consumer.betweenRounds(async () => {
      await fixture.log.append(messages(50));
      await sleep(500);
      return (await fixture.check()).stored;
    });
    await consumer.drained();
    expect(stored).toBe(0);
    expect(consumer.status().restarts).toBe(0);
  });

  it('takes its time to load many days into the read model, which is progress too', async () => {
    const first = fixture.start();
    const dayMs = 86_400_000;
    await fixture.log.append(
      Array.from({ length: 30 }, (_, day) => saleMessage(day, { soldAt: Date.UTC(2026, 8, 1) + day * dayMs })),
    );
    await first.consumer.drained();
    await first.consumer.stop();
    await fixture.pool.query(fillOutbox);
    await fixture.log.append(messages(10, 100));
    const slow = storeThat({
      clearOutbox: async (rows) => {
        await sleep(15);
        await fixture.store.clearOutbox(rows);
      },
    });
    const { consumer } = fixture.start({ store: slow }, { stallMs: 150, observeMs: 20 });
    await consumer.drained();
    expect(consumer.status().restarts).toBe(0);
    expect(await fixture.store.outboxDays()).toEqual([]);
  });
});

describe('a failing store', () => {
  it('is retried with a backoff; state and reason say so meanwhile; the next attempt starts at the stored offsets', async () => {
    let failures = 0;
    const store = storeThat({
      apply: async (batch) => {
        failures += 1;
        if (failures === 2 || failures === 3) throw Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
        return fixture.store.apply(batch);
      },
    });
    const { consumer } = fixture.start({ store });
    const states: string[] = [];
    consumer.onStatus(() => states.push(consumer.status().state));
    await fixture.log.append(messages(200));
    await until(() => consumer.status().state === 'down', 'down');
    expect(consumer.status()).toMatchObject({ code: 'ECONNRESET', reason: expect.stringContaining('connection lost') });
    expect(consumer.status().nextAttemptAt).toBeGreaterThan(Date.now() - 1_000);
    await consumer.drained();
    await until(() => consumer.status().state === 'up', 'up again');
    expect(consumer.status()).toMatchObject({ reason: null, code: null, nextAttemptAt: null, restarts: 2 });
    await expectExact(200);
  });

  it('whose answer is lost after the commit stores nothing twice, and the gap in what was told is reported', async () => {
    let lost = false;
    const store = storeThat({
      apply: async (batch) => {
        const result = await fixture.store.apply(batch);
        if (!lost) {
          lost = true;
          throw new Error('Connection terminated unexpectedly');
        }
        return result;
      },
    });
    const { consumer, readModel } = fixture.start({ store });
    let gaps = 0;
    let told = 0;
    consumer.onGap(() => {
      gaps += 1;
    });
    consumer.onCommitted((batch) => {
      told += batch.inserted.length;
    });
    await consumer.drained();
    await fixture.log.append(messages(400));
    await consumer.drained();
    await expectExact(400);
    expect(gaps).toBe(1);
    expect(told).toBeLessThan(400);
    // The day of the lost batch was in the outbox, so the replay has built it.
    expect(await readModelDifferences(readModel, fixture.rollups)).toEqual([]);
    expect(await readModel.builtDays()).toEqual(['2026-11-22']);
  });

  it('that was moved by another consumer makes it seek, and nothing is stored twice', async () => {
    const one = fixture.start().consumer;
    const other = fixture.start().consumer;
    for (let round = 0; round < 20; round += 1) await fixture.log.append(messages(50, round * 50));
    await Promise.all([one.drained(), other.drained()]);
    await expectExact(1_000);
  });

  it('that never answers is given up by the watchdog; its late commit harms nothing', async () => {
    let release: () => void = () => {};
    const hang = new Promise<void>((resolve) => {
      release = resolve;
    });
    let calls = 0;
    const store = storeThat({
      apply: async (batch) => {
        calls += 1;
        if (calls === 1) await hang;
        return fixture.store.apply(batch);
      },
    });
    const { consumer, readModel } = fixture.start({ store }, { stallMs: 150, observeMs: 30 });
    await fixture.log.append(messages(300));
    await until(() => consumer.status().restarts === 1, 'the watchdog restarts');
    release();
    await consumer.drained();
    await fixture.log.append(messages(10, 300));
    await consumer.drained();
    await expectExact(310);
    expect(await readModelDifferences(readModel, fixture.rollups)).toEqual([]);
  });

  it('that is merely slow is not given up when the computer has slept or its clock was put forward', async () => {
    let shift = 0;
    const store = storeThat({
      apply: async (batch) => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return fixture.store.apply(batch);
      },
    });
    const clock = { ...systemClock, now: () => Date.now() + shift };
    const { consumer } = fixture.start({ store, clock }, { observeMs: 20 });
    await consumer.drained();
    await fixture.log.append(messages(10));
    setTimeout(() => {
      shift = 3_600_000;
    }, 100);
    await consumer.drained();
    expect(consumer.status().restarts).toBe(0);
    await expectExact(10);
  });

  it('that never answers is given up by the watchdog also after the clock was set back', async () => {
    let shift = 0;
    let hangs = true;
    const store = storeThat({
      apply: (batch) => (hangs ? new Promise(() => {}) : fixture.store.apply(batch)),
    });
    const clock = { ...systemClock, now: () => Date.now() + shift };
    const { consumer } = fixture.start({ store, clock }, { stallMs: 150, observeMs: 20 });
    await consumer.drained();
    shift = -3_600_000;
    await fixture.log.append(messages(10));
    await until(() => consumer.status().restarts === 1, 'the watchdog restarts');
    hangs = false;
    await consumer.drained();
    await expectExact(10);
  });

  it('is not tried again before its time, but at once when asked to', async () => {
    let broken = true;
    const store = storeThat({
      offsets: async (topic) => {
        if (broken) throw Object.assign(new Error('permission denied for table sale'), { code: '42501' });
        return fixture.store.offsets(topic);
      },
    });
    const { consumer } = fixture.start({ store });
    await fixture.log.append(messages(10));
    await until(() => consumer.status().state === 'down', 'down');
    expect(consumer.status().nextAttemptAt).toBeGreaterThan(Date.now() + 1_000);
    broken = false;
    consumer.retryNow();
    await consumer.drained();
    await expectExact(10);
  });
});

describe('a failing read model', () => {
  function failing(model: ReadModel, isBroken: () => boolean): ReadModel {
    const guard = async () => {
      if (isBroken()) throw Object.assign(new Error('read model away'), { code: 'ECONNREFUSED' });
    };
    return {
      apply: async (rows) => {
        await guard();
        await model.apply(rows);
      },
      beginBuild: async (day, options) => {
        await guard();
        return model.beginBuild(day, options);
      },
      endBuild: async (day, build) => {
        await guard();
        await model.endBuild(day, build);
      },
      builtDays: () => model.builtDays(),
      theaterMovies: (day) => model.theaterMovies(day),
      theaterQuarters: (day) => model.theaterQuarters(day),
      minutes: (day) => model.minutes(day),
      days: (day) => model.days(day),
      clear: () => model.clear(),
    };
  }

  it('never stops storing; the outbox keeps the day, and the read model has all of it once it is back', async () => {
    const inner = new MemoryReadModel();
    let broken = false;
    const { consumer, projector } = fixture.start({ readModel: failing(inner, () => broken) });
    let stored = 0;
    consumer.onCommitted((batch) => {
      stored += batch.inserted.length;
    });
    await fixture.log.append(messages(100));
    await consumer.drained();
    broken = true;
    await fixture.log.append(messages(100, 100));
    await until(() => projector.behind, 'behind');
    await fixture.log.append(messages(100, 200));
    await until(() => stored === 300, 'stored all the same');
    expect(consumer.status()).toMatchObject({ state: 'degraded', restarts: 0 });
    expect(projector.status()).toMatchObject({ state: 'degraded', code: 'ECONNREFUSED' });
    expect(await fixture.store.outboxDays()).toEqual(['2026-11-22']);
    broken = false;
    await consumer.drained();
    expect(await readModelDifferences(inner, fixture.rollups)).toEqual([]);
    expect(await inner.builtDays()).toEqual(['2026-11-22']);
    expect(projector.status().state).toBe('up');
    await expectExact(300);
  });

  it('that missed a batch because the program ended between commit and projection is rebuilt at the next start', async () => {
    const dead = storeThat({ dayVersions: () => new Promise(() => {}) });
    const first = fixture.start({ store: dead }, { stopMs: 100 });
    let committed = 0;
    first.consumer.onCommitted((batch) => {
      committed += batch.inserted.length;
    });
    await fixture.log.append(messages(1));
    await until(() => committed === 1, 'committed');
    // The first consumer hangs between commit and projection for ever: as a killed one it does nothing more.
    expect(await fixture.store.outboxDays()).toEqual(['2026-11-22']);
    const second = fixture.start();
    await second.consumer.drained();
    expect(await readModelDifferences(second.readModel, fixture.rollups)).toEqual([]);
    expect(await second.readModel.builtDays()).toEqual(['2026-11-22']);
    expect(await fixture.store.outboxDays()).toEqual([]);
  });
});

describe('a failing log', () => {
  it('is read again from the stored offsets, and its lag is unknown, not zero', async () => {
    let broken = false;
    const { log } = fixture;
    const guarded = {
      topic: log.topic,
      partitions: async () => {
        if (broken) throw Object.assign(new Error('broker away'), { code: 'ECONNREFUSED' });
        return log.partitions();
      },
      append: log.append.bind(log),
      open: async (offsets: ReadonlyMap<number, bigint>): Promise<LogReader> => {
        const reader = await log.open(offsets);
        const poll = reader.poll.bind(reader);
        reader.poll = async (maxRecords, waitMs) => {
          if (broken) throw Object.assign(new Error('broker away'), { code: 'ECONNREFUSED' });
          return poll(maxRecords, waitMs);
        };
        return reader;
      },
      close: () => log.close(),
    };
    const { consumer } = fixture.start({ log: guarded }, { observeMs: 20, pollWaitMs: 20 });
    await fixture.log.append(messages(20));
    await consumer.drained();
    broken = true;
    await until(() => consumer.status().state === 'down' && consumer.status().lagEvents === null, 'lag unknown');
    expect(consumer.status().lagSeconds).toBeNull();
    await log.append(messages(20, 20));
    broken = false;
    consumer.retryNow();
    await until(() => consumer.status().state === 'up', 'up');
    await consumer.drained();
    await expectExact(40);
  });
});
