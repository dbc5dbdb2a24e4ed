import { describe, expect, it } from 'vitest';
import { buildReport, type SmokeFindings } from './smoke-report.ts';

const gross = { recomputed: 912n, rollups: 912n, readModel: 912n, sql: 912n, materialized: 912n };
const sound: SmokeFindings = {
  program: { electron: '33.2.1', chrome: '130', node: '20', version: '0.1.0', packaged: false },
  profile: 'embedded',
  requested: { seconds: 20, rate: 200 },
  launchedAt: 1_000_000,
  check: {
    ok: true,
    topic: 'ticket-sales',
    produced: 10,
    stored: 8,
    duplicates: 1,
    deadLettered: 1,
    empty: 0,
    unexplained: 0,
    inFlight: 0,
    others: [],
    grossCents: gross,
    invariants: { I1: true, I2: true, I3: true, I4: true, I5: true },
    problems: [],
    undecided: [],
    notes: [],
  },
  reconciliation: {
    at: 0,
    tookMs: 1,
    produced: 10,
    stored: 8,
    duplicates: 1,
    deadLettered: 1,
    inFlight: 0,
    places: [],
    verdict: 'reconciled',
    differences: [],
    unknown: [],
  },
  page: {
    grossCents: '912',
    events: 8,
    firstPaintAt: 1_000_900.4,
    firstSaleAt: 1_002_100,
    produceToRendererMs: { p50: 180.24, p99: 290, samples: 40 },
    frames: { count: 1180, p95Ms: 16.6, longestTaskMs: 31 },
    versionsWentDown: 0,
    liveFrames: 80,
  },
  loopDelayMs: { p50: 0.21, p99: 8, max: 30 },
  backPressureMs: 0,
  memoryMb: { main: 180, renderer: 140 },
  feed: { ticks: 79, snapshots: 1, maxTickBytes: 4000, maxSnapshotBytes: 30_000, perSecond: 3.98 },
};

describe('the diagnostic report', () => {
  it('has the agreed names, and is ok when everything holds', () => {
    expect(buildReport(sound)).toMatchObject({
      ok: true,
      electron: '33.2.1',
      packaged: false,
      profile: 'embedded',
      produced: 10,
      stored: 8,
      duplicates: 1,
      deadLettered: 1,
      grossCents: {
        recomputed: '912',
        rollups: '912',
        readModel: '912',
        sql: '912',
        materialized: '912',
        renderer: '912',
      },
      invariants: { I1: true, I2: true, I3: true, I4: true, I5: true, I6: true },
      timings: { launchToPaintMs: 900, launchToFirstSaleMs: 2100, produceToRendererMs: { p50: 180.2, p99: 290 } },
      mainLoopDelayMs: { p50: 0.2, p99: 8, max: 30 },
      backPressureMs: 0,
      frames: { count: 1180, p95Ms: 16.6, longestTaskMs: 31 },
      memoryMb: { main: 180, renderer: 140 },
      problems: [],
    });
  });

  const { check, page } = sound;
  if (page === null) throw new Error('the sound findings have a page');
  it.each<[string, Partial<SmokeFindings>, string]>([
    ['the window is silent', { page: null }, 'The window did not report.'],
    [
      'the window shows another total',
      { page: { ...page, grossCents: '911' } },
      'Gross of renderer is 911, recomputed 912.',
    ],
    ['the window saw a version go down', { page: { ...page, versionsWentDown: 1 } }, 'Invariant I6 does not hold.'],
    [
      'one backend is off by a cent',
      { check: { ...check, grossCents: { ...gross, sql: 913n } } },
      'Gross of sql is 913, recomputed 912.',
    ],
    [
      'an invariant is broken',
      { check: { ...check, invariants: { ...check.invariants, I2: false } } },
      'Invariant I2 does not hold.',
    ],
    ['an event is not accounted for', { check: { ...check, stored: 7 } }, 'Produced 10, accounted for 9.'],
    [
      'nothing was produced',
      { check: { ...check, produced: 0, stored: 0, duplicates: 0, deadLettered: 0 } },
      'Nothing was produced.',
    ],
    [
      'events are still on their way',
      { reconciliation: { ...sound.reconciliation, verdict: 'in-flight' } },
      'Reconciliation says in-flight.',
    ],
  ])('is not ok when %s', (_what, difference, problem) => {
    const report = buildReport({ ...sound, ...difference });
    expect(report.ok).toBe(false);
    expect(report.problems).toContain(problem);
  });
});
