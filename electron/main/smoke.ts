import { readFile, writeFile } from 'node:fs/promises';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { app, type BrowserWindow, type NativeImage } from 'electron';
import { AppError } from '../../backend/lib/app-error.ts';
import { systemClock } from '../../backend/ports/clock.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import type { Runtime } from '../../backend/runtime.ts';
import type { AppInfo, DiagnosticsReport } from '../contract/signatures.ts';
import type { SmokeOptions } from './arguments.ts';
import type { Feed } from './feed.ts';
import { launchedAt } from './info.ts';
import type { RuntimeHost } from './runtime-host.ts';
import type { SettingsStore } from './settings-store.ts';
import { buildReport, type SmokeReport } from './smoke-report.ts';

export interface SmokeContext {
  readonly options: SmokeOptions;
  readonly window: BrowserWindow;
  readonly host: RuntimeHost;
  readonly feed: Feed;
  readonly settings: SettingsStore;
  readonly info: () => AppInfo;
  readonly inbox: ReportInbox;
  readonly logger: Logger;
}

/** Start-up, the drain and the checks may take this long beyond the seconds asked for. */
const allowanceMs = 240_000;
const pageCatchUpMs = 5000;
const pageAnswerMs = 1000;

/** Interval of the timer that feels for the event loop's delay, ms; see `delayOf`. */
const loopResolutionMs = 2;

/** Takes the page's reports and hands each to whoever waits for the next one. */
export class ReportInbox {
  #waiting: ((report: DiagnosticsReport) => void) | undefined;

  readonly take = (report: DiagnosticsReport): void => {
    this.#waiting?.(report);
    this.#waiting = undefined;
  };

  /** The next report, or null after `ms`. */
  next(ms: number): Promise<DiagnosticsReport | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = undefined;
        resolve(null);
      }, ms);
      this.#waiting = (report) => {
        clearTimeout(timer);
        resolve(report);
      };
    });
  }
}

/** The diagnostic run: returns the exit code, 0 only if everything holds. Never throws. */
export async function runSmoke(context: SmokeContext): Promise<number> {
  const { options, logger } = context;
  const limit = options.seconds * 1000 + allowanceMs;
  let timer: NodeJS.Timeout | undefined;
  try {
    const overdue = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new AppError('cancelled', `The diagnostic run did not end within ${limit / 1000} s.`)),
        limit,
      );
    });
    const report = await Promise.race([measure(context), overdue]);
    await writeReport(options, report);
    for (const problem of report.problems) process.stderr.write(`smoke: ${problem}\n`);
    process.stderr.write(
      `smoke: ${report.ok ? 'ok' : 'FAILED'}, ${report.stored} stored of ${report.produced} produced\n`,
    );
    return report.ok ? 0 : 1;
  } catch (error) {
    logger.error('diagnostic run failed', { error });
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`smoke: FAILED, ${message}\n`);
    await writeReport(options, {
      ok: false,
      electron: process.versions.electron,
      packaged: app.isPackaged,
      profile: 'embedded',
      problems: [message],
    }).catch((cause: unknown) => logger.error('report not written', { cause }));
    return 1;
  } finally {
    clearTimeout(timer);
  }
}

async function measure(context: SmokeContext): Promise<SmokeReport> {
  const { options, host, feed, settings, window, info, inbox } = context;
  const [runtime] = await Promise.all([host.start(settings.current.dataSource ?? 'embedded'), pageLoaded(window)]);

  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  loop.enable();
  sayWhenStored(runtime);
  runtime.simulator.start(settings.current.simulator);
  await systemClock.sleep(options.seconds * 1000);
  const memoryMb = await memory(window);
  const picture = options.screenshot === null ? null : await window.webContents.capturePage();
  await runtime.simulator.stop();
  loop.disable();
  const { backPressureMs } = runtime.status().simulator;
  await runtime.drain();

  if (picture !== null) await writePicture(options, picture);
  const page = await pageCaughtUp(runtime, feed, inbox);
  const check = await runtime.check();
  const shown = page === null ? null : { events: page.events, grossCents: BigInt(page.grossCents) };
  const reconciliation = await runtime.reconcile(shown);
  const { version, electron, chrome, node, packaged } = info();
  return buildReport({
    program: { version, electron, chrome, node, packaged },
    profile: runtime.status().profile,
    requested: { seconds: options.seconds, rate: options.rate },
    launchedAt: launchedAt(),
    check,
    reconciliation,
    page,
    loopDelayMs: {
      p50: delayOf(loop, 50),
      p99: delayOf(loop, 99),
      max: Math.max(0, loop.max / 1e6 - loopResolutionMs),
    },
    backPressureMs,
    memoryMb,
    feed: feed.figures(),
  });
}

/** Says once, for programs that watch from outside, that sales of this run are being stored. */
function sayWhenStored(runtime: Runtime): void {
  const before = runtime.live.snapshot().ledger.events;
  const unsubscribe = runtime.onStatus(() => {
    if (runtime.live.snapshot().ledger.events === before) return;
    unsubscribe();
    process.stderr.write('smoke: sales are being stored\n');
  });
}

/**
 * A delay of main's event loop, ms. The histogram holds the time between two turns of a 2 ms timer, which is 2 ms when
 * nothing delays it, so that is taken off; a delay can come out short by at most those 2 ms.
 */
function delayOf(loop: IntervalHistogram, percentile: number): number {
  return Math.max(0, loop.percentile(percentile) / 1e6 - loopResolutionMs);
}

function pageLoaded(window: BrowserWindow): Promise<void> {
  const { webContents: contents } = window;
  if (!contents.isLoading() && contents.getURL() !== '') return Promise.resolve();
  return new Promise((resolve, reject) => {
    contents.once('did-finish-load', () => resolve());
    contents.once('did-fail-load', (_event, _code, description) =>
      reject(new AppError('not_available', `The window did not load: ${description}`)),
    );
  });
}

/** Asks the page until its ledger is main's (the last tick may be on its way); its last word after 5 s, null if it never spoke. */
async function pageCaughtUp(runtime: Runtime, feed: Feed, inbox: ReportInbox): Promise<DiagnosticsReport | null> {
  const until = performance.now() + pageCatchUpMs;
  let last: DiagnosticsReport | null = null;
  do {
    const answer = inbox.next(pageAnswerMs);
    feed.askForDiagnostics();
    last = (await answer) ?? last;
    const { ledger } = runtime.live.snapshot();
    if (last !== null && last.events === ledger.events && last.grossCents === String(ledger.grossCents)) return last;
    await systemClock.sleep(100);
  } while (performance.now() < until);
  return last;
}

/**
 * Memory of main and of the page, MB. On Linux the proportional set size, which counts a page of memory that several
 * processes map (Chromium itself, for one) once between them; elsewhere the working set.
 */
async function memory(window: BrowserWindow): Promise<{ main: number; renderer: number }> {
  const metrics = app.getAppMetrics();
  const megabytes = async (pid: number): Promise<number> => {
    const workingSet = metrics.find((metric) => metric.pid === pid)?.memory.workingSetSize ?? 0;
    const kilobytes = process.platform === 'linux' ? await proportionalSet(pid) : null;
    return Math.round((kilobytes ?? workingSet) / 1024);
  };
  return { main: await megabytes(process.pid), renderer: await megabytes(window.webContents.getOSProcessId()) };
}

/** In KB; null where the kernel does not tell. */
async function proportionalSet(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes);
}

async function writeReport(options: SmokeOptions, report: object): Promise<void> {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (options.report === null) process.stdout.write(text);
  else await writeFile(options.report, text);
}

async function writePicture(options: SmokeOptions, picture: NativeImage): Promise<void> {
  if (options.screenshot !== null) await writeFile(options.screenshot, picture.toPNG());
}
