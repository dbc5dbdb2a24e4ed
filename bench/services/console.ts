/** The console itself, in Electron: the way from the producer to the window, and its main loop while it catches up. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Figure } from '../figures.ts';
import type { Stage } from './stage.ts';
import { fillTopic } from './topic.ts';

const repository = join(import.meta.dirname, '../..');
const liveRate = 2_000;
const liveSeconds = 30;
const behindEvents = 2_000_000;
const behindSeconds = 25;

interface Report {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly timings: { readonly produceToRendererMs: { readonly p50: number; readonly p99: number } | null };
  readonly mainLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** At 2,000 events a second from the simulator through Kafka. */
export async function latency(stage: Stage): Promise<readonly Figure[]> {
  const { env } = await stage.ground('latency');
  const { timings, mainLoopDelayMs } = await diagnosticRun(env, Math.max(10, liveSeconds * stage.scale), liveRate);
  if (timings.produceToRendererMs === null) throw new Error('the window has shown nothing');
  return [
    { name: 'latency.produceToRenderer.p50', value: timings.produceToRendererMs.p50, unit: 'ms' },
    { name: 'latency.produceToRenderer.p99', value: timings.produceToRendererMs.p99, unit: 'ms' },
    ...delays('latency', mainLoopDelayMs),
  ];
}

/** With two million events in the topic at its start. */
export async function catchingUp(stage: Stage): Promise<readonly Figure[]> {
  const { env } = await stage.ground('catching-up');
  await fillTopic(env, behindEvents * stage.scale, { days: 0.1 });
  const pool = new pg.Pool({ connectionString: env.REELMETRICS_DATABASE_URL, max: 1 });
  const stored: { at: number; events: number }[] = [];
  const watch = setInterval(async () => {
    const { rows } = await pool
      .query<{ events: string }>('select sum(stored) as events from consumer_offset')
      .catch(() => ({ rows: [] }));
    const events = Number(rows[0]?.events ?? 0);
    if (events > (stored.at(-1)?.events ?? 0)) stored.push({ at: performance.now(), events });
  }, 250);
  const { mainLoopDelayMs } = await diagnosticRun(env, Math.max(5, behindSeconds * stage.scale), 1).finally(
    async () => {
      clearInterval(watch);
      await pool.end();
    },
  );
  const nine = (stored.at(-1)?.events ?? 0) * 0.9;
  const [first] = stored;
  const last = stored.find(({ events }) => events >= nine);
  if (!first || !last || first === last) throw new Error('the console has caught up before it was looked at');
  return [
    {
      name: 'catchingUp.eventsPerSecond',
      value: ((last.events - first.events) / (last.at - first.at)) * 1000,
      unit: 'events/s',
    },
    ...delays('catchingUp', mainLoopDelayMs),
  ];
}

function delays(group: string, { p50, p99, max }: Report['mainLoopDelayMs']): Figure[] {
  return [
    { name: `${group}.mainLoopDelay.p50`, value: p50, unit: 'ms' },
    { name: `${group}.mainLoopDelay.p99`, value: p99, unit: 'ms' },
    { name: `${group}.mainLoopDelay.max`, value: max, unit: 'ms' },
  ];
}

/** The console's own diagnostic run. Throws when an invariant does not hold. */
async function diagnosticRun(env: NodeJS.ProcessEnv, seconds: number, rate: number): Promise<Report> {
  const electron = process.env.REELMETRICS_ELECTRON;
  if (!electron) throw new Error('REELMETRICS_ELECTRON is not set: run it through npm run bench:services');
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-bench-'));
  try {
    const file = join(folder, 'report.json');
    const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
    const smoke = [
      '--profile',
      'local',
      '--smoke',
      String(Math.round(seconds)),
      '--rate',
      String(rate),
      '--report',
      file,
    ];
    const child = spawn(
      electron,
      [...(asRoot ? ['--no-sandbox'] : []), repository, `--user-data-dir=${folder}`, ...smoke],
      {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', 'ignore'],
      },
    );
    await once(child, 'exit');
    const report: Report = JSON.parse(await readFile(file, 'utf8'));
    if (!report.ok) throw new Error(`the diagnostic run failed: ${report.problems.join('; ')}`);
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
