/** kafkajs as this program wants it: our log, our sockets, TLS and sign-in by the profile. */
import net from 'node:net';
import tls from 'node:tls';
import { Kafka, type KafkaConfig, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import { AppError } from '../lib/app-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { KafkaSettings } from '../settings/profile.ts';
import { askForIdentities } from './topic-identity.ts';

export interface KafkaAccess {
  readonly settings: KafkaSettings;
  /** For the sign-in by SASL; null = none. */
  readonly password: string | null;
  readonly clientId: string;
  readonly logger: Logger;
}

export interface KafkaClient {
  readonly kafka: Kafka;
  /** Cuts every connection and allows no new one: whatever waits for an answer fails at once. */
  destroy(): void;
}

/** A broker that takes longer than these is as good as away, ms. */
const CONNECT_MS = 3_000;
export const REQUEST_MS = 4_000;
const KEEP_ALIVE_MS = 10_000;

/** Errors: `AppError` kafka_refused when a password is wanted and there is none. */
export function createKafkaClient(access: KafkaAccess): KafkaClient {
  ignoreNegativeTimeouts();
  askForIdentities();
  const { settings, clientId, logger } = access;
  const sockets = new Set<net.Socket>();
  const aliases = new Map<string, string>();
  let destroyed = false;
  const config: KafkaConfig = {
    clientId,
    brokers: settings.brokers.map((broker) => withoutBrackets(broker, aliases)),
    connectionTimeout: CONNECT_MS,
    authenticationTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    // Each attempt takes the next broker of the list. Whoever calls has a policy of his own for the rest.
    retry: { retries: settings.brokers.length, initialRetryTime: 100, maxRetryTime: 500 },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => writeTo(logger, entry),
    socketFactory: ({ host, port, ssl, onConnect }) => {
      if (destroyed) throw closed();
      const address = { host: aliases.get(host) ?? host, port };
      const named = net.isIP(address.host) === 0 ? { servername: address.host } : {};
      const socket = ssl ? tls.connect({ ...address, ...named, ...ssl }, onConnect) : net.connect(address, onConnect);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
  };
  if (settings.tls.enabled) config.ssl = settings.tls.ca === null ? true : { ca: settings.tls.ca };
  if (settings.sasl !== null) config.sasl = signIn(settings.sasl, access.password);
  return {
    kafka: new Kafka(config),
    destroy() {
      destroyed = true;
      for (const socket of sockets) socket.destroy(closed());
    },
  };
}

function closed(): Error {
  return Object.assign(new Error('the client is closed'), { code: 'ECONNRESET' });
}

function signIn(sasl: NonNullable<KafkaSettings['sasl']>, password: string | null): SASLOptions {
  if (password === null) {
    throw new AppError('kafka_refused', `Kafka wants the password of ${sasl.username}, and there is none.`, {
      hint: 'Enter the password of Kafka in the profile.',
    });
  }
  return { mechanism: sasl.mechanism, username: sasl.username, password };
}

/** kafkajs splits addresses at the first colon: an IPv6 address gets a name that the socket factory translates back. */
function withoutBrackets(broker: string, aliases: Map<string, string>): string {
  const [, address, port] = /^\[(.+)\]:(\d+)$/.exec(broker) ?? [];
  if (address === undefined || port === undefined) return broker;
  const alias = `ipv6-${aliases.size}.invalid`;
  aliases.set(alias, address);
  return `${alias}:${port}`;
}

/**
 * kafkajs calls an error whatever it is about to try again; what really fails is thrown, and told by whoever catches it.
 * So nothing of it is louder than debug.
 */
function writeTo(logger: Logger, { namespace, label, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
  logger.debug(`kafkajs ${namespace}: ${message}`, { level: label, ...fields });
}

let filtered = false;

/**
 * kafkajs asks for timers of about minus the present time when it is not throttled; Node 24 warns about each once, and
 * runs them at once, which is what is meant. Only those are kept silent.
 */
function ignoreNegativeTimeouts(): void {
  if (filtered) return;
  filtered = true;
  const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => {
    const [warning, type] = args;
    if (type === 'TimeoutNegativeWarning' && /^-1\d{12} /.test(String(warning))) return;
    emit(...args);
  };
}
