import { expect, test } from 'vitest';
import type { PartStatus, SystemStatus } from '../../../../backend/domain/status.ts';
import { boxesOf, type WindowFlow } from './boxes.ts';

const up: PartStatus = { state: 'up', since: 0, reason: null, code: null, nextAttemptAt: null };
const flow = { perSecond: 12, lastAt: 5 };
const query = { ...flow, latency: null, source: 'cache', errors: 0, lastError: null };
const window: WindowFlow = { ...flow, sequence: 7, paused: false, old: false };

/** Only what the boxes are made of. */
function status(patch: object = {}, consumer: object = {}): SystemStatus {
  return {
    topic: 'ticket-sales',
    backend: 'sql',
    database: up,
    log: up,
    readModel: up,
    rebuild: null,
    consumer: { ...up, paused: false, observeOnly: false, lagEvents: 0, lagSeconds: 0, partitions: [], ...consumer },
    simulator: {
      state: 'stopped',
      lastError: null,
      rate: 0,
      acknowledged: 3,
      settings: { scenario: 'weekday', seed: 1 },
    },
    flows: {
      appended: flow,
      read: flow,
      stored: flow,
      projected: flow,
      queries: { sql: query, materialized: query },
    },
    ...patch,
  } as unknown as SystemStatus;
}

const words = (shown: SystemStatus, view = window) =>
  Object.fromEntries(boxesOf(shown, view).map(({ id, word }) => [id, word]));

test('every station has a state in words', () => {
  expect(words(status())).toEqual({
    simulator: 'Off',
    topic: 'Up',
    consumer: 'Up',
    postgres: 'Up',
    'read-model': 'Up',
    query: 'Up',
    window: 'Up',
  });
});

test('the consumer is paused, watching, late or down; down before anything else', () => {
  expect(words(status({}, { paused: true })).consumer).toBe('Paused');
  expect(words(status({}, { observeOnly: true })).consumer).toBe('Watching');
  expect(words(status({}, { lagEvents: 9, lagSeconds: 60 })).consumer).toBe('Lagging');
  expect(words(status({}, { state: 'down', paused: true })).consumer).toBe('Down');
});

test('a simulator whose log is away is waiting, not running', () => {
  const simulator = { ...status().simulator, state: 'running' };
  expect(words(status({ simulator })).simulator).toBe('Running');
  expect(words(status({ simulator: { ...simulator, lastError: 'gone' } })).simulator).toBe('Waiting');
});

test('a query that failed last is failed, one never asked is idle', () => {
  const failed = { ...query, lastError: { at: 9, reason: 'gone' } };
  const flows = { ...status().flows, queries: { sql: failed, materialized: { ...query, lastAt: null } } };
  expect(words(status({ flows })).query).toBe('Failed');
  expect(words(status({ flows, backend: 'materialized' })).query).toBe('Idle');
});

test('a rebuild of the read model is said there', () => {
  expect(words(status({ rebuild: { what: 'read-model', done: 1, total: 9 } }))['read-model']).toBe('Building');
});

test('partitions that are not known are said to be unknown', () => {
  const topic = boxesOf(status(), window).find(({ id }) => id === 'topic');
  expect(topic?.note).toBe('ticket-sales, partitions unknown');
});

test('a window without news has an old picture', () => {
  expect(words(status(), { ...window, old: true }).window).toBe('Old picture');
  expect(words(status(), { ...window, paused: true }).window).toBe('Paused');
});
