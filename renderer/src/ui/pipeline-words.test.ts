import { expect, test } from 'vitest';
import type { PartState, PartStatus, SystemStatus } from '../../../backend/domain/status.ts';
import { pipelineWords } from './pipeline-words.ts';

const part = (state: PartState = 'up'): PartStatus => ({
  state,
  since: 0,
  reason: null,
  code: null,
  nextAttemptAt: null,
});

/** Only what the words are made of. */
function status(
  patch: Partial<Record<'database' | 'log' | 'readModel', PartState>>,
  consumer: object = {},
): SystemStatus {
  return {
    database: part(patch.database),
    log: part(patch.log),
    readModel: part(patch.readModel),
    consumer: { ...part(), paused: false, lagEvents: 2, lagSeconds: 0.3, ...consumer },
  } as SystemStatus;
}

test('all up is the pipeline up, with its lag', () => {
  expect(pipelineWords(status({}))).toEqual({
    state: 'ok',
    words: 'Pipeline up',
    lag: 'lag 2 events · 0.3 s',
    since: 0,
  });
});

test('the worst part is named', () => {
  expect(pipelineWords(status({ readModel: 'degraded', database: 'down' }))).toMatchObject({
    state: 'error',
    words: 'Database down',
  });
});

test('an unknown lag is said to be unknown, never shown as 0', () => {
  expect(pipelineWords(status({}, { lagEvents: null, lagSeconds: null })).lag).toBe('lag unknown');
});

test('a paused consumer is said to be paused, unless something is worse', () => {
  const paused = { paused: true, pausedAt: 7 };
  expect(pipelineWords(status({}, paused))).toMatchObject({ state: 'paused', words: 'Consumer paused', since: 7 });
  expect(pipelineWords(status({ database: 'down' }, paused))).toMatchObject({ words: 'Database down' });
});

test('a pipeline that works and is late is lagging', () => {
  expect(pipelineWords(status({}, { lagEvents: 900, lagSeconds: 41 }))).toMatchObject({
    state: 'warn',
    words: 'Pipeline lagging',
    lag: 'lag 900 events · 41 s',
  });
});

test('a console that stores nothing itself observes', () => {
  expect(pipelineWords(status({}, { observeOnly: true }))).toMatchObject({ state: 'ok', words: 'Observing' });
});

test('a full disk is named as what it is, whichever part says so', () => {
  const words = status({}, { ...part('down'), code: 'disk_full' });
  expect(pipelineWords(words)).toMatchObject({ state: 'error', words: 'Disk full' });
});
