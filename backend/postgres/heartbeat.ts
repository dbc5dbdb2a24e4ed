/**
 * Asks a server again and again, on a connection of its own, whether it is there: so that its state is known when
 * nothing else is asked, and when all other connections are busy or hang.
 */
import pg from 'pg';
import type { Clock } from '../ports/clock.ts';
import { clientConfig, type ServerAccess } from './server-client.ts';
import { isReadOnly, prepareSession } from './session.ts';

/** An answer, or none; with what is below, a server that falls silent is noticed within 4 s. */
const TIMEOUT_MS = 3_000;
const PERIOD_MS = 1_000;
const timeouts = { statementMs: TIMEOUT_MS, lockMs: TIMEOUT_MS, idleInTransactionMs: TIMEOUT_MS };

export interface HeartbeatEvents {
  onAnswer(answer: { readonly readOnly: boolean }): void;
  /** @param nextAttemptAt epoch ms */
  onFailure(error: unknown, nextAttemptAt: number): void;
}

export class Heartbeat {
  readonly #access: ServerAccess;
  readonly #events: HeartbeatEvents;
  readonly #clock: Clock;
  readonly #running: Promise<void>;
  #client: pg.Client | undefined;
  #closed = false;
  #wake = new AbortController();

  /** Begins at once. */
  constructor(access: ServerAccess, clock: Clock, events: HeartbeatEvents) {
    this.#access = access;
    this.#clock = clock;
    this.#events = events;
    this.#running = this.#run();
  }

  /** Asks now: something has happened that may have to do with the server. */
  askNow(): void {
    this.#wake.abort();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake.abort();
    this.#drop();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#wake = new AbortController();
      try {
        const readOnly = await isReadOnly(this.#client ?? (await this.#connect()));
        if (!this.#closed) this.#events.onAnswer({ readOnly });
      } catch (error) {
        this.#drop();
        if (!this.#closed) this.#events.onFailure(error, this.#clock.now() + PERIOD_MS);
      }
      if (!this.#closed) await this.#clock.sleep(PERIOD_MS, this.#wake.signal);
    }
    this.#drop();
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(clientConfig(this.#access, { connectMs: TIMEOUT_MS, queryMs: TIMEOUT_MS }));
    this.#client = client;
    client.on('error', () => {
      if (this.#client !== client) return;
      this.#drop();
      this.askNow();
    });
    await client.connect();
    await prepareSession(client, timeouts);
    return client;
  }

  /** Without a goodbye: nobody may be there to answer it. */
  #drop(): void {
    this.#client?.connection.stream.destroy();
    this.#client = undefined;
  }
}
