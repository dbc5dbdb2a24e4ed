/** Opening the backend for a command, and ending with it. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { profilePermit } from '../domain/simulation.ts';
import { AppError } from '../lib/app-error.ts';
import { createRuntime, type DataSource, type Runtime } from '../runtime.ts';
import { findProfile } from '../settings/find-profile.ts';
import type { Profile } from '../settings/profile.ts';
import { defaultSettings } from '../settings/settings.ts';
import { currencyFlag, type Flags, UsageError } from './flags.ts';
import { loggerOf } from './logger.ts';
import { stopAsked } from './stop.ts';

/** What commands are given besides their flags. */
export interface CommandContext {
  /** Words after the command's own. */
  readonly words: readonly string[];
  readonly startWorker: () => Worker;
}

export type Command = (flags: Flags, context: CommandContext) => Promise<number>;

export interface OpenOptions {
  /** Whether the data must be there already. */
  readonly mustExist: boolean;
  /** Whether to follow the stream at all; true unless told. */
  readonly consume?: boolean;
  /** Whether invented sales are to be made: refused before anything is opened where the profile does not allow them. */
  readonly simulates?: boolean;
  /** Leaves storing to others and follows what they store: on services only. */
  readonly observeOnly?: boolean;
  /** Stores outside of the group, and only where nobody else does (`Runtime.catchUp`). */
  readonly alone?: boolean;
  /** How long it waits for services at most, ms; for ever unless told. */
  readonly patienceMs?: number;
  /** See `RuntimeOptions`. */
  readonly insteadOfUnknown?: { readonly zone: string; readonly cutoverHour: number } | undefined;
}

/** Also an empty folder, and one whose first start was killed: both are opened as any start does. */
function holdsData(dataDir: string): boolean {
  if (!existsSync(dataDir)) return false;
  const traces = ['postgres', 'postgres.unfinished', 'lock', 'owner', 'reelmetrics.json'];
  return readdirSync(dataDir).length === 0 || traces.some((name) => existsSync(join(dataDir, name)));
}

async function sourceOf(
  flags: Flags,
  { startWorker }: CommandContext,
  { mustExist, observeOnly = false, simulates = false }: OpenOptions,
): Promise<DataSource> {
  const { 'data-dir': folder, profile } = flags;
  if ((folder === undefined) === (profile === undefined)) {
    throw new UsageError('one of --data-dir <folder> (embedded data) and --profile <profile> (services) is needed');
  }
  if (profile !== undefined) {
    const { profile: found, secrets } = await findProfile(profile, process.env);
    const opened: Profile = {
      ...found,
      observeOnly: found.observeOnly || observeOnly,
      simulation: found.simulation || namesProfile(flags['allow-simulation'], found),
    };
    if (simulates) checkSimulation(opened);
    return { kind: 'services', profile: opened, secrets };
  }
  if (observeOnly) throw new UsageError('nobody else can store into --data-dir: leave out --no-consume');
  const dataDir = resolve(folder ?? '');
  if (mustExist && !holdsData(dataDir)) throw new UsageError(`there is no data of ReelMetrics in ${dataDir}`);
  return { kind: 'embedded', dataDir, startWorker };
}

/** Errors: `UsageError` when another profile is named. */
function namesProfile(named: string | undefined, { id, name }: Profile): boolean {
  if (named === undefined) return false;
  if (named === id || named === name) return true;
  throw new UsageError(`--allow-simulation names "${named}", but the profile is "${name}"`);
}

/** Errors: `AppError` simulation_not_allowed. */
function checkSimulation(profile: Profile): void {
  const permit = profilePermit(profile);
  if (permit.allowed) return;
  throw new AppError('simulation_not_allowed', permit.reason ?? '', {
    hint: profile.observeOnly
      ? 'Use a profile that stores.'
      : `Sales that are counted stay in the topic. If that is meant, add --allow-simulation "${profile.name}".`,
  });
}

/** Errors: `UsageError`, and those of the start. */
export async function open(flags: Flags, context: CommandContext, openOptions: OpenOptions): Promise<Runtime> {
  const { patienceMs } = openOptions;
  const signal = patienceMs === undefined ? stopAsked : AbortSignal.any([stopAsked, AbortSignal.timeout(patienceMs)]);
  const logger = loggerOf(flags);
  const tell =
    flags.log === 'json' ? (step: string) => logger.info(step) : (step: string) => process.stderr.write(`${step}\n`);
  const runtime = await createRuntime({
    source: await sourceOf(flags, context, openOptions),
    signal,
    calendar: null,
    currency: defaultSettings.currency,
    requiredCurrency: currencyFlag(flags),
    insteadOfUnknown: openOptions.insteadOfUnknown,
    backend: 'sql',
    fallback: false,
    simulator: defaultSettings.simulator,
    logger,
    consume: openOptions.consume ?? true,
    alone: openOptions.alone ?? false,
    onProgress: ({ step }) => tell(step),
  });
  if (!stopAsked.aborted) return runtime;
  // Asked to end while it was opened, which embedded data do in one go.
  await runtime.close();
  throw new AppError('cancelled', 'Stopped before the work began.');
}

/**
 * Aborts at the first Ctrl+C or SIGTERM, so that a command ends by draining and closing, and when the database has
 * died: draining then says why.
 */
export function interruption(runtime: Runtime): AbortSignal {
  const died = new AbortController();
  runtime.onStatus(() => {
    if (isDead(runtime)) died.abort();
  });
  return AbortSignal.any([stopAsked, died.signal]);
}

/** Services come back, and so does an embedded database that says when it is tried again. */
export function isDead(runtime: Runtime): boolean {
  const { profile, database } = runtime.status();
  return profile === 'embedded' && database.state === 'down' && database.nextAttemptAt === null;
}
