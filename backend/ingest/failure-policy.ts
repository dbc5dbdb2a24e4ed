/** What the consumer does about a failure: one table, by error code. */
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import type { BackoffRange } from '../lib/backoff.ts';

export interface FailurePolicy {
  /** degraded: it will most likely go on by itself soon; down: nothing is stored until something is done or comes back. */
  readonly state: 'degraded' | 'down';
  readonly range: BackoffRange;
  /** What a person can do. */
  readonly advice: string;
}

const contention: FailurePolicy = {
  state: 'degraded',
  range: { baseMs: 20, capMs: 1_000 },
  advice: 'Another transaction was in the way; it is tried again.',
};
const locked: FailurePolicy = {
  state: 'degraded',
  range: { baseMs: 250, capMs: 2_000 },
  advice: 'Another program works on all that is stored (a rebuild, a reset); storing goes on when it is through.',
};
const changed: FailurePolicy = {
  state: 'degraded',
  range: { baseMs: 10, capMs: 1_000 },
  advice: 'That is taken over, and storing goes on.',
};
const connection: FailurePolicy = {
  state: 'down',
  range: { baseMs: 250, capMs: 10_000 },
  advice: 'The database cannot be reached. Events wait in the log and are stored when it is back.',
};
const resources: FailurePolicy = {
  state: 'down',
  range: { baseMs: 1_000, capMs: 10_000 },
  advice: 'The database has run out of disk, memory or connections. Make room; nothing is lost meanwhile.',
};
const noRoom: FailurePolicy = {
  state: 'down',
  range: { baseMs: 1_000, capMs: 5_000 },
  advice: 'Make room on it; storing resumes within seconds.',
};
const damaged: FailurePolicy = {
  state: 'down',
  range: { baseMs: 5_000, capMs: 60_000 },
  advice: 'Put a copy of the data in its place that was made while ReelMetrics was closed.',
};
const folderLost: FailurePolicy = {
  state: 'down',
  range: { baseMs: 5_000, capMs: 60_000 },
  advice: 'Start ReelMetrics again when one program alone uses the folder, in its place.',
};
const setup: FailurePolicy = {
  state: 'down',
  range: { baseMs: 5_000, capMs: 60_000 },
  advice: 'The database does not let the console work: check its user, rights and schema.',
};
const slow: FailurePolicy = {
  state: 'degraded',
  range: { baseMs: 500, capMs: 10_000 },
  advice: 'The database took too long. It is tried again; see what else keeps it busy.',
};
const readOnly: FailurePolicy = {
  state: 'down',
  range: { baseMs: 1_000, capMs: 10_000 },
  advice: 'The database takes no writes: it is a standby or set to read-only. Events wait in the log.',
};
const log: FailurePolicy = {
  state: 'down',
  range: { baseMs: 250, capMs: 10_000 },
  advice: 'The event log cannot be read. It is tried again.',
};
const kafkaAway: FailurePolicy = {
  state: 'down',
  range: { baseMs: 250, capMs: 4_000 },
  advice: 'It is tried again. What is stored stays, and what producers send later is read later.',
};
const kafkaRefuses: FailurePolicy = {
  state: 'down',
  range: { baseMs: 2_000, capMs: 15_000 },
  advice: 'Set it right in the connection profile or on the broker; it is tried again meanwhile.',
};
const unknown: FailurePolicy = {
  state: 'down',
  range: { baseMs: 500, capMs: 15_000 },
  advice: 'It is tried again. If this stays, see the log file.',
};

/** SQLSTATE codes and classes (PostgreSQL, appendix A), errno names, codes of OpenSSL. The first prefix wins. */
const table: readonly (readonly [prefix: string, policy: FailurePolicy])[] = [
  ['40001', contention],
  ['40P01', contention],
  ['55P03', locked],
  ['57014', slow],
  ['25006', readOnly],
  ['25P03', connection],
  ['08', connection],
  ['57P', connection],
  ['ECONN', connection],
  ['EPIPE', connection],
  ['ENOENT', connection],
  ['ETIMEDOUT', connection],
  ['ENOTFOUND', connection],
  ['EHOSTUNREACH', connection],
  ['EHOSTDOWN', connection],
  ['ENETUNREACH', connection],
  ['EAI_', connection],
  ['EPROTO', setup],
  ['ERR_TLS', setup],
  ['ERR_SSL', setup],
  ['CERT_', setup],
  ['SELF_SIGNED', setup],
  ['DEPTH_ZERO', setup],
  ['UNABLE_TO_', setup],
  ['53', resources],
  ['58', resources],
  ['28', setup],
  ['3D', setup],
  ['3F', setup],
  ['42', setup],
  ['XX001', damaged],
  ['XX002', damaged],
  ['data_damaged', damaged],
  ['disk_full', noRoom],
  ['data_folder', folderLost],
  ['log_failed', log],
  ['data_changed', changed],
  ['kafka_down', kafkaAway],
  ['kafka_refused', kafkaRefuses],
];

/** The policy for anything the consumer's round may throw. */
export function failurePolicyFor(error: unknown): FailurePolicy {
  // An errno says that a connection failed, not whose.
  const ofKafka = error instanceof AppError && error.code.startsWith('kafka_');
  const code = ofKafka ? error.code : rootCodeOf(error);
  const entry = code === null ? undefined : table.find(([prefix]) => code.startsWith(prefix));
  if (entry) return entry[1];
  // The client library has no code for a connection that ends in the middle of a query, or does not answer.
  if (
    /connection (terminated|ended|closed)|not queryable|read timeout|timeout exceeded|timeout expired/i.test(
      messageOf(error),
    )
  )
    return connection;
  return unknown;
}

/** The code of the deepest cause that has one the table knows; an AppError wraps what really happened. */
export function rootCodeOf(error: unknown): string | null {
  if (error instanceof AppError && error.cause !== undefined) return rootCodeOf(error.cause) ?? error.code;
  return codeOf(error);
}
