import { expect, test } from 'vitest';
import type { SystemStatus } from '../../../backend/domain/status.ts';
import type { WindowFrame } from '../../../electron/contract/signatures.ts';
import { createFeedSink, type FeedBatch } from './feed-sink.ts';

// The sink looks at nothing but the kind of a frame.
const frame = (kind: WindowFrame['kind'], sequence: number) => ({ kind, sequence }) as WindowFrame;
const status = (at: number) => ({ at }) as SystemStatus;

function sinkWithFrames() {
  const scheduled: (() => void)[] = [];
  const batches: FeedBatch[] = [];
  const sink = createFeedSink({
    schedule: (flush) => scheduled.push(flush),
    apply: (batch) => batches.push(batch),
  });
  const draw = () => {
    for (const flush of scheduled.splice(0)) flush();
  };
  return { sink, batches, scheduled, draw };
}

test('whatever arrives between two animation frames is one change', () => {
  const { sink, batches, scheduled, draw } = sinkWithFrames();
  sink.live(frame('tick', 1));
  sink.status(status(1));
  sink.live(frame('tick', 2));
  sink.status(status(2));
  sink.appState({ phase: 'running', source: 'embedded' });
  expect(scheduled).toHaveLength(1);
  draw();
  expect(batches).toHaveLength(1);
  expect(batches[0]!.frames.map(({ sequence }) => sequence)).toEqual([1, 2]);
  expect(batches[0]!.status?.at).toBe(2);
  expect(batches[0]!.appState).toEqual({ phase: 'running', source: 'embedded' });
});

test('nothing is applied twice', () => {
  const { sink, batches, draw } = sinkWithFrames();
  sink.live(frame('tick', 1));
  draw();
  sink.status(status(3));
  draw();
  expect(batches[1]).toMatchObject({ frames: [], appState: null });
});

test('a snapshot makes the frames before it superfluous', () => {
  const { sink, batches, draw } = sinkWithFrames();
  sink.live(frame('tick', 1));
  sink.live(frame('snapshot', 2));
  sink.live(frame('tick', 3));
  draw();
  expect(batches[0]!.frames.map(({ sequence }) => sequence)).toEqual([2, 3]);
});

test('a window that is not drawn does not pile up frames', () => {
  const { sink, batches, draw } = sinkWithFrames();
  for (let sequence = 1; sequence <= 10_000; sequence += 1) sink.live(frame('tick', sequence));
  draw();
  expect(batches[0]!.frames.length).toBeLessThanOrEqual(64);
  expect(batches[0]!.frames.at(-1)?.sequence).toBe(10_000);
});

test('a source that was started while the window was not drawn is not missed, nor mixed with the one before', () => {
  const { sink, batches, draw } = sinkWithFrames();
  sink.live(frame('snapshot', 1));
  sink.status(status(1));
  sink.appState({ phase: 'starting', source: 'staging', step: '', share: null, services: [] });
  sink.live(frame('snapshot', 2));
  sink.appState({ phase: 'running', source: 'staging' });
  draw();
  sink.live(frame('tick', 3));
  draw();
  expect(batches[0]).toMatchObject({ restarted: true, status: null, appState: { phase: 'running' } });
  expect(batches[0]!.frames.map(({ sequence }) => sequence)).toEqual([2]);
  expect(batches[1]!.restarted).toBe(false);
});
