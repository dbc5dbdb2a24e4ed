import { type BusinessCalendar, createBusinessCalendar, hostZone, isZone } from '../domain/business-day.ts';
import { catalogue as sample } from '../domain/catalogue.ts';
import { Consumer } from '../ingest/consumer.ts';
import { Projector } from '../ingest/projector.ts';
import { AppError } from '../lib/app-error.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import { LiveWindow } from '../live/live-window.ts';
import { systemClock } from '../ports/clock.ts';
import { readCatalogue } from '../postgres/catalogue.ts';
import { adoptCalendar, changeCalendar, changeCurrency, type StoredCalendar } from '../postgres/rebuild.ts';
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
  const catalogue = await readCatalogue(pool, sample);
  const inUse = new CalendarInUse(pool, catalogue, await settleCalendar(platform, options));
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
    currency: inUse.currency,
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
    catalogue,
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
 * Calendar and currency of the data, which every program that opens them follows: after finishing a change that was
 * interrupted, or, for new data, as the options say. A calendar that this runtime does not know gives way to
 * `insteadOfUnknown`, where there is one; else the start is refused, because no sale's day could be told.
 */
async function settleCalendar({ longPool, shared }: Platform, options: RuntimeOptions): Promise<StoredCalendar> {
  const wanted = { ...(options.calendar ?? { zone: hostZone(), cutoverHour: 0 }), currency: options.currency };
  // A wrong setting is told before anything is written.
  const forNewData = { ...wanted, zone: createBusinessCalendar(wanted).zone };
  const stored = await adoptCalendar(longPool, forNewData);
  const { requiredCurrency } = options;
  if (requiredCurrency !== undefined && requiredCurrency !== stored.currency) {
    await changeCurrency(longPool, requiredCurrency);
  }
  // Names are not compared: which of a zone's names is the canonical one differs between runtimes.
  if (stored.pending !== null || !isZone(stored.zone)) {
    await changeCalendar(longPool, knownCalendar(stored.pending ?? stored, options.insteadOfUnknown), {
      atOnce: shared,
      onProgress: (done, total) =>
        options.onProgress?.({ step: 'Recomputing business days', share: total === 0 ? null : done / total }),
    });
  }
  return adoptCalendar(longPool, forNewData);
}

function knownCalendar(
  stored: { readonly zone: string; readonly cutoverHour: number },
  instead: RuntimeOptions['insteadOfUnknown'],
): BusinessCalendar {
  if (isZone(stored.zone)) return createBusinessCalendar(stored);
  if (instead !== undefined) return createBusinessCalendar(instead);
  throw new AppError('bad_settings', `The data goes by the time zone "${stored.zone}", which is not known here.`, {
    hint: 'Choose another zone in Settings, General (or reelmetrics rebuild --zone), or update ReelMetrics.',
  });
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
