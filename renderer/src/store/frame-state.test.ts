import { describe, expect, it } from 'vitest';
import type { PartState, SystemStatus } from '../../../backend/domain/status.ts';
import type { AppState } from '../../../electron/contract/signatures.ts';
import { type FrameFacts, frameStateOf, sameFrame } from './frame-state.ts';

const now = Date.UTC(2026, 10, 29, 16, 12, 35);

const part = (state: PartState = 'up') => ({
  state,
  since: now - 60_000,
  reason: null,
  code: null,
  nextAttemptAt: null,
});

interface Patch {
  readonly consumer?: object;
  readonly simulator?: object;
  readonly database?: PartState;
  readonly readModel?: PartState;
  readonly rebuild?: SystemStatus['rebuild'];
  readonly profile?: string;
}

function status({ consumer, simulator, database, readModel, rebuild = null, profile = 'embedded' }: Patch = {}) {
  return {
    at: now,
    profile,
    database: part(database),
    log: part(),
    readModel: part(readModel),
    consumer: {
      ...part(),
      paused: false,
      pausedAt: null,
      observeOnly: false,
      lagEvents: 0,
      lagSeconds: 0,
      ...consumer,
    },
    simulator: { state: 'running', backfill: null, ...simulator },
    rebuild,
  } as unknown as SystemStatus;
}

const running: AppState = { phase: 'running', source: 'embedded' };
const latest = { at: now - 200, completeUntil: now - 900, salesPerMinute: 120 };

function stateOf(patch: Patch = {}, facts: Partial<FrameFacts> = {}) {
  return frameStateOf(
    {
      appState: running,
      status: status(patch),
      latest,
      pausedAt: null,
      hiddenAmounts: false,
      nameOf: (source) => (source === 'embedded' ? 'Embedded' : 'Staging'),
      ...facts,
    },
    now,
  );
}

describe('the state of the frame', () => {
  it('is receiving while sales are stored, and only then lit', () => {
    expect(stateOf()).toMatchObject({ kind: 'receiving', word: 'Receiving', follows: true, lit: true });
  });

  it.each<[string, Partial<FrameFacts>, string]>([
    ['main has not spoken', { appState: null }, 'Opening'],
    ['nothing is chosen', { appState: { phase: 'no-source' } }, 'No data source yet'],
    [
      'a source starts',
      { appState: { phase: 'starting', source: 'x', step: '', share: null, services: [] } },
      'Starting Staging',
    ],
    [
      'another one could not be used',
      { appState: { phase: 'starting', source: 'embedded', step: '', share: null, services: [], goingBack: true } },
      'Going back to Embedded',
    ],
    ['it closes', { appState: { phase: 'stopping', step: '' } }, 'Closing'],
    [
      'it failed',
      { appState: { phase: 'failed', error: { code: 'x', message: '', hint: null, canRetry: true } } },
      'Failed to start',
    ],
    ['no picture is there yet', { latest: null }, 'Loading'],
  ])('says so when %s', (_when, facts, word) => {
    expect(stateOf({}, facts)).toMatchObject({ word, follows: false, lit: false });
  });

  it.each<[string, Patch, string]>([
    [
      'business days are recomputed',
      { rebuild: { what: 'business-day', done: 769, total: 1000 }, consumer: { state: 'off' } },
      'Rebuilding, 76 %',
    ],
    ['the consumer is down', { consumer: { state: 'down', lagEvents: null } }, 'Consumer down'],
    ['the database is down', { database: 'down' }, 'Database down'],
    ['the consumer is off', { consumer: { state: 'off', lagEvents: null } }, 'Consumer off'],
    ['the consumer is paused', { consumer: { paused: true, pausedAt: now - 34_000 } }, 'Consumer paused'],
    ['the consumer connects', { consumer: { state: 'connecting' } }, 'Connecting'],
    ['the consumer is late', { consumer: { lagEvents: 900, lagSeconds: 12 } }, 'Lagging'],
    ['the consumer fails now and then', { consumer: { state: 'degraded' } }, 'Consumer degraded'],
  ])('is not live when %s', (_when, patch, word) => {
    expect(stateOf(patch)).toMatchObject({ word, follows: false, lit: false });
  });

  it('goes by the age of the data, not by that of the tick', () => {
    expect(stateOf({}, { latest: { ...latest, completeUntil: now - 34_000 } })).toMatchObject({
      kind: 'behind',
      since: now - 34_000,
    });
    expect(
      stateOf({ consumer: { lagEvents: null, lagSeconds: null } }, { latest: { ...latest, completeUntil: null } }),
    ).toMatchObject({ word: 'Lag unknown', lit: false });
  });

  it('is without news when main is silent, whatever it said last', () => {
    const silent = { ...latest, at: now - 9000 };
    expect(stateOf({ consumer: { state: 'down' } }, { latest: silent })).toMatchObject({ kind: 'stale', lit: false });
  });

  it('tells history that is being made, which is followed but not lit', () => {
    const backfill = { days: 14, day: 3, produced: 625, total: 1000, secondsLeft: 4 };
    expect(stateOf({ simulator: { backfill } })).toMatchObject({
      word: 'History is being made, 62 %',
      follows: true,
      lit: false,
    });
  });

  it('says at once that the simulator is off on built-in data, where nothing else sells', () => {
    expect(stateOf({ simulator: { state: 'stopped' } })).toMatchObject({ word: 'No sales, simulator off', lit: true });
    expect(stateOf({ simulator: { state: 'stopped' }, profile: 'staging' })).toMatchObject({ word: 'Receiving' });
    expect(
      stateOf({ simulator: { state: 'stopped' }, profile: 'staging' }, { latest: { ...latest, salesPerMinute: 0 } }),
    ).toMatchObject({ kind: 'quiet' });
  });

  it('follows the sales without the read model, and names it', () => {
    expect(stateOf({ readModel: 'down' })).toMatchObject({ word: 'Read model down', look: 'error', follows: true });
  });

  it('keeps a pause of the window and hidden amounts beside any other state', () => {
    const facts = { pausedAt: now - 42_000, hiddenAmounts: true };
    expect(stateOf({}, facts)).toMatchObject({ kind: 'paused', pausedAt: now - 42_000, hidden: true, lit: false });
    expect(stateOf({ database: 'down' }, facts)).toMatchObject({ kind: 'down', pausedAt: now - 42_000, hidden: true });
  });

  it('is the same until something is drawn differently', () => {
    const down = { consumer: { state: 'down', reason: 'refused' } };
    expect(sameFrame(stateOf(down), stateOf(down))).toBe(true);
    expect(sameFrame(stateOf(down), stateOf({ consumer: { ...down.consumer, nextAttemptAt: now + 5000 } }))).toBe(
      false,
    );
  });
});
