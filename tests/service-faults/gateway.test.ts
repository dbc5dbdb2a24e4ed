/** Gateways answer and workers store while both are killed at random: no answer is ever wrong, and clients come back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from './free-port.ts';
import { record } from './results.ts';
import { openRig, type Rig } from './rig.ts';
import { full } from './rounds.ts';

const cli = fileURLToPath(new URL('../../backend/cli.ts', import.meta.url));
const rounds = full ? 30 : 6;
const perSecond = 1_000;

interface Summary {
  readonly value: { readonly grossCents: number; readonly sales: number };
  readonly watermark: { readonly version: number };
}

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ perSecond });
});
afterAll(() => rig?.close());

class Gateway {
  readonly #ports: readonly [number, number];
  #child: ChildProcess | undefined;

  constructor(ports: readonly [number, number]) {
    this.#ports = ports;
  }

  start(): void {
    const [sql, materialized] = this.#ports.map(String);
    this.#child = spawn(
      process.execPath,
      [
        cli,
        'serve',
        '--profile',
        'local',
        '--no-auth',
        '--sql-port',
        sql ?? '',
        '--materialized-port',
        materialized ?? '',
      ],
      { env: rig.env, stdio: 'ignore' },
    );
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** A client that asks again and again, and judges each answer by what it has seen before and what was produced. */
class Client {
  readonly #base: string;
  readonly #isSql: boolean;
  readonly #seen = new Map<number, number>();
  answered = 0;
  failed = 0;

  constructor(port: number, isSql: boolean) {
    this.#isSql = isSql;
    this.#base = `http://127.0.0.1:${port}`;
  }

  async ask(day: string): Promise<Summary | null> {
    let answer: Summary;
    try {
      const response = await fetch(`${this.#base}/summary/${day}`, { signal: AbortSignal.timeout(5_000) });
      if (!response.ok) {
        await response.body?.cancel();
        this.failed += 1;
        return null;
      }
      answer = (await response.json()) as Summary;
    } catch {
      this.failed += 1;
      return null;
    }
    this.answered += 1;
    const { value, watermark } = answer;
    // Every sale of the load has the same amount: a total that is no multiple, or not of that many sales, is wrong.
    expect(value.grossCents).toBe(value.sales * rig.load.amountCents);
    expect(value.sales).toBeLessThanOrEqual(rig.load.sent);
    // What PostgreSQL says of a version it always says.
    if (this.#isSql) expect(this.#seen.get(watermark.version) ?? value.sales).toBe(value.sales);
    this.#seen.set(watermark.version, value.sales);
    return answer;
  }
}

it(`answers nothing wrong while workers and gateways are killed ${rounds} times`, async () => {
  const ports = [await freePort(), await freePort()] as const;
  const gateway = new Gateway(ports);
  const workers = [rig.startWorker(), rig.startWorker()];
  gateway.start();
  rig.load.start();
  const end = new AbortController();
  const over = end.signal;
  const clients = ports.map((port, index) => new Client(port, index === 0));
  const day = rig.load.businessDay;
  const asking = clients.map(async (client) => {
    while (!over.aborted) {
      await client.ask(day);
      await sleep(20);
    }
  });
  let snapshots = 0;
  const listening = (async () => {
    while (!over.aborted) {
      const socket = new WebSocket(`ws://127.0.0.1:${ports[0]}/live`);
      socket.on('message', (data) => {
        const frame = JSON.parse(String(data)) as { kind: string };
        if (frame.kind === 'snapshot') snapshots += 1;
      });
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.on('close', resolve));
      await Promise.race([closed, once(over, 'abort')]);
      socket.terminate();
      await sleep(250);
    }
  })();
  for (let kills = 0; kills < rounds; kills += 1) {
    // A kill falls into work: both clients have answers and a worker has stored since the one before.
    const before = clients.map(({ answered }) => answered);
    await expect
      .poll(() => clients.every(({ answered }, index) => answered > (before[index] ?? 0) + 5), { timeout: 120_000 })
      .toBe(true);
    await rig.progress();
    await sleep(Math.random() * 2_000);
    if (kills % 3 === 2) {
      await gateway.end('SIGKILL');
      gateway.start();
    } else {
      const victim = kills % 2;
      await workers[victim]?.kill();
      workers[victim] = rig.startWorker();
    }
  }
  end.abort();
  await Promise.all([...asking, listening]);
  await rig.settle();
  for (const client of clients) {
    await expect.poll(async () => (await client.ask(day))?.value.sales, { timeout: 120_000 }).toBe(rig.load.sales);
  }
  expect(snapshots).toBeGreaterThan(1);
  await gateway.end('SIGTERM');
  for (const worker of workers) await worker.stop();
  await record({
    fault: `workers and the gateway killed while clients ask`,
    rounds,
    shownMs: null,
    recoveredMs: null,
    heapGrowthBytes: null,
  });
});
