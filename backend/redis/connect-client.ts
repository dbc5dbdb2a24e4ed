/** One connection to a Redis server, signed in and found fit for use. */
import { isIP } from 'node:net';
import { Redis } from 'ioredis';
import { messageOf } from '../lib/app-error.ts';
import type { RedisSettings } from '../settings/profile.ts';
import { UnfitServer } from './redis-failure.ts';

export interface ClientOptions {
  readonly settings: RedisSettings;
  readonly password: string | null;
  /** Shown by CLIENT LIST. */
  readonly clientName: string;
  /** Longest wait for an answer to one command, ms. */
  readonly commandTimeoutMs: number;
  /** Longest time until the connection is fit for use, ms. */
  readonly connectTimeoutMs: number;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
}

export interface ServerFacts {
  readonly version: string;
  /** A node of a Redis Cluster. */
  readonly cluster: boolean;
  /** Bytes; 0 = no limit. */
  readonly maxMemory: number;
  readonly evictionPolicy: string;
  /** A password was given, and the server wants none. */
  readonly passwordUnneeded: boolean;
}

const OLDEST_MAJOR = 7;

/**
 * Connects once, without any reconnecting, queueing or sending again. Signing in and choosing the database are done
 * here rather than by ioredis, which would go on in database 0 when the choice is refused.
 * Throws what ioredis or Node threw, or `UnfitServer`.
 */
export async function connectClient(options: ClientOptions): Promise<{ client: Redis; server: ServerFacts }> {
  const { settings } = options;
  const client = new Redis({
    host: settings.host,
    port: settings.port,
    ...(settings.tls.enabled ? { tls: tlsOptions(settings) } : {}),
    protocol: 2,
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: options.connectTimeoutMs,
    commandTimeout: options.commandTimeoutMs,
    keepAlive: 10_000,
  });
  // The promise of `connect` says only that the connection is closed; the cause comes as an event.
  let cause: unknown;
  client.on('error', (error: unknown) => {
    cause ??= error;
  });
  let timer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Command timed out')), options.connectTimeoutMs);
    giveUp = () => reject(new Error('Connection is closed.'));
    options.signal?.addEventListener('abort', giveUp);
  });
  try {
    const server = await Promise.race([tooLate, signIn(client, options)]);
    return { client, server };
  } catch (error) {
    client.disconnect();
    throw error instanceof UnfitServer ? error : (cause ?? error);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', giveUp);
  }
}

function tlsOptions({ host, tls }: RedisSettings) {
  return { ...(tls.ca === null ? {} : { ca: tls.ca }), ...(isIP(host) ? {} : { servername: host }) };
}

async function signIn(client: Redis, { settings, password, clientName }: ClientOptions): Promise<ServerFacts> {
  await client.connect();
  let passwordUnneeded = false;
  if (settings.username !== null) await client.call('AUTH', settings.username, password ?? '');
  else if (password !== null) passwordUnneeded = await isUnneeded(client, password);
  if (settings.database !== 0) await client.call('SELECT', String(settings.database));
  const info = infoFields(String(await client.call('INFO')));
  const version = info.get('redis_version') ?? '0';
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    throw new UnfitServer('redis_too_old', `Redis ${version} is older than ${OLDEST_MAJOR}`);
  }
  if (info.get('loading') === '1') throw new UnfitServer('LOADING', 'Redis is loading its data');
  if (info.get('redis_mode') === 'sentinel') throw new UnfitServer('redis_sentinel', 'The server is a Sentinel');
  if (info.get('role') !== 'master') throw new UnfitServer('redis_read_only', 'The server is a replica');
  // Only a label: a user without the right to set it can do without.
  await client.call('CLIENT', 'SETNAME', clientName.replace(/[^!-~]/g, '-')).catch(() => undefined);
  return {
    version,
    cluster: info.get('cluster_enabled') === '1',
    maxMemory: Number(info.get('maxmemory') ?? 0),
    evictionPolicy: info.get('maxmemory_policy') ?? 'noeviction',
    passwordUnneeded,
  };
}

/** Signs in with a password alone; true when the server has none to compare it with. */
async function isUnneeded(client: Redis, password: string): Promise<boolean> {
  try {
    await client.call('AUTH', password);
    return false;
  } catch (error) {
    if (/without any password configured|no password is set/i.test(messageOf(error))) return true;
    throw error;
  }
}

function infoFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}
