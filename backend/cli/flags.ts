import type { parseArgs } from 'node:util';
import { isCurrency } from '../domain/money.ts';

/** Wrong arguments: exit code 2. */
export class UsageError extends Error {}

export const options = {
  'data-dir': { type: 'string' },
  embedded: { type: 'boolean' },
  profile: { type: 'string' },
  rate: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string' },
  'until-idle': { type: 'string' },
  currency: { type: 'string' },
  zone: { type: 'string' },
  cutover: { type: 'string' },
  before: { type: 'string' },
  to: { type: 'string' },
  from: { type: 'string' },
  json: { type: 'boolean' },
  log: { type: 'string' },
  simulate: { type: 'string' },
  'allow-simulation': { type: 'string' },
  backfill: { type: 'string' },
  extend: { type: 'boolean' },
  address: { type: 'string' },
  'sql-port': { type: 'string' },
  'materialized-port': { type: 'string' },
  'probe-port': { type: 'string' },
  'host-name': { type: 'string', multiple: true },
  'behind-proxy': { type: 'string', multiple: true },
  'no-auth': { type: 'boolean' },
  'no-consume': { type: 'boolean' },
  role: { type: 'string' },
  'password-file': { type: 'string' },
  limit: { type: 'string' },
  words: { type: 'string' },
  actor: { type: 'string' },
  outcome: { type: 'string' },
  action: { type: 'string' },
  since: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
export type Flags = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values'];

type NumberFlag =
  | 'rate'
  | 'seconds'
  | 'seed'
  | 'until-idle'
  | 'cutover'
  | 'simulate'
  | 'limit'
  | 'backfill'
  | 'sql-port'
  | 'materialized-port'
  | 'probe-port';

/** undefined when it was not given. Errors: `UsageError`. */
export function numberFlag(flags: Flags, name: NumberFlag, min: number, max: number): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
    throw new UsageError(`--${name} wants a number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

/** An ISO 4217 code; undefined when it was not given. Errors: `UsageError`. */
export function currencyFlag({ currency }: Flags): string | undefined {
  if (currency === undefined || isCurrency(currency)) return currency;
  throw new UsageError(`--currency takes an ISO 4217 code, such as EUR or JPY, not "${currency}"`);
}

/** undefined when it was not given. Errors: `UsageError`. */
export function portFlag(flags: Flags, name: 'sql-port' | 'materialized-port' | 'probe-port'): number | undefined {
  const port = numberFlag(flags, name, 0, 65_535);
  if (port !== undefined && !Number.isInteger(port)) throw new UsageError(`--${name} wants a whole number`);
  return port;
}
