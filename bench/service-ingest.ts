/**
 * Kafka -> PostgreSQL -> Redis by a headless worker, from a topic that was filled before; in the same run a bare COPY
 * of the same topic into a table with the columns and indexes of `sale`, without dedupe, rollups or read model.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createBusinessCalendar } from '../backend/domain/business-day.ts';
import { catalogue } from '../backend/domain/catalogue.ts';
import { createDecoder } from '../backend/domain/ticket-sale.ts';
import { decodeBatch } from '../backend/ingest/decode-slices.ts';
import { openKafkaEventLog } from '../backend/kafka/kafka-event-log.ts';
import { sql } from '../backend/lib/sql.ts';
import { silentLogger } from '../backend/ports/logger.ts';
import { copyIn } from '../backend/postgres/copy-in.ts';
import { copyRows } from '../backend/postgres/copy-rows.ts';
import { openPostgresServer } from '../backend/postgres/server-database.ts';
import { localServices } from '../backend/settings/environment.ts';

const cli = fileURLToPath(new URL('../backend/cli.ts', import.meta.url));
const lanes = 3;
const pollRecords = 24_000;
const chunk = 8_000;

const makeBareTable = sql`
  create table bare_sale (like sale including all); alter table bare_sale alter partition set default 0`;
const copyBare = sql`
  copy bare_sale (id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at,
    business_day, refund_of, log_offset) from stdin (format binary)`;

/** Events per second of a worker, from its first commit on, for at most `seconds`. */
export async function workerRate(env: NodeJS.ProcessEnv, seconds: number, workers = 1): Promise<number> {
  const pool = new pg.Pool({ connectionString: env.REELMETRICS_DATABASE_URL, max: 1 });
  const children = Array.from({ length: workers }, () =>
    fork(cli, ['consume', '--profile', 'local', '--until-idle', '2'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  );
  const ended = Promise.all(children.map((child) => once(child, 'exit')));
  let running = true;
  void ended.then(() => {
    running = false;
  });
  let first: { at: number; stored: number } | undefined;
  let last = { at: 0, stored: 0 };
  while (running && (first === undefined || performance.now() - first.at < seconds * 1000)) {
    const stored = await storedEvents(pool);
    const now = performance.now();
    if (stored > last.stored) {
      last = { at: now, stored };
      first ??= last;
    }
    await sleep(250);
  }
  for (const child of children) child.kill('SIGTERM');
  await ended;
  await pool.end();
  if (first === undefined || last.at === first.at) throw new Error('the worker stored nothing');
  return ((last.stored - first.stored) / (last.at - first.at)) * 1000;
}

async function storedEvents(pool: pg.Pool): Promise<number> {
  const { rows } = await pool
    .query<{ stored: string }>('select coalesce(sum(stored), 0) as stored from consumer_offset')
    .catch(() => ({ rows: [] }));
  return Number(rows[0]?.stored ?? 0);
}

/** Events per second of reading, decoding and copying the same topic, three connections at once. */
export async function bareCopyRate(env: NodeJS.ProcessEnv, seconds: number): Promise<number> {
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
    while (idle < 3 && (begin === 0 || performance.now() - begin < seconds * 1000)) {
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
