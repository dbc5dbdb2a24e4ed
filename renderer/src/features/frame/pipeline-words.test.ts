import { expect, test } from 'vitest';
import type { PartState, PartStatus, SystemStatus } from '../../../../backend/domain/status.ts';
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
  expect(pipelineWords(status({}))).toEqual({ state: 'ok', words: 'Pipeline up', lag: 'lag 2 events · 0.3 s' });
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
