import { codeOf, messageOf } from '../lib/app-error.ts';
import { stringifyWithBigints } from '../lib/json.ts';
import { printable, printableJson } from '../lib/plain-text.ts';
import type { Logger } from '../ports/logger.ts';
import { type Flags, UsageError } from './flags.ts';

type Fields = Record<string, unknown> | undefined;

const textLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, fields) => process.stderr.write(`warning: ${printable(message)}${told(fields)}\n`),
  error: (message, fields) => process.stderr.write(`error: ${printable(message)}${told(fields)}\n`),
};

const jsonLogger: Logger = {
  debug() {},
  info: (message, fields) => line('info', message, fields),
  warn: (message, fields) => line('warn', message, fields),
  error: (message, fields) => line('error', message, fields),
};

/** Text for people (warnings and errors), JSON lines for collectors; on stderr. Errors: `UsageError`. */
export function loggerOf({ log = 'text' }: Flags): Logger {
  if (log === 'text') return textLogger;
  if (log === 'json') return jsonLogger;
  throw new UsageError(`--log wants text or json, not "${log}"`);
}

/** Warnings of Node as lines of this log, each kind once: one that comes with every timer would fill a disk. */
export function logWarningsOfNode(logger: Logger): void {
  const told = new Set<string>();
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    const kind = codeOf(warning) ?? warning.name;
    // Of what Node itself calls experimental, users know nothing.
    if (told.has(kind) || kind === 'ExperimentalWarning') return;
    told.add(kind);
    logger.warn(`${warning.name}: ${warning.message}`);
  });
}

function told(fields: Fields): string {
  return fields ? ` ${printableJson(stringifyWithBigints(plain(fields)))}` : '';
}

function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? messageOf(value) : value]),
  );
}

function line(level: string, message: string, fields: Fields = {}): void {
  const entry = { at: new Date().toISOString(), level, message, ...plain(fields) };
  process.stderr.write(`${printableJson(stringifyWithBigints(entry))}\n`);
}
