/** The check as a program beside others, on topics with real transactions, two topics and places that are away. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CheckReport } from './domain/status.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import type { Profile } from './settings/profile.ts';
import { profileText } from './settings/profile-file.ts';
import { saleMessage } from './testing/ingest-fixture.ts';
import { runtimeOptions } from './testing/runtime-conformance.ts';
import { openServicesSource, type ServicesSource } from './testing/services-source.ts';
import { TcpProxy } from './testing/tcp-proxy.ts';
import { testServices } from './testing/test-services.ts';

const program = fileURLToPath(new URL('./cli.ts', import.meta.url));
const waits = { timeout: 30_000 };
let folder: string;
let services: ServicesSource;
let profile: Profile;
let admin: Admin;
let kafka: Kafka;
let pool: pg.Pool;
const releases: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-check-'));
  services = await openServicesSource();
  profile = services.source.profile;
  kafka = new Kafka({ clientId: 'test', brokers: [...testServices().kafkaBrokers], logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
  const { host, port, user, database } = profile.postgres;
  pool = new pg.Pool({ host, port, user, database, password: services.source.secrets.postgres ?? '' });
  // The database is dropped under it.
  pool.on('error', () => {});
});
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
  await pool.end();
  await admin.disconnect();
  await services.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function start(of: Profile = profile): Promise<Runtime> {
  const runtime = await createRuntime({ ...runtimeOptions, source: { ...services.source, profile: of } });
  releases.push(() => runtime.close());
  return runtime;
}

type Checked = Omit<CheckReport, 'grossCents'> & {
  readonly code: number;
  readonly grossCents: Readonly<Record<string, string | null>>;
};

/** Runs the program. */
async function check(of: Profile = profile): Promise<Checked> {
  const file = join(folder, 'profile.json');
  await writeFile(file, profileText(of));
  const env = { ...process.env, REELMETRICS_POSTGRES_PASSWORD: services.source.secrets.postgres ?? '' };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, 'check', '--profile', file, '--json'], { env }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr));
      else resolve({ ...JSON.parse(stdout), code: Number(error?.code ?? 0) });
    });
  });
}

async function transactions(topic: string): Promise<Producer> {
  const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  releases.push(() => producer.disconnect());
  return producer;
}

let next = 0;
async function send(
  producer: Producer,
  how: 'commit' | 'abort',
  count: number,
  partition = 0,
  topic = profile.kafka.topic,
) {
  const transaction = await producer.transaction();
  const messages = Array.from({ length: count }, () => {
    const { key, value } = saleMessage(next++);
    return { key: Buffer.from(key ?? ''), value: Buffer.from(value ?? ''), partition };
  });
  await transaction.send({ topic, messages });
  await transaction[how]();
}

/** As retention does. */
async function deleteBefore(offset: string): Promise<void> {
  const { topic } = profile.kafka;
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
}

const allHold = { I1: true, I2: true, I3: true, I4: true, I5: true };

it('is exact for transactions that were committed and aborted, the last one too', async () => {
  await (await start()).close();
  const producer = await transactions(profile.kafka.topic);
  await send(producer, 'commit', 3);
  await send(producer, 'commit', 4, 1);
  await send(producer, 'abort', 5);
  expect(await check()).toMatchObject({
    ...{ code: 0, ok: true, produced: 7, stored: 7, inFlight: 0, empty: 8, invariants: allHold },
    ...{ problems: [], undecided: [], notes: [] },
  });
  // Nothing but aborted records waits now.
  await send(producer, 'abort', 2);
  expect(await check()).toMatchObject({ code: 0, produced: 7, stored: 7, empty: 11, invariants: allHold });
  const runtime = await start();
  await runtime.drain();
  expect(await runtime.reconcile(runtime.live.snapshot().ledger)).toMatchObject({
    ...{ verdict: 'reconciled', produced: 7, inFlight: 0, differences: [], unknown: [] },
  });
});

it('beside a program that stores says that all holds, or what it could not decide; it takes no partition from that', async () => {
  const runtime = await start();
  runtime.simulator.start();
  await expect.poll(() => runtime.live.snapshot().ledger.events, waits).toBeGreaterThan(200);
  const members = async () => {
    const { groups } = await admin.describeGroups([profile.kafka.group]);
    return groups.map(({ state, members: all }) => ({ state, members: all.map(({ memberId }) => memberId) }));
  };
  const before = await members();
  for (let run = 0; run < 3; run += 1) {
    const report = await check();
    expect(report.problems).toEqual([]);
    expect(report.invariants).toMatchObject({ I1: true, I2: true, I3: true, I4: true });
    expect(report.code).toBe(report.invariants.I5 === true ? 0 : 3);
    expect(report.grossCents.rollups).toBe(report.grossCents.recomputed);
    expect(report.produced).toBe(
      report.stored + report.duplicates + report.deadLettered + (report.inFlight ?? Number.NaN),
    );
  }
  expect(await members()).toEqual(before);
  expect(runtime.status().consumer.restarts).toBe(0);
  await runtime.simulator.stop();
  await runtime.drain();
  expect(await check()).toMatchObject({ code: 0, invariants: allHold, inFlight: 0 });
});

it('proves two topics over one database, also while both are stored', async () => {
  const other: Profile = {
    ...profile,
    kafka: { ...profile.kafka, topic: `${profile.kafka.topic}-b`, group: `${profile.kafka.group}-b` },
  };
  releases.push(() => admin.deleteTopics({ topics: [other.kafka.topic] }));
  const one = await start();
  const two = await start(other);
  one.simulator.start();
  two.simulator.start({ ...runtimeOptions.simulator, seed: 99 });
  const sold = (runtime: Runtime) => runtime.live.snapshot().ledger.events;
  await expect.poll(() => Math.min(sold(one), sold(two)), waits).toBeGreaterThan(800);
  for (const of of [profile, other]) {
    const report = await check(of);
    expect(report.problems).toEqual([]);
    expect(report.others).toHaveLength(1);
  }
  const during = await one.reconcile(one.live.snapshot().ledger);
  expect(during.differences).toEqual([]);
  await Promise.all([one.simulator.stop(), two.simulator.stop()]);
  await Promise.all([one.drain(), two.drain()]);
  const [first, second] = [await check(), await check(other)];
  expect(first).toMatchObject({
    code: 0,
    invariants: allHold,
    others: [{ topic: other.kafka.topic, stored: second.stored }],
  });
  expect(second).toMatchObject({
    code: 0,
    invariants: allHold,
    others: [{ topic: profile.kafka.topic, stored: first.stored }],
  });
  // Both windows show the sales of both.
  for (const runtime of [one, two]) {
    await expect.poll(() => sold(runtime), waits).toBe(first.stored + second.stored);
    await expect
      .poll(() => runtime.reconcile(runtime.live.snapshot().ledger), waits)
      .toMatchObject({ verdict: 'reconciled', differences: [] });
  }
});

it('with Redis away judges what PostgreSQL and the log can tell, says why I5 is unknown, and ends', async () => {
  const producer = await transactions(profile.kafka.topic);
  await (await start()).close();
  await send(producer, 'commit', 5);
  expect(await check()).toMatchObject({ code: 0 });
  const proxy = await TcpProxy.open(1);
  releases.push(() => proxy.close());
  const report = await check({ ...profile, redis: { ...profile.redis, host: '127.0.0.1', port: proxy.port } });
  expect(report).toMatchObject({ code: 3, ok: false, stored: 5, produced: 5, problems: [] });
  expect(report.invariants).toEqual({ ...allHold, I5: null });
  expect(report.grossCents).toMatchObject({ recomputed: report.grossCents.rollups, readModel: null });
  expect(report.undecided.length).toBeGreaterThan(0);
  for (const reason of report.undecided) expect(reason).toMatch(/^I5: .+/);
});

it('with a foreign value in a key of the read model never ends as broken, and ends', async () => {
  const runtime = await start();
  const producer = await transactions(profile.kafka.topic);
  await send(producer, 'commit', 5);
  await runtime.drain();
  await runtime.close();
  const redis = new Redis(testServices().redisUrl);
  try {
    const keys = (await redis.keys(`${profile.redis.keyPrefix}*`)).filter((key) => key.includes('2026-11-22'));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) await redis.set(key, 'junk');
    const report = await check();
    expect(report.invariants).toMatchObject({ I1: true, I2: true, I3: true, I4: true });
    expect(report.problems).toEqual([]);
    expect(report.code).toBe(report.invariants.I5 === true ? 0 : 3);
  } finally {
    redis.disconnect();
  }
});

it('repairs the account of a version that took marks for events by reading the log, and says what it no longer can', async () => {
  await (await start()).close();
  const producer = await transactions(profile.kafka.topic);
  for (let index = 0; index < 4; index += 1) await send(producer, 'commit', 3);
  expect(await check()).toMatchObject({ code: 0, empty: 4 });
  // As the migration leaves the row of such a version.
  const forget = () => pool.query('update consumer_offset set unexplained = unexplained + empty, empty = 0');
  await forget();
  const repaired = await check();
  expect(repaired).toMatchObject({ code: 0, invariants: allHold, produced: 12, empty: 4, unexplained: 0 });
  expect(repaired.notes).toEqual([expect.stringContaining('4 offsets of partition 0')]);
  expect(await check()).toMatchObject({ code: 0, empty: 4, unexplained: 0, notes: [] });
  // A lost event among them is no empty offset.
  await forget();
  await pool.query('update consumer_offset set unexplained = unexplained + 1, stored = stored - 1 where stored > 0');
  await pool.query('delete from sale where log_offset = 5');
  expect(await check()).toMatchObject({ code: 1, invariants: { I1: true, I4: false } });
  await deleteBefore('8');
  const unknown = await check();
  expect(unknown).toMatchObject({ produced: null, unexplained: 5 });
  expect(unknown.undecided).toEqual([expect.stringMatching(/^I4: 5 offsets, .* no longer holds/)]);
});

it('of events that the log deleted before they were read says that I4 is broken', async () => {
  await (await start()).close();
  const producer = await transactions(profile.kafka.topic);
  await send(producer, 'commit', 3);
  expect(await check()).toMatchObject({ code: 0 });
  await send(producer, 'commit', 3);
  await send(producer, 'commit', 3);
  await deleteBefore('8');
  const report = await check();
  expect(report).toMatchObject({ code: 1, stored: 6, invariants: { ...allHold, I4: false } });
  expect(report.problems).toEqual([
    expect.stringMatching(/^I4: partition 0 of .* consumed 12 offsets, but accounts for 8/),
  ]);
});
