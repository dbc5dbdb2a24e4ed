/**
 * Kafka -> PostgreSQL -> Redis by a headless worker, from a topic that was filled before; in the same run a bare COPY
 * of the same topic into `sale` as it would be in one piece (its columns, a key on the id, indexes by day and by theatre),
 * without dedupe, rollups or read model.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createBusinessCalendar } from '../../backend/domain/business-day.ts';
import { catalogue } from '../../backend/domain/catalogue.ts';
import { createDecoder } from '../../backend/domain/ticket-sale.ts';
import { decodeBatch } from '../../backend/ingest/decode-slices.ts';
import { openKafkaEventLog } from '../../backend/kafka/kafka-event-log.ts';
import { sql } from '../../backend/lib/sql.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import { copyIn } from '../../backend/postgres/copy-in.ts';
import { copyRows } from '../../backend/postgres/copy-rows.ts';
import { openPostgresServer } from '../../backend/postgres/server-database.ts';
import { localServices } from '../../backend/settings/environment.ts';
import type { Figure } from '../figures.ts';
import type { Stage } from './stage.ts';
import { fillTopic } from './topic.ts';

const cli = fileURLToPath(new URL('../../backend/cli.ts', import.meta.url));
const lanes = 3;
const pollRecords = 24_000;
const chunk = 8_000;
/** More than a worker stores in its time. */
const eventsPerSecondAtMost = 110_000;
const seconds = 60;
const growthSeconds = 30;

const makeBareTable = sql`
  create table bare_sale (like sale including all, primary key (id));
  create index on bare_sale (business_day);
  alter table bare_sale alter log_partition set default 0`;
const copyBare = sql`
  copy bare_sale (id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at,
    business_day, refund_of, log_offset) from stdin (format binary)`;

/** A minute each of a worker and of the bare COPY. */
export async function ingest(stage: Stage): Promise<readonly Figure[]> {
  const { env } = await stage.ground('ingest');
  const duration = seconds * stage.scale;
  await fillTopic(env, duration * eventsPerSecondAtMost, { days: 0.1 });
  const { rate: eventsPerSecond } = await workerRate(env, duration);
  const bareCopyEventsPerSecond = await bareCopyRate(env, duration);
  return [
    { name: 'ingest.eventsPerSecond', value: eventsPerSecond, unit: 'events/s' },
    { name: 'ingest.bareCopyEventsPerSecond', value: bareCopyEventsPerSecond, unit: 'events/s' },
    { name: 'ingest.ratio', value: eventsPerSecond / bareCopyEventsPerSecond, unit: 'ratio' },
  ];
}

function startWorker(env: NodeJS.ProcessEnv) {
  return fork(cli, ['consume', '--profile', 'local', '--until-idle', '2'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** Stores all that is in the topic. */
export async function storeAll(env: NodeJS.ProcessEnv): Promise<void> {
  const [code] = await once(startWorker(env), 'exit');
  if (code !== 0) throw new Error(`the worker ended with ${code}`);
}

/** One, two and four workers of one group on the same kind of topic. */
export async function growth(stage: Stage): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const workers of [1, 2, 4]) {
    const { env } = await stage.ground(`growth-${workers}`);
    const duration = growthSeconds * stage.scale;
    await fillTopic(env, duration * eventsPerSecondAtMost, { days: 0.1 });
    const { rate, cpuSecondsPerMillion } = await workerRate(env, duration, workers);
    figures.push({ name: `growth.${workers}`, value: rate, unit: 'events/s' });
    figures.push({ name: `growth.${workers}.perWorkerCore`, value: 1e6 / cpuSecondsPerMillion, unit: 'events/s' });
    await stage.clear();
  }
  return figures;
}

interface WorkerRate {
  /** Events per second of all workers together. */
  readonly rate: number;
  /** Of all of them, for a million events; NaN where the system does not tell. */
  readonly cpuSecondsPerMillion: number;
}

/** Processor time of a process so far, user and system: Linux counts it in hundredths. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = text.slice(text.lastIndexOf(')')).split(' ').slice(12, 14);
  return (Number(user ?? Number.NaN) + Number(system ?? Number.NaN)) / 100;
}

/** Workers of one group, from the first commit on, for at most `duration` seconds. */
async function workerRate(env: NodeJS.ProcessEnv, duration: number, count = 1): Promise<WorkerRate> {
  const pool = new pg.Pool({ connectionString: env.REELMETRICS_DATABASE_URL, max: 1 });
  const workers = Array.from({ length: count }, () => startWorker(env));
  const ended = Promise.all(workers.map((worker) => once(worker, 'exit')));
  let running = true;
  void ended.then(() => {
    running = false;
  });
  const cpu = async () => (await Promise.all(workers.map(({ pid }) => cpuSeconds(pid)))).reduce((a, b) => a + b, 0);
  let first: { at: number; stored: number; cpu: number } | undefined;
  let last = { at: 0, stored: 0, cpu: 0 };
  while (running && (first === undefined || performance.now() - first.at < duration * 1000)) {
    const stored = await storedEvents(pool);
    const now = performance.now();
    if (stored > last.stored) {
      last = { at: now, stored, cpu: await cpu() };
      first ??= last;
    }
    await sleep(250);
  }
  for (const worker of workers) worker.kill('SIGTERM');
  await ended;
  await pool.end();
  if (first === undefined || last.at === first.at) throw new Error('the worker stored nothing');
  const stored = last.stored - first.stored;
  return {
    rate: (stored / (last.at - first.at)) * 1000,
    cpuSecondsPerMillion: ((last.cpu - first.cpu) / stored) * 1e6,
  };
}

async function storedEvents(pool: pg.Pool): Promise<number> {
  const { rows } = await pool
    .query<{ stored: string }>('select coalesce(sum(stored), 0) as stored from consumer_offset')
    .catch(() => ({ rows: [] }));
  return Number(rows[0]?.stored ?? 0);
}

/** Events per second of reading, decoding and copying the same topic, three connections at once. */
async function bareCopyRate(env: NodeJS.ProcessEnv, duration: number): Promise<number> {
  const { profile, secrets } = localServices(env);
  const log = openKafkaEventLog({
    settings: profile.kafka,
    password: secrets.kafka,
    clientId: 'bench',
    logger: silentLogger,
  });
  const server = openPostgresServer({
    settings: profile.postgres,
    password: secrets.postgres,
    applicationName: 'bench',
    logger: silentLogger,
  });
  const decode = createDecoder({
    calendar: createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 }),
    catalogue,
    currency: 'USD',
  });
  try {
    await server.longPool.query(makeBareTable);
    const starts = new Map((await log.partitions()).map(({ partition, start }) => [partition, start]));
    const reader = await log.open(starts, { alone: true });
    let copied = 0;
    let begin = 0;
    let idle = 0;
    while (idle < 3 && (begin === 0 || performance.now() - begin < duration * 1000)) {
      const batches = await reader.poll(pollRecords, 500);
      idle = batches.length === 0 ? idle + 1 : 0;
      if (batches.length > 0 && begin === 0) begin = performance.now();
      const queue = [...batches];
      await Promise.all(
        Array.from({ length: lanes }, async () => {
          for (let batch = queue.shift(); batch; batch = queue.shift()) {
            for (let start = 0; start < batch.records.length; start += chunk) {
              const records = batch.records.slice(start, start + chunk);
              const { sales } = await decodeBatch({ ...batch, records }, decode, Date.now);
              const rows = copyRows(sales);
              if (!rows) throw new Error('not copyable');
              const client = await server.pool.connect();
              try {
                await copyIn(client, copyBare, rows);
              } finally {
                client.release();
              }
              copied += sales.length;
            }
          }
        }),
      );
    }
    const rate = (copied / (performance.now() - begin)) * 1000;
    await reader.close();
    await server.longPool.query(sql`drop table bare_sale`);
    return rate;
  } finally {
    await log.close();
    await server.close();
  }
}
