import { expect, test } from 'vitest';
import type { PartState, PartStatus, ServiceTest, SystemStatus } from '../../../../../backend/domain/status.ts';
import type { AppState } from '../../../../../electron/contract/signatures.ts';
import { activeWords, type TestState, testedWords } from './source-state.ts';

const part = (state: PartState, since: number): PartStatus => ({
  state,
  since,
  reason: null,
  code: null,
  nextAttemptAt: null,
});
const status = (database: PartState, log: PartState, readModel: PartState) =>
  ({ database: part(database, 10), log: part(log, 20), readModel: part(readModel, 30) }) as SystemStatus;
const running: AppState = { phase: 'running', source: 'local' };

test('a source is up since its last part came up, and else as its worst part is', () => {
  expect(activeWords(running, status('up', 'up', 'up'), false)).toEqual({ state: 'ok', words: 'Connected', since: 30 });
  expect(activeWords(running, status('up', 'down', 'degraded'), false)).toMatchObject({
    words: 'Kafka down',
    since: 20,
  });
  expect(activeWords(running, status('up', 'up', 'degraded'), false)).toMatchObject({
    state: 'warn',
    words: 'Redis degraded',
  });
  expect(activeWords(running, status('down', 'up', 'up'), true)).toMatchObject({ words: 'Database down', since: 10 });
  expect(activeWords(running, null, false).words).toBe('Connecting');
});

test('a source that waits for a service names it', () => {
  const starting: AppState = { phase: 'starting', source: 'local', step: 'x', share: null, services: [] };
  expect(activeWords(starting, null, false)).toMatchObject({ state: 'working', words: 'Connecting' });
  const services = [{ service: 'postgres', address: 'db:5432', status: part('down', 7) }] as const;
  expect(activeWords({ ...starting, services }, null, false)).toEqual({
    state: 'error',
    words: 'PostgreSQL down',
    since: 7,
  });
});

test('a source that is not in use shows what trying it has shown', () => {
  const done = (ok: boolean): TestState => ({ kind: 'done', test: { ok } as ServiceTest });
  expect(testedWords({}).words).toBe('Not in use');
  expect(testedWords({ kafka: done(true), redis: { kind: 'running' } }).words).toBe('Testing');
  expect(testedWords({ kafka: done(true), postgres: done(true), redis: done(false) })).toMatchObject({
    state: 'error',
    words: '1 of 3 tests failed',
  });
  expect(testedWords({ kafka: done(true), postgres: done(true), redis: done(true) })).toMatchObject({
    state: 'ok',
    words: '3 tests passed',
  });
});

test('a source of which only some services were tried has not passed', () => {
  const done = (ok: boolean): TestState => ({ kind: 'done', test: { ok } as ServiceTest });
  expect(testedWords({ kafka: done(true) })).toMatchObject({ state: 'unknown', words: '1 of 3 passed, 2 not tested' });
  expect(testedWords({ kafka: done(true), redis: done(true) }).words).toBe('2 of 3 passed, 1 not tested');
  expect(testedWords({ kafka: done(false) })).toMatchObject({
    state: 'error',
    words: '1 of 3 tests failed, 2 not tested',
  });
});
