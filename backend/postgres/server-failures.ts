/** What PostgreSQL and the way to it can answer instead of doing what was asked, in words, with what to do. */
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import type { PostgresSettings } from '../settings/profile.ts';

interface Failure {
  /** refused: the same attempt fails until someone changes something. */
  readonly kind: 'down' | 'refused';
  readonly what: (server: PostgresSettings, message: string) => string;
  readonly hint: (server: PostgresSettings) => string;
}

const at = ({ host, port }: PostgresSettings) => `${host}:${port}`;

const unknownHost: Failure = {
  kind: 'down',
  what: ({ host }) => `The host name ${host} is not known.`,
  hint: () => 'Check the host name in the profile, and the network.',
};
const refusedConnection: Failure = {
  kind: 'down',
  what: (server) => `Nothing listens at ${at(server)} (connection refused).`,
  hint: () => 'Start PostgreSQL, or check host and port in the profile.',
};
const noAnswer: Failure = {
  kind: 'down',
  what: (server) => `PostgreSQL at ${at(server)} does not answer.`,
  hint: () => 'Check host and port in the profile, the network, and firewalls in between.',
};
const lost: Failure = {
  kind: 'down',
  what: (server) => `The connection to PostgreSQL at ${at(server)} was lost.`,
  hint: () => 'It is tried again by itself.',
};
const starting: Failure = {
  kind: 'down',
  what: (server, message) => `PostgreSQL at ${at(server)} is starting, stopping or recovering (${message}).`,
  hint: () => 'It is tried again by itself.',
};
const noTls: Failure = {
  kind: 'refused',
  what: (server) => `PostgreSQL at ${at(server)} does not offer TLS.`,
  hint: () => 'Switch TLS off in the profile, or on in the server (ssl = on).',
};
const tlsWanted: Failure = {
  kind: 'refused',
  what: (server, message) => `PostgreSQL at ${at(server)} refuses the connection: ${message}.`,
  hint: () => 'Switch TLS on in the profile, or let this computer and user in (pg_hba.conf).',
};
const badCertificate: Failure = {
  kind: 'refused',
  what: (server, message) => `The certificate of PostgreSQL at ${at(server)} is not accepted: ${message}.`,
  hint: () =>
    'Give the certificate of the authority that signed it (PEM) in the profile, and the host name that it is made out to.',
};
const signIn: Failure = {
  kind: 'refused',
  what: (server) => `PostgreSQL at ${at(server)} does not let the user ${server.user} in.`,
  hint: () =>
    'Check user and password in the profile: on a computer without keyring a password is forgotten when ReelMetrics closes.',
};
const noDatabase: Failure = {
  kind: 'refused',
  what: (server) => `PostgreSQL at ${at(server)} has no database ${server.database}.`,
  hint: (server) => `Create it (create database "${server.database}"), or choose another one in the profile.`,
};
const noRights: Failure = {
  kind: 'refused',
  what: (server, message) => `The user ${server.user} may not do what is needed: ${message}.`,
  hint: (server) =>
    `Grant it: grant create, temporary on database "${server.database}" and create on its schema, or make the user the owner.`,
};
const readOnly: Failure = {
  kind: 'refused',
  what: (server) => `PostgreSQL at ${at(server)} takes no writes: it is a standby or set to read-only.`,
  hint: () => 'Choose the primary server in the profile. A profile that only observes can read from a standby.',
};
const diskFull: Failure = {
  kind: 'down',
  what: (server) => `The disk of PostgreSQL at ${at(server)} is full.`,
  hint: () => 'Make room. Events wait in the log meanwhile; nothing is lost.',
};
const connections: Failure = {
  kind: 'down',
  what: (server) => `PostgreSQL at ${at(server)} has no connection left.`,
  hint: () => 'Close other programs that use it, or raise max_connections.',
};
const resources: Failure = {
  kind: 'down',
  what: (server, message) => `PostgreSQL at ${at(server)} has run out of something: ${message}.`,
  hint: () => 'See its log. Events wait in the log meanwhile; nothing is lost.',
};
const otherTables: Failure = {
  kind: 'refused',
  what: (server, message) => `The tables in ${server.database} are of another version of ReelMetrics: ${message}.`,
  hint: () => 'Update ReelMetrics here. Events wait in the log meanwhile; nothing is lost.',
};
const pooler: Failure = {
  kind: 'refused',
  what: (server, message) =>
    `What lies between here and PostgreSQL at ${at(server)} is a connection pooler that does not show itself: ${message}.`,
  hint: () => 'Set its pool_mode to session, or enter the address of the server itself in the profile.',
};
const poolerRefusal: Failure = {
  kind: 'down',
  what: (server, message) => `The connection pooler at ${at(server)} refuses: ${message}.`,
  hint: () => 'See the log of the pooler. Events wait in the log meanwhile; nothing is lost.',
};
const statementPooling: Failure = {
  kind: 'refused',
  what: (server, message) => `The connection pooler at ${at(server)} cannot be used: ${message}.`,
  hint: () => 'Set its pool_mode to transaction or session: a batch of events is one transaction.',
};
const tooLong: Failure = {
  kind: 'down',
  what: (server, message) => `PostgreSQL at ${at(server)} has ended a statement that took too long: ${message}.`,
  hint: () =>
    'Look at the load of the server, and at statement_timeout and lock_timeout of the role, the database and poolers.',
};
const noSchema: Failure = {
  kind: 'refused',
  what: ({ database, user }) => `The database ${database} has no schema in which the user ${user} could make tables.`,
  hint: ({ user }) => `Create one (create schema authorization "${user}"), or set search_path of the user.`,
};
const other: Failure = {
  kind: 'down',
  what: (server, message) => `PostgreSQL at ${at(server)}: ${message}`,
  hint: () => 'It is tried again. If this stays, see the log file.',
};

/** SQLSTATE (PostgreSQL, appendix A), errno names and codes of OpenSSL. The first that matches wins. */
const byCode: readonly (readonly [pattern: RegExp, failure: Failure])[] = [
  [/^(ENOTFOUND|EAI_)/, unknownHost],
  [/^ECONNREFUSED/, refusedConnection],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)/, noAnswer],
  [/^08P01/, poolerRefusal],
  [/^(ECONNRESET|EPIPE|08|25P03)/, lost],
  [/^(57P0[123])/, starting],
  [/^(DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|CERT_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO)/, badCertificate],
  [/^28/, signIn],
  [/^(3D|57P04)/, noDatabase],
  [/^42501/, noRights],
  [/^(42P05|26000)/, pooler],
  [/^3F000/, noSchema],
  [/^(57014|55P03)/, tooLong],
  [/^42(703|P01)/, otherTables],
  [/^25006/, readOnly],
  [/^53100/, diskFull],
  [/^53300/, connections],
  [/^(53|58)/, resources],
];

/** The client library has no codes for these. */
const byMessage: readonly (readonly [pattern: RegExp, failure: Failure])[] = [
  [/no pg_hba.conf entry/, tlsWanted],
  [/statement pooling mode/, statementPooling],
  [/^(no such database|database ".*" does not exist)/, noDatabase],
  [/^no such user/, signIn],
  [/does not support SSL/, noTls],
  [/error establishing an SSL/, noTls],
  [/SASL|password must be/, signIn],
  [/timeout/i, noAnswer],
  [/connection (terminated|ended|closed)|not queryable/i, lost],
];

function failureOf(error: unknown): Failure {
  const message = messageOf(error);
  const code = codeOf(error);
  // The server says what it misses with the code of a refused sign-in.
  const told = byMessage.find(([pattern]) => pattern.test(message));
  // A pooler says everything with one code.
  if (told && (code === null || code === '08P01' || told[1] === tlsWanted)) return told[1];
  return byCode.find(([pattern]) => code !== null && pattern.test(code))?.[1] ?? other;
}

/**
 * Anything that went wrong with a server as an `AppError` (`database_down`, `database_refused`) with a hint; the cause,
 * with its code, is kept. An `AppError` is returned as it is.
 */
export function explainPostgresFailure(error: unknown, server: PostgresSettings): AppError {
  if (error instanceof AppError) return error;
  const { kind, what, hint } = failureOf(error);
  const code = kind === 'down' ? 'database_down' : 'database_refused';
  return new AppError(code, what(server, messageOf(error).replace(/\.$/, '')), { hint: hint(server), cause: error });
}

/** Refusals that reads do not meet, so that a heartbeat does not see them: nothing is stored until they end. */
export function refusesWrites(code: string): boolean {
  return /^(53|58|25006|42703|42P01)/.test(code);
}
