#!/usr/bin/env node
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { CheckReport } from './domain/status.ts';
import { AppError, codeOf, messageOf } from './lib/app-error.ts';
import { stringifyWithBigints } from './lib/json.ts';
import { systemClock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';
import { createRuntime, type DataSource, type Runtime } from './runtime.ts';
import { profileVariables } from './settings/environment.ts';
import { findProfile, secretVariables } from './settings/find-profile.ts';
import { defaultSettings } from './settings/settings.ts';

const help = `reelmetrics: the console's backend without its window

  reelmetrics simulate <where> [--rate <events/s>] [--seconds <n>] [--seed <n>]
      Produces ticket sales and stores them. Without --seconds until Ctrl+C.
  reelmetrics consume <where> [--until-idle <seconds>]
      Stores what is in the log. With --until-idle it ends once there was no lag for that long. On services several of
      these and the console share the work: all are members of the profile's consumer group.
  reelmetrics rebuild <where> [--zone <IANA name> --cutover <hour>]
      Recomputes the rollups from the sales; with --zone and --cutover the business days too.
  reelmetrics check <where> [--json]
      Catches up, recomputes invariants I1-I5 from the sales, and prints produced, stored, duplicates, deadLettered and
      each invariant. Exit code 0 only if all hold.
  reelmetrics --help

<where> is one of
  --data-dir <folder>   the folder that holds the embedded data
  --profile <profile>   services: "local", or the file of a profile that the console exported

Environment, for "local":
${Object.entries(profileVariables)
  .map(([name, words]) => `  ${name.padEnd(28)}${words}`)
  .join('\n')}
Environment, for other profiles:
${Object.entries(secretVariables)
  .map(([name, words]) => `  ${name.padEnd(28)}${words}`)
  .join('\n')}

Exit codes: 0 done, 1 failed or an invariant is broken, 2 wrong arguments.
`;

class UsageError extends Error {}

const options = {
  'data-dir': { type: 'string' },
  profile: { type: 'string' },
  rate: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string' },
  'until-idle': { type: 'string' },
  zone: { type: 'string' },
  cutover: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
type Flags = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values'];

const stderrLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, fields) =>
    process.stderr.write(`warning: ${message}${fields ? ` ${stringifyWithBigints(fields)}` : ''}\n`),
  error: (message, fields) =>
    process.stderr.write(`error: ${message}${fields ? ` ${stringifyWithBigints(fields)}` : ''}\n`),
};

/** The worker stands beside this file: as .ts when Node runs the sources, as .js when it runs the build. */
function startWorker(): Worker {
  const source = import.meta.url.endsWith('.ts');
  return new Worker(new URL(source ? './embedded/postgres-worker.ts' : './postgres-worker.js', import.meta.url));
}

function numberFlag(
  flags: Flags,
  name: 'rate' | 'seconds' | 'seed' | 'until-idle' | 'cutover',
  min: number,
  max: number,
): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
    throw new UsageError(`--${name} wants a number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

/** Also an empty folder, and one whose first start was killed: both are opened as any start does. */
function holdsData(dataDir: string): boolean {
  if (!existsSync(dataDir)) return false;
  const traces = ['postgres', 'postgres.unfinished', 'lock'];
  return readdirSync(dataDir).length === 0 || traces.some((name) => existsSync(join(dataDir, name)));
}

async function sourceOf(flags: Flags, mustExist: boolean): Promise<DataSource> {
  const { 'data-dir': folder, profile } = flags;
  if ((folder === undefined) === (profile === undefined)) {
    throw new UsageError('one of --data-dir <folder> (embedded data) and --profile <profile> (services) is needed');
  }
  if (profile !== undefined) return { kind: 'services', ...(await findProfile(profile, process.env)) };
  const dataDir = resolve(folder ?? '');
  if (mustExist && !holdsData(dataDir)) throw new UsageError(`there is no data of ReelMetrics in ${dataDir}`);
  return { kind: 'embedded', dataDir, startWorker };
}

async function open(flags: Flags, mustExist: boolean): Promise<Runtime> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  const runtime = await createRuntime({
    source: await sourceOf(flags, mustExist),
    signal: stop.signal,
    calendar: null,
    currency: defaultSettings.currency,
    backend: 'sql',
    fallback: false,
    simulator: defaultSettings.simulator,
    logger: stderrLogger,
    consume: true,
    onProgress: ({ step }) => process.stderr.write(`${step}\n`),
  });
  process.off('SIGINT', abort);
  process.off('SIGTERM', abort);
  return runtime;
}

/**
 * Aborts at the first Ctrl+C or SIGTERM, so that a command ends by draining and closing, and when the database has
 * died: draining then says why.
 */
function interruption(runtime: Runtime): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  runtime.onStatus(() => {
    if (isDead(runtime)) abort();
  });
  return controller.signal;
}

/** Services come back; an embedded database does not. */
function isDead(runtime: Runtime): boolean {
  const { profile, database } = runtime.status();
  return profile === 'embedded' && database.state === 'down';
}

const forever = 2 ** 31 - 1;

async function simulate(flags: Flags): Promise<number> {
  const rate = numberFlag(flags, 'rate', 0.1, 5000) ?? defaultSettings.simulator.rate;
  const seed = numberFlag(flags, 'seed', 0, 0xffffffff) ?? defaultSettings.simulator.seed;
  const seconds = numberFlag(flags, 'seconds', 0.1, 86_400);
  const runtime = await open(flags, false);
  try {
    runtime.simulator.start({ ...defaultSettings.simulator, rate, seed: Math.trunc(seed) });
    await systemClock.sleep(seconds === undefined ? forever : seconds * 1000, interruption(runtime));
    await runtime.simulator.stop();
    await runtime.drain();
    const { produced, acknowledged, failed } = runtime.status().simulator;
    process.stdout.write(`produced ${produced}, acknowledged ${acknowledged}, failed ${failed}\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    await runtime.close();
  }
}

async function consume(flags: Flags): Promise<number> {
  const idleSeconds = numberFlag(flags, 'until-idle', 0, 86_400);
  const runtime = await open(flags, true);
  try {
    const interrupted = interruption(runtime);
    let idleSince = Date.now();
    while (!interrupted.aborted && (idleSeconds === undefined || Date.now() - idleSince < idleSeconds * 1000)) {
      await systemClock.sleep(100, interrupted);
      if (runtime.status().consumer.lagEvents !== 0) idleSince = Date.now();
    }
    if (!interrupted.aborted || isDead(runtime)) await runtime.drain();
    return 0;
  } finally {
    await runtime.close();
  }
}

async function rebuild(flags: Flags): Promise<number> {
  const cutover = numberFlag(flags, 'cutover', 0, 23);
  if ((flags.zone === undefined) !== (cutover === undefined)) throw new UsageError('--zone and --cutover go together');
  const runtime = await open(flags, true);
  try {
    if (flags.zone !== undefined && cutover !== undefined) await runtime.changeCalendar(flags.zone, cutover);
    else await runtime.rebuild('rollups');
    process.stdout.write(`rebuilt ${(await runtime.days()).length} business days\n`);
    return 0;
  } finally {
    await runtime.close();
  }
}

function describe(report: CheckReport): string {
  const invariants = Object.entries(report.invariants).map(([name, holds]) => `${name} ${holds ? 'holds' : 'BROKEN'}`);
  const lines = [
    `produced ${report.produced} = stored ${report.stored} + duplicates ${report.duplicates} + dead-lettered ${report.deadLettered}`,
    `gross in cents: ${Object.entries(report.grossCents)
      .map(([place, cents]) => `${place} ${cents}`)
      .join(', ')}`,
    invariants.join(', '),
    ...report.problems,
  ];
  return `${lines.join('\n')}\n`;
}

async function check(flags: Flags): Promise<number> {
  const runtime = await open(flags, true);
  try {
    await runtime.drain();
    const report = await runtime.check();
    process.stdout.write(flags.json ? `${stringifyWithBigints(report)}\n` : describe(report));
    return report.ok ? 0 : 1;
  } finally {
    await runtime.close();
  }
}

const commandByName: Record<string, (flags: Flags) => Promise<number>> = { simulate, consume, rebuild, check };

async function main(): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [name, ...rest] = positionals;
    if (values.help || name === undefined) {
      process.stdout.write(help);
      return values.help ? 0 : 2;
    }
    const command = commandByName[name];
    if (!command || rest.length > 0) throw new UsageError(`unknown command "${positionals.join(' ')}"`);
    return await command(values);
  } catch (error) {
    const usage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
    process.stderr.write(`reelmetrics: ${messageOf(error)}\n`);
    if (error instanceof AppError && error.hint) process.stderr.write(`${error.hint}\n`);
    if (usage) process.stderr.write('See reelmetrics --help.\n');
    return usage ? 2 : 1;
  }
}

// A reader that has read enough (`| head`) is no reason to end in the middle of storing.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (codeOf(error) !== 'EPIPE') throw error;
  });
}
process.exitCode = await main();
