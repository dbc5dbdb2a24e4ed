import { openProbes } from '../gateway/probes.ts';
import { systemClock } from '../ports/clock.ts';
import type { Runtime } from '../runtime.ts';
import { defaultSettings } from '../settings/settings.ts';
import { audited } from './audit.ts';
import { type Flags, numberFlag, portFlag, UsageError } from './flags.ts';
import { loggerOf } from './logger.ts';
import { type Command, interruption, isDead, open } from './open.ts';
import { stopLate, untilLate } from './stop.ts';

const forever = 2 ** 31 - 1;

/** Answers health and figures, from before the runtime is open until it is closed, where a port was given for them. */
async function withProbes(flags: Flags, opening: () => Promise<Runtime>, work: (runtime: Runtime) => Promise<number>) {
  const port = portFlag(flags, 'probe-port');
  let runtime: Runtime | null = null;
  const address = flags.address ?? '127.0.0.1';
  const probes =
    port === undefined
      ? undefined
      : await openProbes({ address, port, source: () => runtime, logger: loggerOf(flags) });
  try {
    runtime = await opening();
    try {
      return await work(runtime);
    } finally {
      await runtime.close();
    }
  } finally {
    await probes?.close();
  }
}

/** Waits until all that is in the log is stored; after a signal for a few seconds only. */
async function stored(runtime: Runtime): Promise<void> {
  try {
    await runtime.drain(stopLate);
  } catch (error) {
    if (!stopLate.aborted) throw error;
    process.stderr.write('Not all of the log is stored yet: it stays there, and the next program stores it.\n');
  }
}

/** Produces ticket sales and stores them. */
export const simulate: Command = async (flags, context) => {
  const rate = numberFlag(flags, 'rate', 0.1, 5000) ?? defaultSettings.simulator.rate;
  const seed = numberFlag(flags, 'seed', 0, 0xffffffff) ?? defaultSettings.simulator.seed;
  const seconds = numberFlag(flags, 'seconds', 0.1, 86_400);
  const days = numberFlag(flags, 'backfill', 1, 366);
  if (days !== undefined && (flags.rate ?? flags.seconds) !== undefined) {
    throw new UsageError('--backfill makes the days before now; --rate and --seconds are for sales from now on');
  }
  const opening = () => open(flags, context, { mustExist: false, simulates: true });
  return withProbes(flags, opening, async (runtime) => {
    const action = days === undefined ? 'simulator.start' : 'simulator.startBackfill';
    const target = days === undefined ? `${rate} events/s` : `${days} days`;
    if (days !== undefined) {
      const how = { seed: Math.trunc(seed), extend: flags.extend ?? false };
      return audited(runtime, flags, { action, target }, () => backfill(runtime, days, how));
    }
    await audited(runtime, flags, { action, target }, async () => {
      runtime.simulator.start({ ...defaultSettings.simulator, rate, seed: Math.trunc(seed) });
    });
    await systemClock.sleep(seconds === undefined ? forever : seconds * 1000, interruption(runtime));
    await untilLate(runtime.simulator.stop());
    await stored(runtime);
    const { produced, acknowledged, failed } = runtime.status().simulator;
    process.stdout.write(`produced ${produced}, acknowledged ${acknowledged}, failed ${failed}\n`);
    return failed === 0 ? 0 : 1;
  });
};

/** Makes the history, or what is missing of it, and stores it. */
async function backfill(
  runtime: Runtime,
  days: number,
  { seed, extend }: { readonly seed: number; readonly extend: boolean },
): Promise<number> {
  runtime.simulator.update({ ...defaultSettings.simulator, seed });
  await runtime.simulator.startBackfill(days, extend ? 'extend' : 'refuse');
  const interrupted = interruption(runtime);
  interrupted.addEventListener('abort', () => void runtime.simulator.cancelBackfill(), { once: true });
  await stored(runtime);
  const { lastError } = runtime.status().simulator;
  process.stdout.write(`${(await runtime.days()).length} business days have sales\n`);
  if (lastError !== null) process.stderr.write(`reelmetrics: ${lastError}\n`);
  return lastError === null ? 0 : 1;
}

/** Stores what is in the log. */
export const consume: Command = async (flags, context) => {
  const idleSeconds = numberFlag(flags, 'until-idle', 0, 86_400);
  const opening = () => open(flags, context, { mustExist: true });
  return withProbes(flags, opening, async (runtime) => {
    const interrupted = interruption(runtime);
    let idleSince = performance.now();
    let waiting: number | null = null;
    while (!interrupted.aborted && (idleSeconds === undefined || performance.now() - idleSince < idleSeconds * 1000)) {
      await systemClock.sleep(100, interrupted);
      const { lagEvents, code } = runtime.status().consumer;
      // What stands behind a batch that cannot be read may wait for ever: draining says so.
      const stands = code === 'batch_unreadable' && lagEvents === waiting;
      if (lagEvents !== 0 && !stands) idleSince = performance.now();
      waiting = lagEvents;
    }
    if (!interrupted.aborted || isDead(runtime)) await stored(runtime);
    return 0;
  });
};
