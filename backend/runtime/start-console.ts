import { type BusinessCalendar, createBusinessCalendar, hostZone } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
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
import { CalendarInUse } from './calendar-in-use.ts';
import { ConsoleRuntime } from './console-runtime.ts';
import { openEmbeddedPlatform } from './embedded-platform.ts';
import { readLiveSeed } from './live-seed.ts';
import type { Platform } from './platform.ts';
import { openServicesPlatform } from './services-platform.ts';
import { permitOf } from './simulation-permit.ts';
import type { Runtime, RuntimeOptions, StartProgress } from './types.ts';

/** Builds every part in order and pushes its releaser. Use `createRuntime`. */
export async function startConsole(options: RuntimeOptions, releases: ReleaseStack): Promise<Runtime> {
  const { logger } = options;
  const clock = systemClock;
  const progress = options.onProgress ?? (() => {});

  const platform = await openPlatform(options, progress, releases);
  const { pool, log, store, readModel, answers } = platform;
  await writeCatalogue(pool, catalogue);
  const inUse = new CalendarInUse(pool, options.currency, await settleCalendar(platform, options));
  const { calendar, decode } = inUse;

  const reader = new PostgresRollupReader(pool, () => calendar().zone);
  const sql = new SqlBackend({ reader, cache: answers, catalogue, clock, logger });
  const materialized = new MaterializedBackend({
    model: readModel,
    reader,
    catalogue,
    calendar,
    clock,
  });
  const backends = new BackendSwitch({ sql, materialized, chosen: options.backend, fallback: options.fallback, clock });
  const projector = new Projector({ store, rollups: reader, readModel, answers, clock, logger });
  const consumer = new Consumer({
    log,
    store,
    projector,
    decode,
    shared: platform.shared
      ? {
          generation: inUse.generation,
          storedGeneration: () => inUse.storedGeneration(),
          takeOver: () => runtime.takeOver(),
        }
      : undefined,
    clock,
    logger,
    observeOnly: options.source.kind === 'services' && options.source.profile.observeOnly,
    alone: options.alone ?? false,
    tuning: { parallel: platform.parallel },
  });
  const live = new LiveWindow({ calendar: calendar(), clock });
  const simulator = new Simulator({
    log,
    catalogue,
    currency: options.currency,
    calendar,
    settings: options.simulator,
    permit: permitOf(options.source),
    stored: {
      days: () => reader.days(),
      firstSaleAt: async (day) => (await reader.answer('series', { day, bucket: 'minute' })).value[0]?.at ?? null,
    },
    clock,
    logger,
    waitForRoom: () => (options.consume ? consumer.waitForRoom() : null),
  });

  progress({ step: 'Reading today', share: null });
  const reseed = (by: BusinessCalendar) => live.reseed(() => readLiveSeed(pool, log.topic, by, clock.now()), by);
  await reseed(calendar());

  const runtime: ConsoleRuntime = new ConsoleRuntime({
    ...platform,
    ...{ options, clock, reader, sql, materialized, backends, projector, consumer, live, simulator, releases },
    createdDatabase: platform.created,
    resetData: () => platform.reset(),
    reseed,
    decode,
    inUse,
  });
  if (options.alone) consumer.pause();
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
async function settleCalendar({ longPool, shared }: Platform, options: RuntimeOptions): Promise<StoredCalendar> {
  const wanted = options.calendar ?? { zone: hostZone(), cutoverHour: 0 };
  // A wrong setting is told before anything is written.
  createBusinessCalendar(wanted);
  const stored: StoredCalendar = await adoptCalendar(longPool, wanted);
  const imposed = options.source.kind === 'embedded' ? options.calendar : null;
  const target = imposed ?? stored.pending ?? stored;
  const calendar = createBusinessCalendar(target);
  if (stored.pending === null && calendar.zone === stored.zone && calendar.cutoverHour === stored.cutoverHour) {
    return stored;
  }
  await changeCalendar(longPool, calendar, {
    atOnce: shared,
    onProgress: (done, total) =>
      options.onProgress?.({ step: 'Recomputing business days', share: total === 0 ? null : done / total }),
  });
  return adoptCalendar(longPool, wanted);
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
