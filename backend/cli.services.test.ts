import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createRuntime } from './runtime.ts';
import { profileText } from './settings/profile-file.ts';
import { runtimeOptions } from './testing/runtime-conformance.ts';
import { openServicesSource, type ServicesSource } from './testing/services-source.ts';
import { TcpProxy } from './testing/tcp-proxy.ts';

const program = fileURLToPath(new URL('./cli.ts', import.meta.url));
let folder: string;
let services: ServicesSource;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-cli-services-'));
  services = await openServicesSource();
});
afterEach(async () => {
  await services.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('serves live figures also where it leaves storing to others', async () => {
  const { profile, secrets } = services.source;
  const worker = await createRuntime({ ...runtimeOptions, source: services.source });
  const file = join(folder, 'profile.json');
  await writeFile(file, profileText(profile));
  const ports = ['--sql-port', '0', '--materialized-port', '0'];
  const serving = spawn(
    process.execPath,
    [program, 'serve', '--profile', file, '--no-consume', '--no-auth', ...ports],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, REELMETRICS_POSTGRES_PASSWORD: secrets.postgres ?? '' },
    },
  );
  const exit = once(serving, 'exit');
  try {
    const [greeting] = await once(serving.stdout!, 'data');
    const port = /^sql http:\/\/127\.0\.0\.1:(\d+)$/m.exec(String(greeting))?.[1];
    let events = -1;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`);
    socket.on('message', (data) => {
      ({ events } = JSON.parse(String(data)).ledger);
    });
    await expect.poll(() => events).toBe(0);
    worker.simulator.start();
    await expect.poll(() => events).toBeGreaterThan(100);
    await worker.simulator.stop();
    await worker.drain();
    await expect.poll(() => events).toBe(worker.live.snapshot().ledger.events);
    socket.terminate();
    // Invented sales are never counted by a program that only observes, whoever asks.
    const refused = await fetch(`http://127.0.0.1:${port}/simulator/start?rate=5000`, { method: 'POST' });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ type: 'urn:reelmetrics:problem:simulation_not_allowed' });
    expect(worker.live.snapshot().ledger.events).toBe(events);
  } finally {
    serving.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    await worker.close();
  }
});

it('puts invented sales into the topic of a profile only where that allows them, or is named for it', async () => {
  const { profile, secrets } = services.source;
  const file = join(folder, 'box-office.json');
  // A file from before the field.
  const { simulation: _, ...older } = { ...profile, id: 'box-office', name: 'Box office' };
  await writeFile(file, JSON.stringify(older));
  const simulate = async (...more: string[]) => {
    const child = spawn(
      process.execPath,
      [program, 'simulate', '--profile', file, '--rate', '200', '--seconds', '1', ...more],
      { env: { ...process.env, REELMETRICS_POSTGRES_PASSWORD: secrets.postgres ?? '' } },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
    const [code] = await once(child, 'exit');
    return { code, said };
  };
  const refused = await simulate();
  expect(refused.code).toBe(1);
  expect(refused.said).toContain('The profile "Box office" does not allow invented sales.');
  expect(refused.said).toContain('--allow-simulation "Box office"');
  expect(await simulate('--allow-simulation', 'Staging')).toMatchObject({ code: 2 });
  expect(await simulate('--allow-simulation', 'Box office')).toMatchObject({ code: 0 });

  const runtime = await createRuntime({
    ...runtimeOptions,
    source: { ...services.source, profile: { ...profile, name: 'Box office', simulation: false } },
  });
  try {
    await runtime.drain();
    expect(runtime.live.snapshot().ledger.events).toBeGreaterThan(100);
    expect(runtime.status().simulation).toMatchObject({ allowed: false, confirm: null });
    expect(() => runtime.simulator.start()).toThrow(expect.objectContaining({ code: 'simulation_not_allowed' }));
    await expect(runtime.reset()).rejects.toMatchObject({ code: 'simulation_not_allowed' });
  } finally {
    await runtime.close();
  }
});

it.each([
  ['simulate', 'stalled'],
  ['simulate', 'cut'],
  ['consume', 'stalled'],
  ['serve', 'stalled'],
] as const)(
  '%s ends on the first SIGTERM while PostgreSQL is %s under it',
  async (command, how) => {
    const { profile, secrets } = services.source;
    const proxy = await TcpProxy.open(profile.postgres.port);
    const file = join(folder, 'profile.json');
    const postgres = { ...profile.postgres, host: '127.0.0.1', port: proxy.port };
    await writeFile(file, profileText({ ...profile, postgres, simulation: true }));
    const ports = ['--sql-port', '0', '--materialized-port', '0', '--no-auth'];
    const running = spawn(
      process.execPath,
      [program, command, '--profile', file, '--log', 'json', ...(command === 'serve' ? ports : ['--probe-port', '0'])],
      { stdio: 'ignore', env: { ...process.env, REELMETRICS_POSTGRES_PASSWORD: secrets.postgres ?? '' } },
    );
    const exit = once(running, 'exit');
    const observer = await createRuntime({
      ...runtimeOptions,
      source: { ...services.source, profile: { ...profile, observeOnly: true } },
    });
    try {
      // It runs when its consumer has its place: then the database goes.
      if (command === 'simulate') {
        await expect.poll(() => observer.live.snapshot().ledger.events, { timeout: 30_000 }).toBeGreaterThan(0);
      } else {
        await expect.poll(async () => (await services.members()) > 0, { timeout: 30_000 }).toBe(true);
      }
      if (how === 'stalled') proxy.stall();
      else {
        proxy.redirect(1);
      }
      running.kill('SIGTERM');
      const [code] = await exit;
      expect([0, 143]).toContain(code);
    } finally {
      running.kill('SIGKILL');
      await observer.close();
      await proxy.close();
    }
  },
  60_000,
);
