import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useConsole } from './console-store.ts';
import { keepUp } from './keep-up.ts';
import type { LivePicture } from './live-picture.ts';

const initial = useConsole.getInitialState();
const live = (dayVersion: number): void =>
  useConsole.setState({ live: { day: '2026-11-29', dayVersion } as LivePicture });

let release: () => void = () => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  useConsole.setState(initial, true);
});
afterEach(() => {
  release();
  vi.useRealTimers();
});

/** A backend whose answers are of `version`, and who asks it. */
function start(held: number | null, ms = 2000) {
  const backend = { version: 100, asked: 0, held };
  release = keepUp(ms, {
    heldVersion: () => backend.held,
    ask: async () => {
      backend.asked += 1;
      backend.held = backend.version;
    },
  });
  return backend;
}

it('asks at once for an answer that is older than the live day, and not for one that is of it', async () => {
  live(100);
  const old = start(90);
  await vi.advanceTimersByTimeAsync(1);
  expect(old).toMatchObject({ asked: 1, held: 100 });
  release();
  const newest = start(100);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(newest.asked).toBe(0);
});

it('asks again as the day goes on, at most every so often, and does not lose the last change', async () => {
  live(100);
  const backend = start(100);
  for (let version = 101; version <= 120; version += 1) {
    backend.version = version;
    live(version);
    await vi.advanceTimersByTimeAsync(250);
  }
  expect(backend.asked).toBeLessThanOrEqual(4);
  await vi.advanceTimersByTimeAsync(2000);
  expect(backend.held).toBe(120);
  const { asked } = backend;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(backend.asked).toBe(asked);
});

it('asks on when the answer that came is older than what it was asked for, also when nothing is sold any more', async () => {
  live(100);
  const backend = start(100);
  live(130);
  await vi.advanceTimersByTimeAsync(100);
  expect(backend).toMatchObject({ asked: 1, held: 100 });
  backend.version = 130;
  await vi.advanceTimersByTimeAsync(250);
  expect(backend.held).toBe(130);
});

it('does not press a backend that stays behind', async () => {
  live(100);
  const backend = start(100);
  live(130);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(backend.asked).toBeLessThan(8 + 1 + 60_000 / 2000);
});

it('asks nothing while live is paused, and at once when it goes on', async () => {
  live(100);
  const backend = start(100);
  useConsole.setState({ latest: { day: '2026-11-29', dayVersion: 150 } as LivePicture });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(backend.asked).toBe(0);
  backend.version = 150;
  live(150);
  await vi.advanceTimersByTimeAsync(1);
  expect(backend.held).toBe(150);
});
