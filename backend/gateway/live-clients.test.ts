import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { silentLogger } from '../ports/logger.ts';
import { createRuntime, type Runtime } from '../runtime.ts';
import { startSourceWorker } from '../testing/embedded-test-database.ts';
import { runtimeOptions } from '../testing/runtime-conformance.ts';
import { type Gateway, openGateway } from './gateway.ts';

const listeners = 200;
const stalled = 20;

let folder: string;
let runtime: Runtime;
let gateway: Gateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-live-'));
  const source = { kind: 'embedded', dataDir: folder, startWorker: startSourceWorker } as const;
  runtime = await createRuntime({ ...runtimeOptions, source });
  gateway = await openGateway({
    source: runtime,
    address: '127.0.0.1',
    ports: { sql: 0, materialized: 0 },
    hostNames: [],
    version: 'test',
    accounts: null,
    logger: silentLogger,
  });
});
afterAll(async () => {
  await gateway?.close();
  await runtime?.close();
  await rm(folder, { recursive: true, force: true });
});

it('serves 200 listeners of whom 20 do not read: they cost nothing, and get the latest when they read again', async () => {
  const sockets = Array.from({ length: listeners }, () => new WebSocket(`ws://127.0.0.1:${gateway.ports.sql}/live`));
  const last = new Map<WebSocket, { readonly sequence: number; readonly ledger: { readonly events: number } }>();
  for (const socket of sockets) socket.on('message', (data) => last.set(socket, JSON.parse(String(data))));
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  const idle = sockets.slice(0, stalled);
  for (const socket of idle) socket.pause();
  runtime.simulator.start({ ...runtimeOptions.simulator, rate: 500 });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await runtime.simulator.stop();
  await runtime.drain();
  const { events } = runtime.live.snapshot().ledger;
  const shown = (socket: WebSocket) => last.get(socket)?.ledger.events;
  await expect
    .poll(() => sockets.slice(stalled).every((socket) => shown(socket) === events), { timeout: 3_000 })
    .toBe(true);
  global.gc?.();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  for (const socket of idle) socket.resume();
  await expect.poll(() => idle.every((socket) => shown(socket) === events)).toBe(true);
  for (const socket of sockets) socket.terminate();
});
