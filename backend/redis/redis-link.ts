/**
 * The connection that read model and answer cache share.
 * States: connecting (first attempt) -> up | down; up -> degraded (it answers and refuses writes) -> up;
 * up | degraded -> down (connection lost, or no answer to a heartbeat); down -> up. Changed in `#set` alone.
 * Nothing is queued: what is asked while it is not up fails at once. Nothing is sent twice.
 */
import type { Redis } from 'ioredis';
import type { PartState, PartStatus } from '../domain/status.ts';
import { AppError } from '../lib/app-error.ts';
import { backoffDelay } from '../lib/backoff.ts';
import type { Logger } from '../ports/logger.ts';
import type { RedisSettings } from '../settings/profile.ts';
import { connectClient } from './connect-client.ts';
import { explainFailure, movedTo, type RedisFailure, type ServerPlace } from './redis-failure.ts';
import { callScript, type Script } from './script.ts';

export interface RedisLinkOptions {
  readonly settings: RedisSettings;
  readonly password: string | null;
  readonly clientName: string;
  readonly logger: Logger;
}

const RETRY = { baseMs: 200, capMs: 5_000 };
const CONNECT_TIMEOUT_MS = 4_000;
const COMMAND_TIMEOUT_MS = 2_500;
const HEARTBEAT_MS = 1_000;

export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #address: string;
  readonly #listeners = new Set<() => void>();
  #status: PartStatus;
  #client: Redis | undefined;
  #failures = 0;
  readonly #closing = new AbortController();
  /** Whether what Redis refused last was a write: then only a write shows that it is well again. */
  #refusedWrite = false;
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #attempt: Promise<void>;
  #database = 'none';
  /** The node of a cluster that has our keys; null = the server of the profile. */
  #node: ServerPlace | null = null;
  /** Which server took the last write of this program: see lua-prelude.ts. */
  #wroteOn = '';

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#address = `${options.settings.host}:${options.settings.port}`;
    this.#status = this.#statusOf('connecting', `Connecting to Redis at ${this.#address}`);
    this.#attempt = this.#connect();
  }

  status(): PartStatus {
    return this.#status;
  }

  onStatus(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From now on, the keys of this database are used. */
  bindTo(database: string): void {
    this.#database = database;
  }

  /** Milliseconds there and back. Errors: as `run`. */
  async ping(): Promise<number> {
    const started = performance.now();
    await this.#use((client) => client.ping(), false);
    return performance.now() - started;
  }

  /**
   * Runs a script that begins with the prelude of lua-prelude.ts; resolves to what it returns after the server's name.
   * Errors: `AppError` redis_down (not reachable, or no answer: it may have run all the same) and redis_refused.
   */
  async run(script: Script, token: string, values: readonly string[]): Promise<readonly unknown[]> {
    const { keyPrefix } = this.#options.settings;
    const call = { keyPrefix, database: this.#database, token, wroteOn: this.#wroteOn, values };
    const reply = await this.#use((client) => callScript(client, script, call), script.writes);
    if (!Array.isArray(reply)) throw new AppError('internal', 'A script of the read model answered nothing.');
    // Once told of the server before, the present one has begun a new generation: telling it once is enough.
    if (script.writes || this.#wroteOn !== '') this.#wroteOn = String(reply[0]);
    if (this.#status.state === 'degraded' && (script.writes || !this.#refusedWrite))
      this.#set(this.#statusOf('up', null));
    return reply.slice(1);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    this.#drop();
    await this.#attempt;
    this.#set(this.#statusOf('off', null));
    this.#listeners.clear();
  }

  async #use<T>(work: (client: Redis) => Promise<T>, writes: boolean): Promise<T> {
    const client = this.#client;
    if (!client) throw this.#awayError();
    try {
      return await work(client);
    } catch (cause) {
      const failure = explainFailure(cause, this.#address);
      const node = movedTo(cause, this.#node ?? this.#options.settings);
      if (node !== null) this.#moveTo(client, node);
      else if (failure.lost) this.#lost(client, failure);
      else this.#refused(failure, writes);
      throw failure.error;
    }
  }

  #awayError(): AppError {
    const message = this.#closing.signal.aborted
      ? 'The connection to Redis is closed.'
      : `${this.#status.reason ?? 'Redis is away.'}`;
    return new AppError('redis_down', message, {
      hint: 'It is tried again by itself; the state of Redis is in the status bar.',
    });
  }

  async #connect(): Promise<void> {
    const { settings, password, clientName, logger } = this.#options;
    try {
      const { client, server } = await connectClient({
        ...{ settings: { ...settings, ...this.#node }, password, clientName },
        commandTimeoutMs: COMMAND_TIMEOUT_MS,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        signal: this.#closing.signal,
      });
      if (this.#closing.signal.aborted) return client.disconnect();
      this.#client = client;
      const closed = () => this.#lost(client, explainFailure(new Error('Connection is closed.'), this.#address));
      // A listener set now misses a close that has already happened.
      if (client.status !== 'ready') return closed();
      client.on('close', closed);
      this.#failures = 0;
      this.#heartbeat = setInterval(() => void this.#beat(client), HEARTBEAT_MS);
      this.#heartbeat.unref();
      logger.info('Redis is there', { address: this.#address, version: server.version });
      this.#set(this.#statusOf('up', null));
    } catch (cause) {
      if (this.#closing.signal.aborted) return;
      const { host, port } = this.#node ?? settings;
      // Another node may have the keys by now: the one of the profile knows.
      this.#node = null;
      this.#retryLater(explainFailure(cause, `${host}:${port}`));
    }
  }

  /** A connection that stalls is never closed by itself. */
  async #beat(client: Redis): Promise<void> {
    try {
      await client.ping();
    } catch (cause) {
      const failure = explainFailure(cause, this.#address);
      if (failure.lost) this.#lost(client, failure);
    }
  }

  #lost(client: Redis, failure: RedisFailure): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    clearInterval(this.#heartbeat);
    this.#drop();
    this.#options.logger.warn('Redis is lost and tried again', { code: failure.code, error: failure.error.message });
    this.#retryLater(failure);
  }

  /** Our keys lie on another node of the cluster. */
  #moveTo(client: Redis, node: ServerPlace): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    clearInterval(this.#heartbeat);
    this.#drop();
    this.#node = node;
    this.#options.logger.info('The keys are on another node of the Redis Cluster', {
      node: `${node.host}:${node.port}`,
    });
    this.#set(this.#statusOf('connecting', `Connecting to the node ${node.host}:${node.port} of the Redis Cluster`));
    this.#attempt = this.#connect();
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.disconnect();
  }

  #refused({ error, code }: RedisFailure, write: boolean): void {
    if (this.#status.state !== 'up' && (this.#status.state !== 'degraded' || this.#refusedWrite)) return;
    this.#refusedWrite = write;
    this.#set(this.#statusOf('degraded', inWords(error), code));
  }

  #retryLater({ error, code }: RedisFailure): void {
    this.#failures += 1;
    const delay = backoffDelay(this.#failures, RETRY, Math.random());
    this.#set({ ...this.#statusOf('down', inWords(error), code), nextAttemptAt: Date.now() + delay });
    this.#retry = setTimeout(() => {
      this.#attempt = this.#connect();
    }, delay);
    this.#retry.unref();
  }

  #statusOf(state: PartState, reason: string | null, code: string | null = null): PartStatus {
    const since = this.#status?.state === state ? this.#status.since : Date.now();
    return { state, since, reason, code, nextAttemptAt: null };
  }

  #set(status: PartStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener();
  }
}

function inWords(error: AppError): string {
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}
