import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveFrame } from '../../backend/domain/live.ts';
import { noMeasures } from '../../backend/domain/measures.ts';
import type { SystemStatus } from '../../backend/domain/status.ts';
import type { FeedName } from '../contract/names.ts';
import { Feed, type FeedSource, type FeedTarget } from './feed.ts';

/** A live window of one number, that can be told what happens. */
function makeSource() {
  let revision = 0;
  let day = '2026-11-22';
  const complete: { until: number | null } = { until: null };
  const listeners = new Set<() => void>();
  const frame = (kind: LiveFrame['kind']): LiveFrame => ({
    kind,
    sequence: 0,
    at: Date.now(),
    day,
    dayVersion: revision,
    totals: { ...noMeasures, grossCents: BigInt(revision) },
    ledger: { events: revision, grossCents: BigInt(revision) },
    committedAt: null,
    eventsPerSecond: 0,
    salesPerMinute: 0,
    seconds: [{ at: 0, grossCents: 1n, sales: 1, admits: 1 }],
    minutes: [],
    topTheaters: [],
    topMovies: [],
    recent: [],
    latencySample: [],
  });
  const source: FeedSource = {
    live: {
      snapshot: () => frame('snapshot'),
      changesSince: (since) => (since === revision ? null : { frame: frame('tick'), revision }),
      revision: () => revision,
      onChange: () => () => undefined,
    },
    status: () => ({ at: Date.now() }) as SystemStatus,
    completeUntil: () => complete.until,
    onStatus: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    source,
    complete,
    listeners,
    sell() {
      revision += 1;
      for (const listener of listeners) listener();
    },
    turnDay(next: string) {
      day = next;
    },
  };
}

function makeTarget() {
  const sent: { name: FeedName; payload: unknown; at: number }[] = [];
  const state = { watched: true };
  const target: FeedTarget = {
    send: (name, payload) => void sent.push({ name, payload, at: performance.now() }),
    isWatched: () => state.watched,
  };
  const live = () => sent.filter((message) => message.name === 'live').map((message) => message.payload as LiveFrame);
  const count = (name: FeedName) => sent.filter((message) => message.name === name).length;
  return { target, state, sent, live, count };
}

describe('the feed', () => {
  let feed: Feed;
  let source: ReturnType<typeof makeSource>;
  let page: ReturnType<typeof makeTarget>;

  beforeEach(() => {
    vi.useFakeTimers();
    source = makeSource();
    page = makeTarget();
    feed = new Feed(page.target, { tickRate: 4, measured: true });
  });
  afterEach(() => {
    feed.close();
    vi.useRealTimers();
  });

  it('starts with a snapshot, then sends at most four ticks a second, the latest each time', () => {
    feed.attach(source.source);
    for (let at = 0; at < 2000; at += 1) {
      source.sell();
      vi.advanceTimersByTime(1);
    }
    const frames = page.live();
    expect(frames[0]?.kind).toBe('snapshot');
    expect(frames.slice(1).every((frame) => frame.kind === 'tick')).toBe(true);
    expect(frames).toHaveLength(9);
    expect(frames.at(-1)?.ledger.events).toBe(2000);
    expect(frames.map((frame) => frame.sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(feed.figures()).toMatchObject({ ticks: 8, snapshots: 1, perSecond: 4 });
  });

  it('keeps to a lower rate when the settings say so', () => {
    feed.attach(source.source);
    feed.setTickRate(1);
    for (let at = 0; at < 3000; at += 10) {
      source.sell();
      vi.advanceTimersByTime(10);
    }
    expect(page.live()).toHaveLength(4);
  });

  it('sends nothing but a small heartbeat each second while nothing is sold', () => {
    feed.attach(source.source);
    vi.advanceTimersByTime(3000);
    const [, ...beats] = page.live();
    expect(beats).toHaveLength(3);
    for (const beat of beats)
      expect(beat).toMatchObject({ kind: 'tick', seconds: [], minutes: [], recent: [], latencySample: [] });
  });

  it('sends everything when the business day turns without a sale', () => {
    feed.attach(source.source);
    source.turnDay('2026-11-23');
    vi.advanceTimersByTime(1000);
    expect(page.live().at(-1)).toMatchObject({ kind: 'snapshot', day: '2026-11-23' });
  });

  it('is silent to a window nobody sees, and gives it a snapshot when it comes back', () => {
    feed.attach(source.source);
    page.state.watched = false;
    source.sell();
    vi.advanceTimersByTime(5000);
    const before = page.live().length;
    expect(before).toBe(1);
    expect(page.count('status')).toBe(1);
    page.state.watched = true;
    feed.refresh();
    expect(page.live()).toHaveLength(before + 1);
    expect(page.live().at(-1)).toMatchObject({ kind: 'snapshot', ledger: { events: 1 } });
    expect(page.count('status')).toBe(2);
  });

  it('goes on from a snapshot that the page asked for, without a gap in the numbers', () => {
    feed.attach(source.source);
    source.sell();
    const answer = feed.snapshot(source.source);
    source.sell();
    vi.advanceTimersByTime(250);
    expect(page.live().at(-1)?.sequence).toBe(answer.sequence + 1);
    expect(page.live().at(-1)?.kind).toBe('tick');
  });

  it('says with each frame up to when it is complete: at least to the last commit, never to the time of the tick', () => {
    feed.attach(source.source);
    const until = Date.now() - 34_000;
    source.complete.until = until;
    vi.advanceTimersByTime(5000);
    expect(page.live().at(-1)).toMatchObject({ completeUntil: until });
    expect(page.live().at(-1)?.at).toBeGreaterThan(until + 35_000);
    source.complete.until = null;
    expect(feed.snapshot(source.source).completeUntil).toBeNull();
  });

  it('does not pass its rate when the page comes back often', () => {
    feed.attach(source.source);
    for (let at = 0; at < 1000; at += 20) {
      feed.refresh();
      vi.advanceTimersByTime(20);
    }
    expect(page.live().length).toBeLessThanOrEqual(5);
  });

  it('sends the status on change, at most twice a second, and not once it is detached', () => {
    feed.attach(source.source);
    for (let at = 0; at < 2000; at += 5) {
      source.sell();
      vi.advanceTimersByTime(5);
    }
    expect(page.count('status')).toBeLessThanOrEqual(5);
    expect(page.count('status')).toBeGreaterThanOrEqual(4);
    feed.detach();
    const before = page.sent.length;
    source.sell();
    vi.advanceTimersByTime(2000);
    expect(page.sent).toHaveLength(before);
    expect(source.listeners.size).toBe(0);
  });

  it('always ends with the newest app state, however fast it changes', () => {
    for (let share = 0; share <= 10; share += 1)
      feed.appState({ phase: 'starting', source: 'embedded', services: [], step: 'x', share: share / 10 });
    feed.appState({ phase: 'running', source: 'embedded' });
    vi.advanceTimersByTime(50);
    const states = page.sent.filter((message) => message.name === 'app');
    expect(states.length).toBeLessThanOrEqual(2);
    expect(states.at(-1)?.payload).toEqual({ phase: 'running', source: 'embedded' });
  });
});
