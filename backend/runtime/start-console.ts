import type pg from 'pg';
import { type BusinessCalendar, createBusinessCalendar, hostZone } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
import { createDecoder } from '../domain/ticket-sale.ts';
import { openEmbeddedDatabase } from '../embedded/embedded-database.ts';
import { type EmbeddedEventLog, openEmbeddedEventLog } from '../embedded/embedded-event-log.ts';
import { eventLogMigrations } from '../embedded/event-log-migrations.ts';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import { Consumer } from '../ingest/consumer.ts';
import { Projector } from '../ingest/projector.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import { LiveWindow } from '../live/live-window.ts';
import { systemClock } from '../ports/clock.ts';
import { writeCatalogue } from '../postgres/catalogue.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';
import { adoptCalendar, changeCalendar, type StoredCalendar } from '../postgres/rebuild.ts';
import { PostgresRollupReader } from '../postgres/rollup-reader.ts';
import { PostgresSaleStore } from '../postgres/sale-store.ts';
import { BackendSwitch } from '../query/backend-switch.ts';
import { MaterializedBackend } from '../query/materialized-backend.ts';
import { SqlBackend } from '../query/sql-backend.ts';
import { Simulator } from '../simulator/simulator.ts';
import { ConsoleRuntime } from './console-runtime.ts';
import { readLiveSeed } from './live-seed.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

const topic = 'ticket-sales';
const retentionPeriodMs = 600_000;

/** Builds every part in order and pushes its releaser. Use `createRuntime`. */
export async function startConsole(options: RuntimeOptions, releases: ReleaseStack): Promise<Runtime> {
  const { logger } = options;
  const clock = systemClock;
  const progress = options.onProgress ?? (() => {});

  const database = await openEmbeddedDatabase({
    dataDir: options.dataDir,
    startWorker: options.startWorker,
    onProgress: progress,
    logger,
  });
  releases.push('database', () => database.close());
  const { pool } = database;

  progress({ step: 'Preparing tables', share: null });
  await migrate(pool, coreMigrations);
  await migrate(pool, eventLogMigrations);
  await writeCatalogue(pool, catalogue);
  let calendar = await settleCalendar(pool, options);
  let decode = createDecoder({ calendar, catalogue, currency: options.currency });

  const log = await openEmbeddedEventLog(pool, { topic });
  releases.push('event log', () => log.close());
  const store = new PostgresSaleStore(pool);
  const reader = new PostgresRollupReader(pool, () => calendar.zone);
  const readModel = new MemoryReadModel();
  const answers = new MemoryAnswerCache();
  const sql = new SqlBackend({ reader, cache: answers, catalogue, clock, logger });
  const materialized = new MaterializedBackend({
    model: readModel,
    reader,
    catalogue,
    calendar: () => calendar,
    clock,
  });
  const backends = new BackendSwitch({ sql, materialized, chosen: options.backend, fallback: options.fallback, clock });
  const projector = new Projector({ store, rollups: reader, readModel, answers, clock, logger });
  const consumer = new Consumer({ log, store, projector, decode: (value, now) => decode(value, now), clock, logger });
  const live = new LiveWindow({ calendar, clock });
  const simulator = new Simulator({
    log,
    catalogue,
    currency: options.currency,
    calendar: () => calendar,
    settings: options.simulator,
    clock,
    logger,
    waitForRoom: () => (options.consume ? consumer.waitForRoom() : null),
  });

  progress({ step: 'Reading today', share: null });
  const reseed = (next?: BusinessCalendar) =>
    live.reseed(async () => readLiveSeed(pool, reader, calendar, await store.offsets(topic), clock.now()), next);
  await reseed();

  const runtime = new ConsoleRuntime({
    ...{
      options,
      clock,
      pool,
      log,
      store,
      reader,
      readModel,
      sql,
      materialized,
      backends,
      projector,
      consumer,
      live,
      simulator,
    },
    database,
    releases,
    reseed,
    decode: (value, now) => decode(value, now),
    calendar: () => calendar,
    setCalendar: (next) => {
      calendar = next;
      decode = createDecoder({ calendar: next, catalogue, currency: options.currency });
    },
  });
  if (options.consume) {
    consumer.start();
    releases.push('consumer', () => consumer.stop());
    releases.push(
      'retention',
      keepRetention(log, store, (reason) => logger.warn('retention failed', { reason })),
    );
  }
  releases.push('simulator', () => simulator.close());
  return runtime;
}

/** The calendar of the data: the one asked for, after finishing a change that was interrupted or making a new one. */
async function settleCalendar(pool: pg.Pool, options: RuntimeOptions): Promise<BusinessCalendar> {
  const wanted = options.calendar ?? { zone: hostZone(), cutoverHour: 0 };
  // A wrong setting is told before anything is written.
  createBusinessCalendar(wanted);
  const stored: StoredCalendar = await adoptCalendar(pool, wanted);
  const target = options.calendar ?? stored.pending ?? stored;
  const calendar = createBusinessCalendar(target);
  if (stored.pending !== null || calendar.zone !== stored.zone || calendar.cutoverHour !== stored.cutoverHour) {
    await changeCalendar(pool, calendar, (done, total) =>
      options.onProgress?.({ step: 'Recomputing business days', share: total === 0 ? null : done / total }),
    );
  }
  return calendar;
}

/** Drops what the log need not hold any more, now and then. Returns the stop, which waits for the round in hand. */
function keepRetention(
  log: EmbeddedEventLog,
  store: PostgresSaleStore,
  onFailure: (reason: string) => void,
): () => Promise<void> {
  let round: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    round = store
      .offsets(log.topic)
      .then((offsets) => log.applyRetention(offsets))
      .catch((error: unknown) => onFailure(String(error)));
  }, retentionPeriodMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return round;
  };
}
