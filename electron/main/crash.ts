import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../backend/ports/logger.ts';

export interface CrashReport {
  readonly kind: 'uncaught exception' | 'unhandled rejection' | 'window process gone' | 'start failed';
  readonly at: string;
  readonly program: Readonly<Record<string, string>>;
  readonly detail: string;
}

/** What a crash report says of its error: the whole chain of causes with stacks, nothing of the data. */
function describeError(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 8 && current !== undefined; depth += 1) {
    parts.push(current instanceof Error ? (current.stack ?? `${current.name}: ${current.message}`) : String(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join('\ncaused by ');
}

/**
 * Writes a report into `folder` and returns its path; null when even that is impossible (full disk, no right), or when
 * there is no folder that outlives the run.
 */
export function writeCrashReport(folder: string | null, report: CrashReport, logger: Logger): string | null {
  logger.error(report.kind, { detail: report.detail });
  if (folder === null) return null;
  const file = join(folder, `${report.at.replaceAll(':', '-')}.json`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`, { flag: 'wx' });
    return file;
  } catch (error) {
    logger.error('crash report not written', { file, error });
    return null;
  }
}

export interface CrashHandling {
  /** Where reports are kept; null in a diagnostic run, whose folders are thrown away and whose stderr is read. */
  readonly folder: string | null;
  readonly logger: Logger;
  readonly program: Readonly<Record<string, string>>;
  /** Tells the user; returns when they have read it. Absent where nobody looks (a diagnostic run): stderr then. */
  readonly tell: ((title: string, text: string) => void) | null;
  readonly exit: (code: number) => void;
}

/**
 * Ends main on an error nobody caught: its state is unknown from then on, and storage is transactional, so nothing
 * acknowledged is lost. Never silently: log, report file, and a dialog or stderr.
 */
export function fatal(handling: CrashHandling, kind: CrashReport['kind'], error: unknown): void {
  const detail = describeError(error);
  const file = writeCrashReport(
    handling.folder,
    { kind, at: new Date().toISOString(), program: handling.program, detail },
    handling.logger,
  );
  const where = file === null ? 'There is no report file.' : `A report was written to ${file}`;
  process.stderr.write(`ReelMetrics stopped: ${kind}\n${detail}\n${where}\n`);
  handling.tell?.('ReelMetrics has to stop', `${detail.split('\n')[0] ?? kind}\n\nWhat was stored is safe. ${where}`);
  handling.exit(1);
}

/** Installs `fatal` for main. The first crash wins: what follows from it is noise. */
export function handleCrashes(handling: CrashHandling): void {
  let crashed = false;
  const once = (kind: CrashReport['kind']) => (error: unknown) => {
    if (crashed) return;
    crashed = true;
    fatal(handling, kind, error);
  };
  process.on('uncaughtException', once('uncaught exception'));
  process.on('unhandledRejection', once('unhandled rejection'));
  // A reader of our output that goes away (a closed terminal) is no reason to stop selling.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}
