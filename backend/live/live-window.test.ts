import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { LiveFrame } from '../domain/live.ts';
import { noMeasures } from '../domain/measures.ts';
import type { DayRollup } from '../domain/rollup.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { CommittedBatch } from '../ports/sale-store.ts';
import { measuresOf, naiveAnswer } from '../testing/naive-answers.ts';
import { saleLine } from '../testing/sale-line.ts';
import { daySeedOf, emptyDay } from './day-account.ts';
import { type LiveSeed, LiveWindow } from './live-window.ts';

const calendar = createBusinessCalendar({ zone: 'America/New_York', cutoverHour: 6 });
const noon = Date.parse('2026-11-22T17:00:00Z');
const day = '2026-11-22';

class TestClock {
  at = noon;
  now(): number {
    return this.at;
  }
  async sleep(): Promise<void> {}
}

function batchOf(inserted: readonly SaleLine[], committedAt: number, version = 1, partition = 0): CommittedBatch {
  const days = [...new Set(inserted.map((sale) => sale.businessDay))];
  const dayRows: DayRollup[] = days.map((of) => ({ day: of, partition, measures: noMeasures, version }));
  return {
    topic: 'ticket-sales',
    partition,
    nextOffset: 0n,
    inserted,
    duplicates: 0,
    deadLetters: 0,
    changes: { theaterMovies: [], theaterQuarters: [], minutes: [], days: dayRows },
    committedAt,
  };
}

const emptySeed: LiveSeed = {
  offsets: new Map(),
  offsetsOfOthers: 0n,
  days: [],
  seconds: [],
  recent: [],
  ledger: { events: 0, grossCents: 0n },
  committedAt: null,
};

function start() {
  const clock = new TestClock();
  const window = new LiveWindow({ calendar, clock });
  let index = 0;
  const sale = (facts: Parameters<typeof saleLine>[1]) => saleLine(index++, facts, calendar);
  return { clock, window, sale };
}

/** What a window holds that was sent a snapshot and then ticks. */
function follow(held: LiveFrame, frame: LiveFrame): LiveFrame {
  if (frame.kind === 'snapshot') return frame;
  const merge = <B extends { at: number }>(before: readonly B[], after: readonly B[]) =>
    [...new Map([...before, ...after].map((bucket) => [bucket.at, bucket])).values()].sort((a, b) => a.at - b.at);
  return { ...frame, seconds: merge(held.seconds, frame.seconds), minutes: merge(held.minutes, frame.minutes) };
}

describe('live window', () => {
  it('counts sales and refunds into totals, minutes, seconds, leaders and ledger', () => {
    const { clock, window, sale } = start();
    const sales = [
      sale({ soldAt: noon - 1500, theaterId: 3, movieId: 9, tickets: 2, amountCents: 2598 }),
      sale({ soldAt: noon - 1400, theaterId: 3, movieId: 8, tickets: 1, amountCents: 1000 }),
      sale({ soldAt: noon - 400, theaterId: 4, movieId: 9, kind: -1, tickets: 1, amountCents: 1299 }),
    ];
    window.committed(batchOf(sales, clock.at, 5));
    const frame = window.snapshot();
    expect(frame).toMatchObject({ kind: 'snapshot', day, dayVersion: 5, committedAt: noon });
    expect(frame.totals).toEqual(measuresOf(sales));
    expect(frame.ledger).toEqual({ events: 3, grossCents: 2299n });
    expect(frame.seconds).toEqual([
      { at: noon - 2000, grossCents: 3598n, sales: 2, admits: 3 },
      { at: noon - 1000, grossCents: -1299n, sales: 0, admits: -1 },
    ]);
    expect(frame.minutes).toEqual([{ at: noon - 60_000, measures: measuresOf(sales) }]);
    expect(frame.topTheaters).toEqual([
      { id: 3, grossCents: 3598n, admits: 3 },
      { id: 4, grossCents: -1299n, admits: -1 },
    ]);
    expect(frame.topMovies.map((leader) => leader.id)).toEqual([9, 8]);
    expect(frame.recent.map((line) => line.id)).toEqual([sales[2]?.id, sales[1]?.id, sales[0]?.id]);
    expect(frame.eventsPerSecond).toBeCloseTo(3 / 5);
    expect(frame.salesPerMinute).toBe(2);
  });

  it('lists sales by the instant of sale, so that history that is made does not push out those of now', () => {
    const { clock, window, sale } = start();
    const now = Array.from({ length: 50 }, (_, index) => sale({ soldAt: noon - 50_000 + index }));
    window.committed(batchOf(now, clock.at));
    const revision = window.revision();
    const old = Array.from({ length: 60 }, (_, index) => sale({ soldAt: noon - 7 * 86_400_000 + index }));
    const late = sale({ soldAt: noon - 49_999 });
    window.committed(batchOf([...old, late], clock.at));
    const times = window.snapshot().recent.map(({ soldAt }) => soldAt);
    expect(times).toEqual(
      [...now, late]
        .map(({ soldAt }) => soldAt)
        .sort((a, b) => b - a)
        .slice(0, 50),
    );
    expect(window.changesSince(revision)?.frame.recent).toEqual([late]);
  });

  it('puts a late event into its second, and one outside the five minutes only into the totals', () => {
    const { clock, window, sale } = start();
    window.committed(
      batchOf(
        [
          sale({ soldAt: noon - 299_000 }),
          sale({ soldAt: noon - 300_001 }),
          sale({ soldAt: noon + 5000 }),
          sale({ soldAt: noon - 86_400_000 }),
        ],
        clock.at,
      ),
    );
    const frame = window.snapshot();
    expect(frame.seconds.map((second) => second.at)).toEqual([noon - 299_000]);
    expect(frame.totals.sales).toBe(3);
    expect(frame.ledger.events).toBe(4);
    clock.at += 1000;
    expect(window.snapshot().seconds).toEqual([]);
  });

  it('reuses the slot of a second that has left the window', () => {
    const { clock, window, sale } = start();
    window.committed(batchOf([sale({ soldAt: noon })], clock.at));
    clock.at += 300_000;
    window.committed(batchOf([sale({ soldAt: clock.at, amountCents: 7 })], clock.at));
    expect(window.snapshot().seconds).toEqual([{ at: clock.at, grossCents: 7n, sales: 1, admits: 1 }]);
  });

  it('ticks with only what changed, and with nothing when nothing did', () => {
    const { clock, window, sale } = start();
    window.committed(batchOf([sale({ soldAt: noon - 120_000 })], clock.at));
    const revision = window.revision();
    expect(window.changesSince(revision)).toBeNull();
    const second = sale({ soldAt: noon - 1000, theaterId: 2 });
    window.committed(batchOf([second], clock.at, 2));
    const change = window.changesSince(revision);
    expect(change?.frame).toMatchObject({ kind: 'tick', dayVersion: 2, latencySample: [noon - 1000] });
    expect(change?.frame.seconds.map((bucket) => bucket.at)).toEqual([noon - 1000]);
    expect(change?.frame.minutes.map((bucket) => bucket.at)).toEqual([noon - 60_000]);
    expect(change?.frame.recent).toEqual([second]);
    expect(change?.frame.totals.sales).toBe(2);
    expect(Object.keys(change?.frame ?? {}).sort()).toEqual(Object.keys(window.snapshot()).sort());
    expect(window.changesSince(change?.revision ?? 0)).toBeNull();
  });

  it('says that the rates fall when nothing is stored any more', () => {
    const { clock, window, sale } = start();
    window.committed(batchOf([sale({ soldAt: noon })], clock.at));
    let revision = window.revision();
    clock.at += 6000;
    const idle = window.changesSince(revision);
    expect(idle?.frame.eventsPerSecond).toBe(0);
    expect(idle?.frame.salesPerMinute).toBe(1);
    revision = idle?.revision ?? 0;
    clock.at += 60_000;
    expect(window.changesSince(revision)?.frame.salesPerMinute).toBe(0);
  });

  it('keeps every tick within 16 KB, and brings all buckets in the end, those of now first', () => {
    const { clock, window, sale } = start();
    let held = window.snapshot();
    let revision = window.revision();
    const wide = { amountCents: 1_000_000_000, tickets: 1000, channel: 'box_office' as const, kind: -1 as const };
    const dayStart = calendar.startOf(day);
    const inserted = [
      ...Array.from({ length: 360 }, (_, minute) => sale({ ...wide, soldAt: dayStart + minute * 60_000 })),
      ...Array.from({ length: 300 }, (_, back) =>
        sale({ ...wide, soldAt: noon - (299 - back) * 1000, theaterId: back % 40 }),
      ),
    ];
    // Large counts make wide numbers.
    for (let round = 0; round < 3; round += 1) window.committed(batchOf(inserted, clock.at, 1_000_000_000 + round));
    const snapshot = window.snapshot();
    let ticks = 0;
    for (let change = window.changesSince(revision); change; change = window.changesSince(revision)) {
      expect(change.frame.kind).toBe('tick');
      const json = JSON.stringify(change.frame, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(16_384);
      expect(serialize(change.frame).byteLength).toBeLessThanOrEqual(16_384);
      if (ticks === 0) {
        expect(change.frame.recent).toHaveLength(20);
        expect(change.frame.seconds.map((bucket) => bucket.at)).toContain(noon);
      }
      held = follow(held, change.frame);
      revision = change.revision;
      ticks += 1;
      expect(ticks).toBeLessThan(40);
    }
    expect(ticks).toBeGreaterThan(3);
    expect(held.seconds).toEqual(snapshot.seconds);
    expect(held.minutes).toEqual(snapshot.minutes);
  });

  it('serves two windows that lag differently', () => {
    const { clock, window, sale } = start();
    const all = () => Array.from({ length: 300 }, (_, back) => sale({ soldAt: clock.at - back * 1000 }));
    const views = [0, 1].map(() => ({ held: window.snapshot(), revision: window.revision() }));
    for (let round = 0; round < 4; round += 1) {
      window.committed(batchOf(all(), clock.at, round + 1));
      const view = views[round % 2];
      const change = view && window.changesSince(view.revision);
      if (view && change) {
        view.held = follow(view.held, change.frame);
        view.revision = change.revision;
      }
    }
    const snapshot = window.snapshot();
    for (const view of views) {
      for (let ticks = 0; ticks < 60; ticks += 1) {
        const change = window.changesSince(view.revision);
        if (!change) break;
        view.held = follow(view.held, change.frame);
        view.revision = change.revision;
      }
      expect(view.held.seconds).toEqual(snapshot.seconds);
      expect(view.held.minutes).toEqual(snapshot.minutes);
    }
  });

  it('starts the next business day at zero by the clock alone, with a snapshot', () => {
    const { clock, window, sale } = start();
    window.committed(batchOf([sale({ soldAt: noon })], clock.at));
    const revision = window.revision();
    clock.at = calendar.endOf(day) - 1;
    expect(window.snapshot().day).toBe(day);
    clock.at += 1;
    const change = window.changesSince(revision);
    expect(change?.frame).toMatchObject({ kind: 'snapshot', day: '2026-11-23', dayVersion: 0, totals: noMeasures });
    expect(change?.frame.minutes).toEqual([]);
    expect(change?.frame.ledger.events).toBe(1);
  });

  it('starts the next business day with the sales that were dated ahead', () => {
    const { clock, window, sale } = start();
    const ahead = sale({ soldAt: calendar.endOf(day) + 60_000, amountCents: 4200 });
    window.committed(batchOf([ahead], clock.at, 3));
    expect(window.snapshot().totals).toEqual(noMeasures);
    clock.at = calendar.endOf(day);
    expect(window.snapshot()).toMatchObject({ totals: measuresOf([ahead]), dayVersion: 3 });
  });

  it('counts a sale of the day before that comes after the roll-over in the ledger only', () => {
    const { clock, window, sale } = start();
    clock.at = calendar.endOf(day) + 1000;
    window.committed(batchOf([sale({ soldAt: clock.at - 2000 })], clock.at));
    const frame = window.snapshot();
    expect(frame.totals).toEqual(noMeasures);
    expect(frame.ledger.events).toBe(1);
    expect(frame.seconds).toHaveLength(1);
  });

  it('goes on from a seed: versions per partition add up, and the ledger and totals continue', async () => {
    const { clock, window, sale } = start();
    const measures = { grossCents: 500n, refundCents: 0n, sales: 5, refunds: 0, admits: 5 };
    const rows = {
      theaterMovies: [{ day, theaterId: 2, movieId: 3, measures, version: 4 }],
      theaterQuarters: [],
      minutes: [{ day, partition: 0, at: noon - 60_000, measures, version: 4 }],
      days: [
        { day, partition: 0, measures, version: 4 },
        { day, partition: 1, measures: noMeasures, version: 2 },
      ],
    };
    const before = window.revision();
    const recent = [sale({ soldAt: noon - 3000 })];
    await window.reseed(async () => ({
      offsets: new Map(),
      offsetsOfOthers: 0n,
      days: [daySeedOf(day, rows), emptyDay('2026-11-23')],
      seconds: [{ at: noon - 3000, grossCents: 500n, sales: 5, admits: 5 }],
      recent,
      ledger: { events: 50, grossCents: 5000n },
      committedAt: noon - 2500,
    }));
    expect(window.changesSince(before)?.frame.kind).toBe('snapshot');
    expect(window.snapshot()).toMatchObject({ totals: measures, dayVersion: 6, recent, committedAt: noon - 2500 });
    window.committed(batchOf([sale({ soldAt: noon - 2500, theaterId: 2, movieId: 3 })], clock.at, 5));
    const frame = window.snapshot();
    expect(frame.dayVersion).toBe(7);
    expect(frame.totals).toMatchObject({ grossCents: 1500n, sales: 6 });
    expect(frame.ledger).toEqual({ events: 51, grossCents: 6000n });
    expect(frame.topTheaters).toEqual([{ id: 2, grossCents: 1500n, admits: 6 }]);
    expect(frame.seconds[0]).toEqual({ at: noon - 3000, grossCents: 1500n, sales: 6, admits: 6 });
  });

  it('counts each batch once when batches come while the seed is read', async () => {
    const { clock, window, sale } = start();
    const batches = [1, 2, 3, 4].map((offset) => ({
      ...batchOf([sale({ soldAt: noon, amountCents: offset })], clock.at, offset),
      nextOffset: BigInt(offset),
    }));
    const [first, second, third, fourth] = batches as [CommittedBatch, CommittedBatch, CommittedBatch, CommittedBatch];
    window.committed(first);
    await window.reseed(async () => {
      window.committed(second);
      // The snapshot has the first two; the third is committed and told before the seed arrives.
      window.committed(third);
      const measures = { grossCents: 3n, refundCents: 0n, sales: 2, refunds: 0, admits: 2 };
      return {
        ...emptySeed,
        offsets: new Map([[0, 2n]]),
        offsetsOfOthers: 0n,
        days: [{ ...emptyDay(day), totals: measures, versions: new Map([[0, 2]]) }],
        ledger: { events: 2, grossCents: 3n },
      };
    });
    window.committed(second);
    window.committed(fourth);
    expect(window.snapshot()).toMatchObject({
      dayVersion: 4,
      totals: { grossCents: 10n, sales: 4 },
      ledger: { events: 4, grossCents: 10n },
    });
  });

  it('stays as it was when a seed cannot be read, and takes the next one', async () => {
    const { clock, window, sale } = start();
    window.committed(batchOf([sale({ soldAt: noon })], clock.at));
    const before = window.snapshot();
    await expect(window.reseed(() => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    expect(window.snapshot()).toEqual(before);
    await window.reseed(async () => emptySeed);
    expect(window.snapshot().ledger.events).toBe(0);
  });

  it('is empty again after a reset', async () => {
    const { clock, window, sale } = start();
    window.committed(batchOf([sale({ soldAt: noon })], clock.at));
    await window.reseed(async () => emptySeed);
    expect(window.snapshot()).toMatchObject({
      totals: noMeasures,
      dayVersion: 0,
      ledger: { events: 0, grossCents: 0n },
      seconds: [],
      minutes: [],
      recent: [],
      topTheaters: [],
    });
  });

  it('follows another calendar from the seed on', async () => {
    const { window } = start();
    await window.reseed(async () => emptySeed, createBusinessCalendar({ zone: 'Asia/Tokyo', cutoverHour: 0 }));
    expect(window.snapshot().day).toBe('2026-11-23');
  });

  it('sends a snapshot to a window whose revision it cannot know', () => {
    const { window } = start();
    expect(window.changesSince(window.revision() + 1000)?.frame.kind).toBe('snapshot');
  });

  it('never lowers the version of a day when batches are told twice or out of order', () => {
    const { clock, window, sale } = start();
    window.committed(batchOf([sale({ soldAt: noon })], clock.at, 9));
    window.committed(batchOf([sale({ soldAt: noon })], clock.at, 8));
    expect(window.snapshot().dayVersion).toBe(9);
  });

  it('measures each stage on events produced live only', () => {
    const { clock, window, sale } = start();
    expect(window.latencies()).toEqual({ stored: null, projected: null });
    window.committed(
      batchOf(
        [
          sale({ soldAt: noon - 100 }),
          sale({ soldAt: noon - 20 }),
          sale({ soldAt: noon - 3_600_000 }),
          sale({ soldAt: noon + 10 }),
        ],
        clock.at,
      ),
    );
    window.projected(noon, noon + 3);
    expect(window.latencies()).toEqual({
      stored: { p50: 20, p95: 100, p99: 100, samples: 3 },
      projected: { p50: 3, p95: 3, p99: 3, samples: 1 },
    });
    clock.at += 61_000;
    expect(window.latencies().stored).toBeNull();
  });

  it('samples at most 8 live sales per tick', () => {
    const { clock, window, sale } = start();
    const revision = window.revision();
    for (let batch = 0; batch < 10; batch += 1) {
      window.committed(
        batchOf(
          Array.from({ length: 30 }, () => sale({ soldAt: noon - batch })),
          clock.at,
          batch + 1,
        ),
      );
    }
    const sample = window.changesSince(revision)?.frame.latencySample ?? [];
    expect(sample).toHaveLength(8);
    expect(new Set(sample).size).toBeGreaterThan(3);
  });

  it('tells its listeners until they leave', () => {
    const { clock, window, sale } = start();
    let told = 0;
    const leave = window.onChange(() => {
      told += 1;
    });
    window.committed(batchOf([sale({ soldAt: noon })], clock.at));
    leave();
    window.committed(batchOf([sale({ soldAt: noon })], clock.at));
    expect(told).toBe(1);
  });

  it('agrees with a recomputation after many random batches', () => {
    const { clock, window, sale } = start();
    const all: SaleLine[] = [];
    let random = 1;
    const next = (below: number) => {
      random = (random * 48_271) % 2_147_483_647;
      return random % below;
    };
    for (let batch = 1; batch <= 60; batch += 1) {
      clock.at += next(20_000);
      const inserted = Array.from({ length: next(40) }, () =>
        sale({
          soldAt: clock.at - next(10) ** 6,
          theaterId: 1 + next(40),
          movieId: 1 + next(24),
          kind: next(5) === 0 ? -1 : 1,
          tickets: 1 + next(8),
          amountCents: next(20_000),
        }),
      );
      all.push(...inserted);
      window.committed(batchOf(inserted, clock.at, batch));
    }
    const frame = window.snapshot();
    const context = { calendar, theaters: [] };
    expect(frame.totals).toEqual(measuresOf(all.filter((line) => line.businessDay === day)));
    expect(frame.minutes).toEqual(naiveAnswer({ name: 'series', params: { day, bucket: 'minute' } }, all, context));
    const leaders = naiveAnswer({ name: 'theaterLeaderboard', params: { day } }, all, context).slice(0, 5);
    expect(frame.topTheaters.map(({ id, grossCents }) => [id, grossCents])).toEqual(
      leaders.map((row) => [row.theaterId, row.measures.grossCents]),
    );
    expect(frame.ledger).toEqual({ events: all.length, grossCents: measuresOf(all).grossCents });
  });

  it('takes 500 sales in well under 3 ms', () => {
    const { clock, window, sale } = start();
    const batches = Array.from({ length: 60 }, (_, batch) =>
      batchOf(
        Array.from({ length: 500 }, (_, index) =>
          sale({ soldAt: noon - (index % 200), theaterId: 1 + (index % 40), movieId: 1 + (index % 24) }),
        ),
        clock.at,
        batch + 1,
      ),
    );
    const took = batches.map((batch) => {
      const started = performance.now();
      window.committed(batch);
      return performance.now() - started;
    });
    const median = took.sort((a, b) => a - b)[took.length / 2] ?? 0;
    expect(median).toBeLessThan(3);
  });
});
