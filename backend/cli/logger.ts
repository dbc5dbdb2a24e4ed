import { stringifyWithBigints } from '../lib/json.ts';
import type { Logger } from '../ports/logger.ts';
import { type Flags, UsageError } from './flags.ts';

const textLogger: Logger = {
  debug() {},
  info() {},
  warn: (message, fields) => process.stderr.write(`warning: ${message}${told(fields)}\n`),
  error: (message, fields) => process.stderr.write(`error: ${message}${told(fields)}\n`),
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

function told(fields: Record<string, unknown> | undefined): string {
  return fields ? ` ${stringifyWithBigints(fields)}` : '';
}

function line(level: string, message: string, fields: Record<string, unknown> = {}): void {
  const plain = Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : value]);
  process.stderr.write(
    `${stringifyWithBigints({ at: new Date().toISOString(), level, message, ...Object.fromEntries(plain) })}\n`,
  );
}
