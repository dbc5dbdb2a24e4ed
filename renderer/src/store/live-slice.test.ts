import { beforeEach, expect, test } from 'vitest';
import { noMeasures } from '../../../backend/domain/measures.ts';
import type { SaleLine } from '../../../backend/domain/ticket-sale.ts';
import type { WindowFrame } from '../../../electron/contract/signatures.ts';
import { useConsole } from './console-store.ts';

const base = Date.UTC(2026, 10, 22, 18, 0, 0);
const initial = useConsole.getInitialState();

beforeEach(() => useConsole.setState(initial, true));

function frame(patch: Partial<WindowFrame>): WindowFrame {
  return {
    kind: 'tick',
    sequence: 1,
    at: base,
    day: '2026-11-22',
    dayVersion: 1,
    totals: noMeasures,
    ledger: { events: 0, grossCents: 0n },
    committedAt: null,
    completeUntil: base,
    eventsPerSecond: 0,
    salesPerMinute: 0,
    seconds: [],
    minutes: [],
    topTheaters: [],
    topMovies: [],
    recent: [],
    latencySample: [],
    ...patch,
  };
}

const second = (at: number, cents: bigint) => ({ at, grossCents: cents, sales: 1, admits: 2 });
const minute = (at: number, cents: bigint) => ({ at, measures: { ...noMeasures, grossCents: cents } });
const sale = (id: string, soldAt = base): SaleLine => ({
  id,
  kind: 1,
  refundOf: null,
  theaterId: 1,
  movieId: 1,
  showtime: base,
  channel: 'online',
  tickets: 2,
  amountCents: 2598,
  currency: 'USD',
  soldAt,
  businessDay: '2026-11-22',
  partition: 0,
  offset: 0n,
});
const live = () => useConsole.getState().live!;
const take = (...frames: WindowFrame[]) => useConsole.getState().takeFrames(frames);

test('a snapshot gives 300 seconds without gaps that end at its own', () => {
  take(frame({ kind: 'snapshot', seconds: [second(base - 2000, 500n)] }));
  expect(live().seconds).toHaveLength(300);
  expect(live().seconds.at(-1)).toEqual({ at: base, grossCents: 0n, sales: 0, admits: 0 });
  expect(live().seconds.at(-3)?.grossCents).toBe(500n);
  live().seconds.forEach((bucket, index) => {
    expect(bucket.at).toBe(base - (299 - index) * 1000);
  });
});

test('a tick moves the seconds on and changes only what it names', () => {
  take(frame({ kind: 'snapshot', seconds: [second(base - 2000, 500n), second(base, 100n)] }));
  take(frame({ sequence: 2, at: base + 3400, seconds: [second(base, 150n), second(base + 3000, 700n)] }));
  const { seconds } = live();
  expect(seconds).toHaveLength(300);
  expect(seconds.at(-1)).toEqual(second(base + 3000, 700n));
  expect(seconds.at(-2)?.grossCents).toBe(0n);
  expect(seconds.at(-4)?.grossCents).toBe(150n);
  expect(seconds.at(-6)?.grossCents).toBe(500n);
});

test('a clock that is put back or jumps ahead leaves 300 aligned seconds', () => {
  take(frame({ kind: 'snapshot', seconds: [second(base, 100n)] }));
  for (const at of [base - 10_000, base + 3_600_000]) {
    take(frame({ kind: 'snapshot', sequence: 1, at }));
    expect(live().seconds).toHaveLength(300);
    expect(live().seconds.at(-1)?.at).toBe(at);
  }
});

test('minutes are replaced by absolute ones and stay in the order of time, also when a late one comes', () => {
  take(frame({ kind: 'snapshot', minutes: [minute(base, 1n), minute(base + 120_000, 2n)] }));
  take(
    frame({ sequence: 2, minutes: [minute(base + 120_000, 5n), minute(base + 60_000, 3n), minute(base - 60_000, 9n)] }),
  );
  expect(live().minutes.map(({ at, measures }) => [at - base, measures.grossCents])).toEqual([
    [-60_000, 9n],
    [0, 1n],
    [60_000, 3n],
    [120_000, 5n],
  ]);
});

test('another business day starts without the minutes of the one before', () => {
  take(frame({ kind: 'snapshot', minutes: [minute(base, 1n)] }));
  take(frame({ kind: 'snapshot', sequence: 2, day: '2026-11-23', minutes: [] }));
  expect(live().minutes).toEqual([]);
  expect(live().day).toBe('2026-11-23');
});

test('recent sales are in the order of their sale, each once, at most 50: history that comes in does not head them', () => {
  const held = Array.from({ length: 50 }, (_, index) => sale(`old-${index}`, base - index));
  take(frame({ kind: 'snapshot', recent: held }));
  take(frame({ sequence: 2, recent: [sale('last week', base - 604_800_000), sale('new', base + 9), sale('old-0')] }));
  expect(live().recent).toHaveLength(50);
  expect(
    live()
      .recent.slice(0, 3)
      .map(({ id }) => id),
  ).toEqual(['new', 'old-0', 'old-1']);
});

test('leaders that did not change stay the same array', () => {
  const leaders = [{ id: 1, grossCents: 5n, admits: 1 }];
  take(frame({ kind: 'snapshot', topTheaters: leaders }));
  const before = live().topTheaters;
  take(frame({ sequence: 2, topTheaters: [{ ...leaders[0]! }] }));
  expect(live().topTheaters).toBe(before);
});

test('a gap in the sequence asks for a snapshot, and a snapshot mends it', () => {
  expect(take(frame({ kind: 'snapshot', sequence: 1 }))).toBe(false);
  expect(take(frame({ sequence: 2 }))).toBe(false);
  expect(take(frame({ sequence: 4 }))).toBe(true);
  expect(take(frame({ sequence: 6 }), frame({ kind: 'snapshot', sequence: 7 }))).toBe(false);
});

test('a tick before any snapshot asks for one', () => {
  expect(take(frame({ sequence: 5 }))).toBe(true);
});

test('a tick older than what is held changes nothing', () => {
  take(frame({ kind: 'snapshot', sequence: 9, ledger: { events: 10, grossCents: 100n } }));
  take(frame({ sequence: 8, ledger: { events: 8, grossCents: 80n } }));
  expect(live().ledger.events).toBe(10);
});

test('a pause holds the picture, counts what waits, and loses nothing', () => {
  take(frame({ kind: 'snapshot', ledger: { events: 100, grossCents: 1n } }));
  const held = live();
  useConsole.getState().pauseLive(base);
  take(frame({ sequence: 2, ledger: { events: 412, grossCents: 2n } }));
  expect(live()).toBe(held);
  expect(useConsole.getState().waiting).toBe(312);
  expect(useConsole.getState().latest?.ledger.events).toBe(412);
  useConsole.getState().resumeLive();
  expect(live().ledger.events).toBe(412);
  expect(useConsole.getState()).toMatchObject({ waiting: 0, pausedAt: null });
});

test('versions of the day are remembered with the last moment up to which each was complete', () => {
  take(frame({ kind: 'snapshot', dayVersion: 7, completeUntil: base }));
  take(frame({ sequence: 2, dayVersion: 7, completeUntil: base + 900 }));
  take(frame({ sequence: 3, dayVersion: 9, completeUntil: base + 1200 }));
  expect(useConsole.getState().seen).toEqual([
    { day: '2026-11-22', version: 7, until: base + 900 },
    { day: '2026-11-22', version: 9, until: base + 1200 },
  ]);
});
