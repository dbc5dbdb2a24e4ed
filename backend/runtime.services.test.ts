import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKafkaEventLog } from './kafka/kafka-event-log.ts';
import { silentLogger } from './ports/logger.ts';
import { createRuntime, type Runtime, type StartProgress } from './runtime.ts';
import { saleMessage } from './testing/ingest-fixture.ts';
import { describeRuntime, runtimeOptions, sell } from './testing/runtime-conformance.ts';
import { openServicesSource, type ServicesSource } from './testing/services-source.ts';
import { TcpProxy } from './testing/tcp-proxy.ts';

describeRuntime('real services', openServicesSource);

const nobodyListens = 1;

describe('on real services', () => {
  let services: ServicesSource;
  const running: Runtime[] = [];

  const start = async (options: Partial<typeof runtimeOptions> = {}, source = services.source) => {
    const runtime = await createRuntime({ ...runtimeOptions, ...options, source });
    running.push(runtime);
    return runtime;
  };

  beforeEach(async () => {
    services = await openServicesSource();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((runtime) => runtime.close()));
    await services.dispose();
  });

  it('goes on when the topic is deleted and made anew: its offsets continue from what is stored', async () => {
    const runtime = await start();
    await sell(runtime, 1500);
    const { ledger } = runtime.live.snapshot();
    expect(ledger.events).toBeGreaterThan(0);
    await services.makeTopicAnew();
    await expect.poll(() => runtime.status().consumer.state).toBe('up');
    await sell(runtime, 1500);
    expect(runtime.live.snapshot().ledger.events).toBeGreaterThan(ledger.events);
    const report = await runtime.check();
    expect(report.problems).toEqual([]);
    expect(report.stored).toBe(runtime.live.snapshot().ledger.events);
  });

  it('reads a topic that was made anew from its start, however far it has grown meanwhile', async () => {
    const { kafka } = services.source.profile;
    const append = async (first: number, count: number) => {
      const log = openKafkaEventLog({ settings: kafka, password: null, clientId: 'test', logger: silentLogger });
      await log.append(Array.from({ length: count }, (_, index) => saleMessage(first + index)));
      await log.close();
    };
    const before = await start();
    await append(0, 60);
    await before.drain();
    const observer = await start(
      {},
      { ...services.source, profile: { ...services.source.profile, observeOnly: true } },
    );
    await before.close();
    running.shift();
    await services.makeTopicAnew();
    await append(1_000, 240);
    const after = await start();
    await after.drain();
    const report = await after.check();
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ stored: 300, duplicates: 0 });
    // Whoever only looks on counts by the same offsets.
    await append(2_000, 20);
    await expect.poll(() => observer.live.snapshot().ledger.events).toBe(320);
    await expect.poll(() => observer.status().consumer.lagEvents).toBe(0);
  });

  it('shares the partitions with a second runtime; both show the totals of all', async () => {
    const one = await start();
    const two = await start();
    one.simulator.start();
    await expect.poll(() => two.live.snapshot().ledger.events).toBeGreaterThan(500);
    await one.simulator.stop();
    await Promise.all([one.drain(), two.drain()]);
    await expect.poll(() => two.live.snapshot().ledger).toEqual(one.live.snapshot().ledger);
    expect((await one.check()).problems).toEqual([]);
    expect((await one.reconcile(one.live.snapshot().ledger)).differences).toEqual([]);
  });

  it('follows another program that changes the calendar, recomputes and resets while sales come in', async () => {
    const one = await start({ simulator: { ...runtimeOptions.simulator, rate: 600 } });
    const two = await start();
    const sold = (runtime: Runtime) => runtime.live.snapshot().ledger.events;
    one.simulator.start();
    await expect.poll(() => sold(two)).toBeGreaterThan(500);
    for (const [zone, cutoverHour] of [
      ['Asia/Tokyo', 6],
      ['America/New_York', 3],
    ] as const) {
      await two.changeCalendar(zone, cutoverHour);
      await expect.poll(() => one.status()).toMatchObject({ zone, cutoverHour });
      const before = sold(one);
      await expect.poll(() => sold(one)).toBeGreaterThan(before + 300);
      await two.rebuild('rollups');
    }
    await one.simulator.stop();
    const agree = async () => {
      await Promise.all([one.drain(), two.drain()]);
      await expect.poll(() => two.live.snapshot().ledger).toEqual(one.live.snapshot().ledger);
      const report = await two.check();
      expect(report.problems).toEqual([]);
      expect(report.stored).toBe(sold(one));
      expect((await one.reconcile(one.live.snapshot().ledger)).differences).toEqual([]);
    };
    await agree();
    await two.reset();
    await expect.poll(() => sold(one)).toBe(0);
    await sell(one, 1_000);
    expect(sold(one)).toBeGreaterThan(0);
    await agree();
  });

  it('only observes when the profile says so', async () => {
    const { profile, secrets } = services.source;
    const worker = await start();
    const observer = await start({}, { kind: 'services', profile: { ...profile, observeOnly: true }, secrets });
    await sell(worker, 1000);
    await expect
      .poll(() => observer.live.snapshot().ledger, { timeout: 60_000 })
      .toEqual(worker.live.snapshot().ledger);
    await worker.close();
    running.shift();
    expect(() => observer.simulator.start()).toThrow(expect.objectContaining({ code: 'simulation_not_allowed' }));
    // What others produce waits for those who store.
    const log = openKafkaEventLog({ settings: profile.kafka, password: null, clientId: 'test', logger: silentLogger });
    await log.append([{ key: '1', value: Buffer.from('{}') }]);
    await log.close();
    await expect.poll(() => observer.status().consumer.lagEvents).toBe(1);
    expect((await observer.check()).stored).toBe(observer.live.snapshot().ledger.events);
  });

  it('waits for PostgreSQL, says what it waits for, and starts when it is there', async () => {
    const { profile, secrets } = services.source;
    const proxy = await TcpProxy.open(nobodyListens);
    const told: StartProgress[] = [];
    const starting = createRuntime({
      ...runtimeOptions,
      source: {
        kind: 'services',
        profile: { ...profile, postgres: { ...profile.postgres, host: '127.0.0.1', port: proxy.port } },
        secrets,
      },
      onProgress: (progress) => told.push(progress),
    });
    await expect
      .poll(() => told.at(-1)?.services?.map(({ service, status }) => [service, status.state]), { timeout: 60_000 })
      .toEqual([
        ['kafka', 'up'],
        ['postgres', 'down'],
        ['redis', 'up'],
      ]);
    expect(told.at(-1)?.services?.[1]?.status.reason).toContain(`127.0.0.1:${proxy.port}`);
    proxy.redirect(profile.postgres.port);
    const runtime = await starting;
    running.push(runtime);
    await sell(runtime, 500);
    expect((await runtime.check()).problems).toEqual([]);
    await proxy.close();
  });

  it('gives up waiting when it is told to', async () => {
    const { profile, secrets } = services.source;
    const stop = new AbortController();
    const starting = createRuntime({
      ...runtimeOptions,
      source: {
        kind: 'services',
        profile: { ...profile, postgres: { ...profile.postgres, port: nobodyListens } },
        secrets,
      },
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), 500);
    await expect(starting).rejects.toMatchObject({ code: 'cancelled' });
  });
});
