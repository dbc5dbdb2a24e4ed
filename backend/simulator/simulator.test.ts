import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
import { builtInPermit, profilePermit } from '../domain/simulation.ts';
import type { SimulatorSettings } from '../domain/status.ts';
import { AppError } from '../lib/app-error.ts';
import { systemClock } from '../ports/clock.ts';
import { silentLogger } from '../ports/logger.ts';
import { RecordingLog } from './recording-log.ts';
import { Simulator, type SimulatorOptions } from './simulator.ts';

const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
const settings: SimulatorSettings = {
  rate: 500,
  seed: 4217,
  scenario: 'weekday',
  faults: { duplicates: 0, late: 0, outOfOrder: 0, malformed: 0 },
};
const opened: Simulator[] = [];

function setUp({ waitForRoom = () => null, ...rest }: Partial<SimulatorOptions> = {}) {
  const log = new RecordingLog();
  const simulator = new Simulator({
    log,
    catalogue,
    currency: () => 'USD',
    calendar: () => calendar,
    settings,
    clock: systemClock,
    logger: silentLogger,
    waitForRoom,
    permit: builtInPermit,
    stored: { days: async () => [], firstSaleAt: async () => null },
    ...rest,
  });
  opened.push(simulator);
  return { log, simulator };
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((simulator) => simulator.close()));
});

const ids = (log: RecordingLog) =>
  log.messages.map(({ value }) => (JSON.parse(new TextDecoder().decode(value)) as { id: string }).id);
const codeIs = (code: string) => expect.objectContaining({ code });
const lost = () => new AppError('log_failed', 'the log is away');

describe('a run', () => {
  test('produces at the set rate, one append in flight, and stops with all acknowledged', async () => {
    const { log, simulator } = setUp();
    log.appendMs = 20;
    simulator.start();
    expect(simulator.status()).toMatchObject({ state: 'running', settings, lastError: null });
    await delay(1000);
    const stopped = simulator.stop();
    expect(simulator.status().state).toBe('stopping');
    await stopped;
    const status = simulator.status();
    expect(status).toMatchObject({
      state: 'stopped',
      failed: 0,
      produced: log.messages.length,
      acknowledged: log.messages.length,
    });
    expect(status.produced).toBeGreaterThan(350);
    expect(status.produced).toBeLessThan(650);
    expect(status.rate).toBeGreaterThan(300);
    expect(log.mostInFlight).toBe(1);
  });

  test('starts again with counters at 0 and ids of its own', async () => {
    const { log, simulator } = setUp();
    simulator.start();
    expect(() => simulator.start()).toThrow(codeIs('simulator_busy'));
    await delay(150);
    await simulator.stop();
    const first = simulator.status().produced;
    simulator.start();
    expect(simulator.status().produced).toBe(0);
    await delay(150);
    await simulator.stop();
    expect(log.messages).toHaveLength(first + simulator.status().produced);
    expect(new Set(ids(log)).size).toBe(log.messages.length);
  });

  test('stands still while paused and does not make up for it', async () => {
    const { log, simulator } = setUp();
    simulator.start();
    await delay(100);
    simulator.pause();
    await delay(100);
    const before = log.messages.length;
    await delay(400);
    expect(log.messages.length).toBe(before);
    // An update while paused must not make the next arrival late.
    simulator.update({ ...settings, rate: 1000 });
    simulator.resume();
    await delay(200);
    await simulator.stop();
    expect(log.messages.length - before).toBeGreaterThan(80);
    expect(log.messages.length - before).toBeLessThan(350);
    expect(simulator.status().backPressureMs).toBe(0);
  });

  test('stops while paused', async () => {
    const { simulator } = setUp();
    simulator.start();
    simulator.pause();
    await delay(50);
    await simulator.stop();
    expect(simulator.status().state).toBe('stopped');
  });

  test('takes a new rate and a burst at once', async () => {
    const { log, simulator } = setUp();
    simulator.start({ ...settings, rate: 0.1 });
    simulator.update({ ...settings, rate: 1000 });
    await delay(300);
    expect(log.messages.length).toBeGreaterThan(150);
    simulator.update({ ...settings, rate: 1 });
    await delay(60);
    const before = log.messages.length;
    simulator.burst(3000, 0.2);
    expect(simulator.status().burst).toMatchObject({ rate: 3000 });
    await delay(500);
    expect(simulator.status().burst).toBeNull();
    expect(log.messages.length - before).toBeGreaterThan(450);
    expect(log.messages.length - before).toBeLessThan(750);
  });

  test('sends what it held back when it stops, and counts its faults', async () => {
    const { log, simulator } = setUp();
    simulator.start({ ...settings, faults: { duplicates: 0.1, late: 0.1, outOfOrder: 0.5, malformed: 0.1 } });
    await delay(400);
    await simulator.stop();
    const { produced, faultsSent } = simulator.status();
    expect(log.messages).toHaveLength(produced);
    expect(faultsSent.outOfOrder).toBeGreaterThan(0.3 * produced);
    expect(faultsSent.duplicates + faultsSent.late + faultsSent.malformed).toBeGreaterThan(0.1 * produced);
  });

  test('tells of its changes until unsubscribed', async () => {
    const { simulator } = setUp();
    const states: string[] = [];
    const unsubscribe = simulator.onChange(() => states.push(simulator.status().state));
    simulator.start();
    simulator.pause();
    simulator.resume();
    await simulator.stop();
    expect([...new Set(states)]).toEqual(['running', 'paused', 'stopping', 'stopped']);
    unsubscribe();
    const count = states.length;
    simulator.start();
    expect(states.length).toBe(count);
  });

  test('at 5,000/s keeps up and leaves the event loop free', async () => {
    const { log, simulator } = setUp();
    simulator.start({ ...settings, rate: 5000 });
    await delay(300);
    const from = log.messages.length;
    const startedAt = performance.now();
    await delay(1000);
    const perSecond = ((log.messages.length - from) / (performance.now() - startedAt)) * 1000;
    await simulator.stop();
    expect(perSecond).toBeGreaterThan(3500);
    expect(simulator.status().backPressureMs).toBe(0);
  });
});

describe('back-pressure', () => {
  test('holds the run until there is room, and shifts the arrivals', async () => {
    let room: Promise<void> | null = null;
    const { log, simulator } = setUp({ waitForRoom: () => room });
    simulator.start();
    await delay(100);
    let open: () => void = () => {};
    room = new Promise((resolve) => {
      open = resolve;
    });
    await delay(100);
    const before = log.messages.length;
    await delay(500);
    expect(log.messages.length).toBe(before);
    expect(simulator.status().backPressureMs).toBeGreaterThan(400);
    room = null;
    open();
    await delay(100);
    await simulator.stop();
    expect(log.messages.length - before).toBeLessThan(150);
    expect(simulator.status().backPressureMs).toBeLessThan(800);
  });

  test('of a slow log puts off all but a second of arrivals', async () => {
    const { log, simulator } = setUp();
    simulator.start();
    await delay(60);
    log.appendMs = 1800;
    await delay(60);
    log.appendMs = 0;
    await delay(2000);
    await simulator.stop();
    const status = simulator.status();
    expect(status.backPressureMs).toBeGreaterThan(500);
    expect(status.produced).toBeLessThan(500 * 1.9);
    expect(status.acknowledged).toBe(status.produced);
  });

  test('does not keep it from stopping', async () => {
    const { simulator } = setUp({ waitForRoom: () => new Promise(() => {}) });
    simulator.start();
    await delay(50);
    await simulator.stop();
    expect(simulator.status()).toMatchObject({ state: 'stopped', produced: 0 });
  });
});

describe('a failing log', () => {
  test('gets the same events again until it acknowledges them', async () => {
    const { log, simulator } = setUp();
    log.failures.push(lost(), lost());
    simulator.start();
    await delay(80);
    expect(simulator.status().lastError).toBe('the log is away');
    await delay(600);
    await simulator.stop();
    expect(simulator.status()).toMatchObject({
      state: 'stopped',
      failed: 0,
      lastError: null,
      acknowledged: log.messages.length,
    });
    expect(simulator.status().produced).toBe(log.messages.length);
  });

  test('that lost only the acknowledgement holds duplicates, with the same ids', async () => {
    const { log, simulator } = setUp();
    log.keepsFailed = true;
    log.failures.push(lost());
    simulator.start();
    await delay(400);
    await simulator.stop();
    expect(new Set(ids(log)).size).toBe(simulator.status().produced);
    expect(log.messages.length).toBeGreaterThan(simulator.status().produced);
  });

  test('that refuses for good ends the run, counts the events as failed and says why', async () => {
    const { log, simulator } = setUp();
    log.failures.push(new AppError('log_closed', 'the log is closed'));
    simulator.start();
    await delay(200);
    const status = simulator.status();
    expect(status).toMatchObject({
      state: 'stopped',
      acknowledged: 0,
      lastError: 'The simulator has stopped: the log is closed',
    });
    expect(status.failed).toBe(status.produced);
    expect(status.failed).toBeGreaterThan(0);
    simulator.start();
    expect(simulator.status()).toMatchObject({ state: 'running', lastError: null });
  });
});

describe('refusals', () => {
  test('of settings out of their limits', () => {
    const { simulator } = setUp();
    for (const rate of [0, 0.09, 5001, Number.NaN, -1]) {
      expect(() => simulator.update({ ...settings, rate })).toThrow(codeIs('bad_request'));
      expect(() => simulator.start({ ...settings, rate })).toThrow(codeIs('bad_request'));
    }
    for (const seed of [-1, 1.5, 2 ** 32])
      expect(() => simulator.update({ ...settings, seed })).toThrow(codeIs('bad_request'));
    expect(() => simulator.update({ ...settings, faults: { ...settings.faults, late: 0.6 } })).toThrow(
      codeIs('bad_request'),
    );
    expect(simulator.status()).toMatchObject({ state: 'stopped', settings });
  });

  test('of bursts without a run or out of limits, and of impossible histories', () => {
    const { simulator } = setUp();
    expect(() => simulator.burst(100, 1)).toThrow(codeIs('bad_request'));
    simulator.start();
    expect(() => simulator.burst(5001, 1)).toThrow(codeIs('bad_request'));
    expect(() => simulator.burst(100, 0)).toThrow(codeIs('bad_request'));
    for (const days of [0, 1.5, 367]) expect(() => simulator.startBackfill(days)).toThrow(codeIs('bad_request'));
  });
});

describe('where invented sales are not allowed', () => {
  const profile = { name: 'Box office', observeOnly: false, simulation: false };

  test.each([
    ['a profile that does not allow them', profile],
    ['one that only observes, whatever it allows', { ...profile, observeOnly: true, simulation: true }],
  ])('nothing is produced: %s', (_, refusing) => {
    const { log, simulator } = setUp({ permit: profilePermit(refusing) });
    expect(() => simulator.start()).toThrow(codeIs('simulation_not_allowed'));
    expect(() => simulator.startBackfill(1)).toThrow(codeIs('simulation_not_allowed'));
    expect(simulator.status().state).toBe('stopped');
    expect(log.messages).toHaveLength(0);
  });
});

describe('a backfill', () => {
  test('runs beside a run, shows its progress, and is one at a time', async () => {
    const { simulator } = setUp();
    let most = 0;
    simulator.onChange(() => {
      most = Math.max(most, simulator.status().backfill?.produced ?? 0);
    });
    simulator.start();
    void simulator.startBackfill(1);
    expect(() => simulator.startBackfill(1)).toThrow(codeIs('simulator_busy'));
    await simulator.backfillEnded();
    expect(most).toBeGreaterThan(5000);
    expect(simulator.status()).toMatchObject({ state: 'running', backfill: null, lastError: null });
  });

  test('can be cancelled', async () => {
    const { log, simulator } = setUp();
    log.appendMs = 20;
    void simulator.startBackfill(300);
    await expect.poll(() => log.messages.length).toBeGreaterThan(0);
    await simulator.cancelBackfill();
    const count = log.messages.length;
    expect(simulator.status().backfill).toBeNull();
    expect(count).toBeGreaterThan(0);
    await delay(100);
    expect(log.messages.length).toBe(count);
  });

  test('is never made on top of days that have sales: it is refused, or adds the others alone', async () => {
    const today = calendar.dayOf(Date.now());
    const first = calendar.startOf(today) + 60_000;
    const stored = {
      days: async () => [today, calendar.addDays(today, -1), calendar.addDays(today, -2)],
      firstSaleAt: async () => first,
    };
    const { log, simulator } = setUp({ stored });
    await expect(simulator.startBackfill(3)).rejects.toMatchObject({
      code: 'history_present',
      message: '2 of these 3 days are there already, 1 is missing.',
    });
    await expect(simulator.startBackfill(2, 'extend')).rejects.toMatchObject({
      message: 'All 2 days are there already.',
    });
    await simulator.backfillEnded();
    expect(log.messages).toHaveLength(0);
    expect(simulator.status()).toMatchObject({ backfill: null, lastError: null });

    await simulator.startBackfill(3, 'extend');
    expect(simulator.status().backfill).toMatchObject({ days: 1 });
    await simulator.backfillEnded();
    const soldAt = log.messages.map(({ value }) => Date.parse(JSON.parse(new TextDecoder().decode(value)).soldAt));
    expect([...new Set(soldAt.map((at) => calendar.dayOf(at)))].filter((day) => day !== today)).toEqual([
      calendar.addDays(today, -3),
    ]);
    expect(soldAt.filter((at) => calendar.dayOf(at) === today && at >= first)).toEqual([]);
  });

  test('says when the stored days cannot be read, and can be tried again', async () => {
    const broken = { days: () => Promise.reject(lost()), firstSaleAt: async () => null };
    const { simulator } = setUp({ stored: broken });
    await expect(simulator.startBackfill(1)).rejects.toMatchObject({ code: 'log_failed' });
    await simulator.backfillEnded();
    expect(simulator.status().backfill).toBeNull();
  });

  test('says when the log ends it', async () => {
    const { log, simulator } = setUp();
    log.failures.push(new AppError('log_closed', 'the log is closed'));
    void simulator.startBackfill(3);
    await simulator.backfillEnded();
    expect(simulator.status()).toMatchObject({
      backfill: null,
      lastError: 'The backfill has stopped: the log is closed',
    });
  });
});
