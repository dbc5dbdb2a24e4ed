import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEmbeddedEventLog } from './embedded/embedded-event-log.ts';
import { silentLogger } from './ports/logger.ts';
import { createRuntime } from './runtime.ts';
import { defaultSettings } from './settings/settings.ts';
import { makeDataFolder, openSourceDatabase, startSourceWorker } from './testing/embedded-test-database.ts';
import { saleMessage } from './testing/ingest-fixture.ts';

const program = fileURLToPath(new URL('./cli.ts', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = start(...args);
  const [out, err, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'exit')]);
  return { code: code as number, out, err };
}

it('refuses wrong arguments with exit code 2, and makes no database in a folder that is another one', async () => {
  await writeFile(join(folder, 'notes.txt'), '');
  for (const args of [
    ['check'],
    ['check', '--data-dir', folder],
    ['rebuild', '--data-dir', join(folder, 'none')],
    ['simulate', '--data-dir', folder, '--rate', '0'],
    ['sell'],
    ['archive', '--data-dir', folder, '--before', '2026-02-30', '--to', folder],
    ['restore', '--data-dir', folder],
    ['check', '--fast'],
  ]) {
    expect(await run(...args), args.join(' ')).toMatchObject({ code: 2, out: '' });
  }
  expect(await readdir(folder)).toEqual(['notes.txt']);
});

it('stores all that it sold when it is interrupted, also when nobody reads its words any more', async () => {
  await makeDataFolder(folder);
  const selling = start('simulate', '--data-dir', folder, '--rate', '300');
  const exit = once(selling, 'exit');
  await once(selling.stderr!, 'data');
  selling.stderr!.destroy();
  selling.stdout!.destroy();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  selling.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect((await readdir(folder)).sort()).toEqual(['owner', 'owner.lock', 'postgres', 'reelmetrics.json']);
  const { code, out } = await run('check', '--data-dir', folder, '--json');
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ ok: true, inFlight: 0 });
  expect(report.stored).toBeGreaterThan(0);
  expect(report.stored).toBe(report.produced);
});

it('serves both backends over HTTP on throw-away data, and ends in order', async () => {
  const serving = start('serve', '--embedded', '--simulate', '50', '--sql-port', '0', '--materialized-port', '0');
  const exit = once(serving, 'exit');
  const warned = textOf(serving.stderr);
  const [greeting] = await once(serving.stdout!, 'data');
  const [sql, materialized] = [...String(greeting).matchAll(/http:\/\/127\.0\.0\.1:\d+/g)].map(([address]) => address);
  const today = new Date().toISOString().slice(0, 10);
  const answer = async (address: string | undefined) =>
    (await (await fetch(`${address}/summary/${today}`)).json()) as { value: { sales: number } };
  await expect.poll(async () => (await answer(sql)).value.sales).toBeGreaterThan(0);
  await fetch(`${sql}/simulator/stop`, { method: 'POST' });
  await expect
    .poll(async () => {
      const [one, other] = await Promise.all([answer(sql), answer(materialized)]);
      return JSON.stringify(one.value) === JSON.stringify(other.value);
    })
    .toBe(true);
  const begin = Date.now();
  serving.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(Date.now() - begin).toBeLessThan(10_000);
  expect(await warned).toContain('no sign-in');
});

it('answers probes beside a command that runs on', async () => {
  await makeDataFolder(folder);
  const here = ['--data-dir', folder, '--probe-port', '0', '--log', 'json'];
  const selling = start('simulate', '--rate', '50', ...here);
  const exit = once(selling, 'exit');
  let told = '';
  selling.stderr!.on('data', (chunk) => {
    told += String(chunk);
  });
  const probes = () => /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0];
  await expect.poll(probes).toBeDefined();
  // It listens before the data are open.
  await expect.poll(async () => (await fetch(`${probes()}/health/ready`)).status).toBe(200);
  const produced = async () =>
    /^reelmetrics_simulator_produced (\d+)/m.exec(await (await fetch(`${probes()}/metrics`)).text());
  await expect.poll(async () => Number((await produced())?.[1])).toBeGreaterThan(0);
  selling.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  for (const line of told.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
});

it('makes users and keys, shows a key once, and lets nobody else in', async () => {
  await makeDataFolder(folder);
  const word = join(folder, '..', `${basename(folder)}.password`);
  await writeFile(word, 'four plain words here\n');
  const here = ['--data-dir', folder];
  expect(await run('user', 'add', 'ada', '--role', 'admin', '--password-file', word, ...here)).toMatchObject({
    code: 0,
  });
  expect(await run('user', 'add', 'ada', '--password-file', word, ...here)).toMatchObject({ code: 1 });
  expect(await run('user', 'add', 'eve', '--role', 'king', '--password-file', word, ...here)).toMatchObject({
    code: 2,
  });
  await rm(word);
  expect((await run('user', 'list', ...here)).out).toMatch(/^ada +admin +enabled +never$/m);
  const { out: key } = await run('key', 'create', 'wall', ...here);
  expect(key).toMatch(/^rmk_[\w-]{43}\n$/);
  expect((await run('key', 'list', ...here)).out).not.toContain(key.trim());
  const serving = start('serve', '--sql-port', '0', '--materialized-port', '0', '--log', 'json', ...here);
  const lines = textOf(serving.stderr);
  const [greeting] = await once(serving.stdout!, 'data');
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(String(greeting))?.[0];
  expect((await fetch(`${address}/theaters`)).status).toBe(401);
  expect((await fetch(`${address}/theaters`, { headers: { authorization: `Bearer ${key.trim()}` } })).status).toBe(200);
  serving.kill('SIGTERM');
  expect(await once(serving, 'exit')).toEqual([0, null]);
  for (const line of (await lines).trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
});

it('stores what waits in the log before it archives: none of it is refused for its day', async () => {
  await makeDataFolder(folder);
  const here = ['--data-dir', folder];
  const append = async (first: number, count: number, soldAt: number) => {
    const database = await openSourceDatabase(folder);
    const log = await openEmbeddedEventLog(database.pool, { topic: 'ticket-sales' });
    await log.append(Array.from({ length: count }, (_, index) => saleMessage(first + index, { soldAt })));
    await log.close();
    await database.close();
  };
  const old = Date.now() - 5 * 86_400_000;
  await append(0, 20, old);
  expect((await run('consume', '--until-idle', '0', ...here)).code).toBe(0);
  await append(100, 30, old);
  const kept = join(folder, '..', `${basename(folder)}.archive`);
  try {
    const before = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
    const archived = await run('archive', '--before', before, '--to', kept, ...here);
    expect(archived).toMatchObject({ code: 0, out: expect.stringContaining('50 events') });
    const report = JSON.parse((await run('check', '--json', ...here)).out);
    expect(report).toMatchObject({ ok: true, produced: 50, stored: 50, deadLettered: 0 });
  } finally {
    await rm(kept, { recursive: true, force: true });
  }
}, 180_000);

it('archives old days into files that bring them back, and proves the totals all along', async () => {
  await makeDataFolder(folder);
  const here = ['--data-dir', folder];
  const runtime = await createRuntime({
    source: { kind: 'embedded', dataDir: folder, startWorker: startSourceWorker },
    calendar: { zone: 'UTC', cutoverHour: 0 },
    currency: 'USD',
    backend: 'sql',
    fallback: false,
    simulator: { ...defaultSettings.simulator, rate: 1 },
    logger: silentLogger,
    consume: true,
  });
  runtime.simulator.startBackfill(2);
  await runtime.drain();
  const days = await runtime.days();
  await runtime.close();
  const [first = '', second = ''] = days;
  const check = async () => JSON.parse((await run('check', '--json', ...here)).out);
  const before = await check();
  expect(before.ok).toBe(true);

  const kept = join(folder, '..', `${basename(folder)}.archive`);
  try {
    expect(await run('archive', '--before', '2999-01-01', '--to', kept, ...here)).toMatchObject({ code: 2 });
    const archived = await run('archive', '--before', second, '--to', kept, ...here);
    expect(archived).toMatchObject({ code: 0, out: expect.stringContaining('archived 1 business days') });
    const file = `sale-${first}.ndjson.gz`;
    expect(await readdir(kept)).toEqual([file]);
    const [line] = gunzipSync(await readFile(join(kept, file)))
      .toString()
      .split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({ business_day: first, currency: 'USD' });
    expect(await check()).toEqual(before);

    const whole = await readFile(join(kept, file));
    await writeFile(join(kept, file), whole.subarray(1));
    expect(await run('restore', '--from', join(kept, file), ...here)).toMatchObject({ code: 2 });
    await writeFile(join(kept, file), whole);
    expect(await run('restore', '--from', join(kept, file), ...here)).toMatchObject({ code: 0 });
    expect(await check()).toEqual(before);
    // The file of before is written again, with the same bytes.
    expect(await run('archive', '--before', second, '--to', kept, ...here)).toMatchObject({ code: 0 });
    expect(await check()).toEqual(before);
  } finally {
    await rm(kept, { recursive: true, force: true });
  }
}, 180_000);
