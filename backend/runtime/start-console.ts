import type pg from 'pg';
import { type BusinessCalendar, createBusinessCalendar, hostZone } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
import { createDecoder } from '../domain/ticket-sale.ts';
import { Consumer } from '../ingest/consumer.ts';
import { Projector } from '../ingest/projector.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import { LiveWindow } from '../live/live-window.ts';
import { systemClock } from '../ports/clock.ts';
import { writeCatalogue } from '../postgres/catalogue.ts';
import { adoptCalendar, changeCalendar, type StoredCalendar } from '../postgres/rebuild.ts';
import { PostgresRollupReader } from '../postgres/rollup-reader.ts';
import { BackendSwitch } from '../query/backend-switch.ts';
import { MaterializedBackend } from '../query/materialized-backend.ts';
import { SqlBackend } from '../query/sql-backend.ts';
import { Simulator } from '../simulator/simulator.ts';
import { ConsoleRuntime } from './console-runtime.ts';
import { openEmbeddedPlatform } from './embedded-platform.ts';
import { readLiveSeed } from './live-seed.ts';
import type { Platform } from './platform.ts';
import { openServicesPlatform } from './services-platform.ts';
import type { Runtime, RuntimeOptions, StartProgress } from './types.ts';

/** Builds every part in order and pushes its releaser. Use `createRuntime`. */
export async function startConsole(options: RuntimeOptions, releases: ReleaseStack): Promise<Runtime> {
  const { logger } = options;
  const clock = systemClock;
  const progress = options.onProgress ?? (() => {});

  const platform = await openPlatform(options, progress, releases);
  const { pool, log, store, readModel, answers } = platform;
  await writeCatalogue(pool, catalogue);
  let calendar = await settleCalendar(platform.longPool, options);
  let decode = createDecoder({ calendar, catalogue, currency: options.currency });

  const reader = new PostgresRollupReader(pool, () => calendar.zone);
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
  const consumer = new Consumer({
    log,
    store,
    projector,
    decode: (value, now) => decode(value, now),
    clock,
    logger,
    observeOnly: options.source.kind === 'services' && options.source.profile.observeOnly,
    tuning: { parallel: platform.parallel },
  });
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
    live.reseed(() => readLiveSeed(pool, log.topic, calendar, clock.now()), next);
  await reseed();

  const runtime = new ConsoleRuntime({
    ...platform,
    ...{ options, clock, reader, sql, materialized, backends, projector, consumer, live, simulator, releases },
    createdDatabase: platform.created,
    resetData: () => platform.reset(),
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
    releases.push('retention', platform.keepRetention());
  }
  releases.push('simulator', () => simulator.close());
  return runtime;
}

/**
 * The calendar of the data, after finishing a change that was interrupted or making a new one. Embedded data follow the
 * one asked for; services keep theirs, which all programs that share them follow until it is changed in Settings.
 */
async function settleCalendar(pool: pg.Pool, options: RuntimeOptions): Promise<BusinessCalendar> {
  const wanted = options.calendar ?? { zone: hostZone(), cutoverHour: 0 };
  // A wrong setting is told before anything is written.
  createBusinessCalendar(wanted);
  const stored: StoredCalendar = await adoptCalendar(pool, wanted);
  const imposed = options.source.kind === 'embedded' ? options.calendar : null;
  const target = imposed ?? stored.pending ?? stored;
  const calendar = createBusinessCalendar(target);
  if (stored.pending !== null || calendar.zone !== stored.zone || calendar.cutoverHour !== stored.cutoverHour) {
    await changeCalendar(pool, calendar, (done, total) =>
      options.onProgress?.({ step: 'Recomputing business days', share: total === 0 ? null : done / total }),
    );
  }
  return calendar;
}

async function openPlatform(
  options: RuntimeOptions,
  onProgress: (progress: StartProgress) => void,
  releases: ReleaseStack,
): Promise<Platform> {
  const { source, logger } = options;
  switch (source.kind) {
    case 'embedded':
      return openEmbeddedPlatform({ ...source, logger }, onProgress, releases);
    case 'services':
      return openServicesPlatform({ ...source, logger, signal: options.signal }, onProgress, releases);
  }
}
