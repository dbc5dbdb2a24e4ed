/**
 * Every route of both backends at 64 connections, beside a bare Fastify route that returns a constant of the same size; and
 * two instances beside one; and 200 WebSocket clients. On services: those of the environment. Meanwhile a worker makes and
 * stores 50 sales a second; the gateways only answer.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { openStage } from '../services/stage.ts';
import { type LiveDelays, liveDelays } from './live.ts';

const connections = 64;
const cli = fileURLToPath(new URL('../../backend/cli.ts', import.meta.url));
const bareServer = fileURLToPath(new URL('./bare-server.ts', import.meta.url));
const barePort = 18_900;
const today = new Date().toISOString().slice(0, 10);
const routes = [
  '/theaters',
  '/theaters/1/movies',
  `/top-theater/${today}`,
  '/leaderboards/theaters',
  '/leaderboards/movies',
  `/summary/${today}`,
  `/series/${today}?bucket=minute`,
  `/theater-hours/${today}`,
];

interface Load {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const { values } = parseArgs({ options: { json: { type: 'string' }, seconds: { type: 'string', default: '5' } } });
const duration = Number(values.seconds);
/** Sales per second while live clients listen. */
const liveRate = 15;

async function load(url: string): Promise<Load> {
  const { requests, latency, non2xx, errors } = await autocannon({ url, connections, duration });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} refused, ${errors} failed`);
  return { requestsPerSecond: requests.average, p50: latency.p50, p99: latency.p99 };
}

/** Resolves when it says where it listens. */
async function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await Promise.race([
    once(child.stdout ?? child, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${program} ended`))),
  ]);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

const local = ['--profile', 'local'];
const serve = (env: NodeJS.ProcessEnv, base: number) =>
  start(
    cli,
    [
      ...['serve', ...local, '--no-auth', '--no-consume'],
      ...['--sql-port', String(base), '--materialized-port', String(base + 1)],
    ],
    env,
  );

async function tellLive(which: string, port: number): Promise<LiveDelays> {
  const live = await liveDelays(port, duration * 4);
  process.stdout.write(
    `\n200 WebSocket clients of a gateway ${which}, 20 of them stalled, ${live.frames} frames: ` +
      `made to read p50 ${live.frameP50}, p99 ${live.frameP99} ms; sold to read p50 ${live.saleP50}, p99 ${live.saleP99} ms; ` +
      `${live.megabytes.toFixed(0)} MB\n`,
  );
  return live;
}

/** A bare route as large as the answer, in a process of its own as the answer is. */
async function bareLoad(bytes: number): Promise<Load> {
  const bare = await start(bareServer, [String(barePort), String(bytes)]);
  try {
    return await load(`http://127.0.0.1:${barePort}/`);
  } finally {
    await stop(bare);
  }
}

const machine = { processors: availableParallelism(), memoryBytes: totalmem(), node: process.versions.node };
process.stdout.write(`Node ${machine.node}, ${machine.processors} processors, ${connections} connections\n\n`);
const stage = await openStage(1);
const report: Record<string, object> = {};
try {
  const { env } = await stage.ground('gateway');
  const worker = spawn(process.execPath, [cli, 'simulate', ...local, '--rate', '50'], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const first = await serve(env, 18_001);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  process.stdout.write(`${'route'.padEnd(34)}${'backend'.padEnd(14)} requests/s   p50 ms   p99 ms   of a bare route\n`);
  for (const route of routes) {
    const sample = await fetch(`http://127.0.0.1:18001${route}`);
    const bare = await bareLoad((await sample.text()).length);
    for (const [backend, port] of [
      ['sql', 18_001],
      ['materialized', 18_002],
    ] as const) {
      const measured = await load(`http://127.0.0.1:${port}${route}`);
      const ratio = measured.requestsPerSecond / bare.requestsPerSecond;
      report[`${backend} ${route.replace(today, '{date}')}`] = {
        ...measured,
        bareRequestsPerSecond: bare.requestsPerSecond,
        ratio,
      };
      process.stdout.write(
        `${route.replace(today, '{date}').padEnd(34)}${backend.padEnd(14)}${measured.requestsPerSecond.toFixed(0).padStart(11)}${measured.p50.toFixed(1).padStart(9)}${measured.p99.toFixed(1).padStart(9)}${ratio.toFixed(2).padStart(18)}\n`,
      );
    }
  }
  const second = await serve(env, 18_011);
  const route = `/summary/${today}`;
  const one = await load(`http://127.0.0.1:18002${route}`);
  const both = await Promise.all([18_002, 18_012].map((port) => load(`http://127.0.0.1:${port}${route}`)));
  const two = both.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
  report.instances = { one: one.requestsPerSecond, two };
  process.stdout.write(
    `\n${route.replace(today, '{date}')} from one instance ${one.requestsPerSecond.toFixed(0)}/s, from two together ${two.toFixed(0)}/s\n`,
  );
  await stop(second);
  await stop(first);
  await stop(worker);
  const selling = await start(
    cli,
    [
      'serve',
      ...local,
      '--no-auth',
      '--simulate',
      String(liveRate),
      '--sql-port',
      '18001',
      '--materialized-port',
      '18002',
    ],
    env,
  );
  const observing = await serve(env, 18_011);
  report.live = { storing: await tellLive('that stores', 18_001), observing: await tellLive('that observes', 18_011) };
  await stop(observing);
  await stop(selling);
} finally {
  await stage.close();
}
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ machine, duration, ...report }, undefined, 2)}\n`);
