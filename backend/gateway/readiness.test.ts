import { describe, expect, it } from 'vitest';
import type { Answer } from '../domain/question.ts';
import type { PartState, SystemStatus } from '../domain/status.ts';
import { answeringReadiness, storingReadiness } from './readiness.ts';

interface Facts {
  readonly database?: PartState;
  readonly state?: PartState;
  readonly lag?: number | null;
  readonly stored?: bigint;
  readonly paused?: boolean;
  readonly observeOnly?: boolean;
}

function statusOf({ database = 'up', state = 'up', lag = 0, stored = 5n, ...rest }: Facts): SystemStatus {
  const partitions = [{ partition: 0, stored, end: null, events: lag, seconds: null, timeToClear: null }];
  const consumer = { state, lagEvents: lag, partitions, paused: false, observeOnly: false, ...rest };
  return { database: { state: database }, consumer } as unknown as SystemStatus;
}

describe('a program that stores', () => {
  it.each([
    ['while it is being opened', null, 'It is starting.'],
    ['without its database', { database: 'down' }, 'The database is away.'],
    ['whose consumer has stored nothing since its start', { state: 'connecting', lag: 9 }, 'No events are stored.'],
    ['whose consumer fails', { state: 'down', lag: null }, 'No events are stored.'],
    ['with nothing to do', {}, null],
    ['that lags and stores', { lag: 7 }, null],
    ['whose read model is behind', { state: 'degraded', lag: 7 }, null],
    ['that was paused', { state: 'up', lag: 7, paused: true }, null],
    ['that observes', { state: 'connecting', lag: 7, observeOnly: true }, null],
  ] as const)('%s', async (_name, facts, reason) => {
    const status = facts && statusOf(facts);
    expect(await storingReadiness(() => status)()).toBe(reason);
  });

  it('is not ready once events wait and none was stored for a while, and again as soon as one is', async () => {
    let now = 0;
    let status = statusOf({ state: 'degraded', lag: 3 });
    const ready = storingReadiness(
      () => status,
      () => now,
    );
    expect(await ready()).toBeNull();
    now += 31_000;
    expect(await ready()).toBe('Events wait, and none is stored.');
    status = statusOf({ state: 'degraded', lag: 2, stored: 6n });
    expect(await ready()).toBeNull();
    now += 31_000;
    status = statusOf({ lag: 0, stored: 6n });
    expect(await ready()).toBeNull();
  });
});

describe('what answers questions', () => {
  const asked = (ask: () => Promise<unknown>) => ({
    businessDay: () => '2026-11-22',
    status: () => statusOf({}),
    ask: ask as () => Promise<Answer<unknown>>,
  });

  it('is ready when a question is answered, and asks once for all who want to know at the same time', async () => {
    let count = 0;
    const ready = answeringReadiness(
      'sql',
      asked(async () => {
        count += 1;
      }),
    );
    expect(await Promise.all([ready(), ready(), ready()])).toEqual([null, null, null]);
    expect(count).toBe(1);
  });

  it('is not ready while every answer fails', async () => {
    const failing = () => Promise.reject(new Error('secret host'));
    expect(await answeringReadiness('materialized', asked(failing))()).toBe('The read model does not answer.');
    expect(await answeringReadiness('sql', asked(failing))()).toBe('The database does not answer.');
  });

  it('is not ready without its database where that is what it asks, whatever was kept of answers', async () => {
    const away = { ...asked(async () => {}), status: () => statusOf({ database: 'down' }) };
    expect(await answeringReadiness('sql', away)()).toBe('The database is away.');
    expect(await answeringReadiness('materialized', away)()).toBeNull();
  });
});
