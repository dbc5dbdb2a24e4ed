/** Questions to both backends over a fortnight of history, and the live ticks that a window is sent. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { BackendName, Question } from '../backend/domain/question.ts';
import { silentLogger } from '../backend/ports/logger.ts';
import { createRuntime, type Runtime } from '../backend/runtime.ts';
import { defaultSettings } from '../backend/settings/settings.ts';
import { type Figure, percentile } from './figures.ts';

const historyDays = 14;
const rounds = 40;
const tickMs = 250;
const ticks = 40;
const liveRate = 2000;

/** Opens the runtime on a fresh folder with a fortnight of history for the bench. */
export async function questionsAndTicks(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-bench-'));
  const runtime = await createRuntime({
    source: {
      kind: 'embedded',
      dataDir,
      startWorker: () => new Worker(new URL('../backend/embedded/postgres-worker.ts', import.meta.url)),
    },
    calendar: { zone: 'UTC', cutoverHour: 0 },
    currency: defaultSettings.currency,
    backend: 'sql',
    fallback: false,
    simulator: { ...defaultSettings.simulator, rate: liveRate },
    logger: silentLogger,
    consume: true,
  });
  try {
    runtime.simulator.startBackfill(historyDays);
    await runtime.drain();
    const sales = runtime.live.snapshot().ledger.events;
    return [
      { name: 'questions.sales', value: sales, unit: 'events' },
      ...(await timeQuestions(runtime, 'sql')),
      ...(await timeQuestions(runtime, 'materialized')),
      ...(await measureTicks(runtime)),
    ];
  } finally {
    await runtime.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** First every question once (cold: nothing cached, no day built), then again and again (warm). */
export async function timeQuestions(runtime: Runtime, backend: BackendName): Promise<Figure[]> {
  runtime.switchBackend(backend);
  const questions = (await runtime.days()).flatMap(questionsOf);
  const cold = await timesOf(runtime, questions);
  const warm: number[] = [];
  for (let round = 0; round < rounds; round += 1) warm.push(...(await timesOf(runtime, questions)));
  const figure = (state: string, samples: readonly number[], share: number): Figure => ({
    name: `questions.${backend}.${state}.p${share * 100}`,
    value: percentile(samples, share),
    unit: 'ms',
  });
  return [figure('cold', cold, 0.5), figure('cold', cold, 0.99), figure('warm', warm, 0.5), figure('warm', warm, 0.99)];
}

function questionsOf(day: string): Question[] {
  return [
    { name: 'summary', params: { day } },
    { name: 'topTheater', params: { day } },
    { name: 'theaterLeaderboard', params: { day } },
    { name: 'movieLeaderboard', params: { day } },
    { name: 'theaterMovies', params: { day, theaterId: 1 } },
    { name: 'series', params: { day, bucket: 'minute' } },
    { name: 'theaterHours', params: { day } },
  ];
}

async function timesOf(runtime: Runtime, questions: readonly Question[]): Promise<number[]> {
  const times: number[] = [];
  for (const question of questions) times.push((await runtime.query(question)).tookMs);
  return times;
}

/** Ticks as the feed takes them, four a second, while sales come in. */
async function measureTicks(runtime: Runtime): Promise<Figure[]> {
  runtime.simulator.start();
  const sizes: number[] = [];
  const startedAt = performance.now();
  for (let revision = runtime.live.revision(), tick = 0; tick < ticks; tick += 1) {
    await new Promise((resolve) => setTimeout(resolve, tickMs));
    const changes = runtime.live.changesSince(revision);
    if (changes === null) continue;
    revision = changes.revision;
    sizes.push(serialize(changes.frame).byteLength);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await runtime.simulator.stop();
  return [
    { name: 'tick.rate', value: sizes.length / seconds, unit: '1/s' },
    { name: 'tick.size.p50', value: percentile(sizes, 0.5), unit: 'bytes' },
    { name: 'tick.size.max', value: Math.max(...sizes), unit: 'bytes' },
  ];
}
