import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LiveFrame } from '../domain/live.ts';
import { noMeasures } from '../domain/measures.ts';
import { LiveClients, type LiveSocket } from './live-clients.ts';

const thick = 1_000_000;

let revision: number;
let grossCents: bigint;
let made: number;
let clients: LiveClients;

function frame(kind: LiveFrame['kind']): LiveFrame {
  made += 1;
  return {
    ...{ kind, sequence: 0, at: 0, day: '2026-11-22', dayVersion: revision, committedAt: null },
    ...{ totals: { ...noMeasures, grossCents }, ledger: { events: revision, grossCents } },
    ...{ eventsPerSecond: 0, salesPerMinute: 0, minutes: [], topTheaters: [], topMovies: [], recent: [] },
    seconds: [{ at: 0, grossCents, sales: 1, admits: 1 }],
    latencySample: [],
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  revision = 1;
  grossCents = 5n;
  made = 0;
  clients = new LiveClients({
    snapshot: () => frame('snapshot'),
    changesSince: (since) => (since === revision ? null : { frame: frame('tick'), revision }),
    revision: () => revision,
  });
});
afterEach(() => {
  clients.close();
  vi.useRealTimers();
});

function connect(place?: string) {
  const frames: (Record<string, unknown> & { sequence: number; place: string; ledger: { events: number } })[] = [];
  const socket = { bufferedAmount: 0, pings: 0, ended: false, closed: 0 };
  let known = true;
  let pong = () => {};
  const connection: LiveSocket = {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text) => void frames.push(JSON.parse(text)),
    ping: () => {
      socket.pings += 1;
    },
    close: (code) => {
      socket.closed = code;
    },
    terminate: () => {
      socket.ended = true;
    },
    on: (event, listener) => {
      if (event === 'pong') pong = listener;
    },
  };
  clients.add(connection, place, async () => known);
  const revoke = () => {
    known = false;
  };
  return { frames, socket, pong: () => pong(), revoke };
}

it('sends a slow client nothing, and then the latest in one frame', () => {
  const slow = connect();
  slow.socket.bufferedAmount = thick;
  for (let tick = 0; tick < 20; tick += 1) {
    revision += 1;
    vi.advanceTimersByTime(250);
  }
  expect(slow.frames).toHaveLength(1);
  slow.socket.bufferedAmount = 0;
  vi.advanceTimersByTime(250);
  expect(slow.frames.map(({ sequence, kind, ledger }) => [sequence, kind, ledger.events])).toEqual([
    [1, 'snapshot', 1],
    [2, 'tick', 21],
  ]);
});

it('makes each frame once however many listen, and none while nothing changes', () => {
  const all = Array.from({ length: 50 }, () => connect());
  const before = made;
  revision += 1;
  vi.advanceTimersByTime(250);
  expect(made - before).toBe(1);
  vi.advanceTimersByTime(750);
  expect(made - before).toBe(1);
  expect(all.every(({ frames }) => frames.length === 2)).toBe(true);
});

it('says every second that it is there, with nothing in it', () => {
  const { frames } = connect();
  vi.advanceTimersByTime(3_000);
  expect(frames.map(({ kind }) => kind)).toEqual(['snapshot', 'tick', 'tick', 'tick']);
  expect(frames.at(-1)).toMatchObject({ seconds: [], place: frames[0]?.place });
});

it('goes on at a place that it gave, and begins anew at any other', () => {
  const { frames } = connect();
  revision = 9;
  expect(connect(frames[0]?.place).frames[0]).toMatchObject({ sequence: 1, kind: 'tick', ledger: { events: 9 } });
  for (const place of ['00000000.1', 'x', '.', `${frames[0]?.place}x`, '']) {
    expect(connect(place).frames[0], place).toMatchObject({ kind: 'snapshot' });
  }
});

it('tells totals that no double holds', () => {
  const { frames } = connect();
  grossCents = 2n ** 53n + 1n;
  revision += 1;
  vi.advanceTimersByTime(250);
  expect(frames[1]).toMatchObject({ ledger: { grossCents: '9007199254740993' } });
});

it('ends a connection whose other side is gone', () => {
  const gone = connect();
  const there = connect();
  for (let round = 0; round < 3; round += 1) {
    vi.advanceTimersByTime(10_000);
    there.pong();
  }
  expect([gone.socket.ended, there.socket.ended]).toEqual([true, false]);
});

it('ends a connection whose token does not hold any more, and sends it nothing from then on', async () => {
  const revoked = connect();
  const there = connect();
  revoked.revoke();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([revoked.socket.closed, there.socket.closed, clients.count]).toEqual([4401, 0, 1]);
  const told = revoked.frames.length;
  revision += 1;
  await vi.advanceTimersByTimeAsync(250);
  expect(revoked.frames.length).toBe(told);
});
