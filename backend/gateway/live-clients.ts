/**
 * Live frames for whoever listens: a snapshot, then what changed, at most four times a second. Frames are taken from the
 * live window at the tick for the place where each client is, so nothing queues: a client that does not read is sent
 * nothing until it does, and then gets the latest.
 */
import { randomUUID } from 'node:crypto';
import type { LiveFrame } from '../domain/live.ts';
import type { Runtime } from '../runtime/types.ts';
import { centsAsNumber } from './shapes.ts';

/** What a client's connection has to offer: that of `ws`. */
export interface LiveSocket {
  readonly bufferedAmount: number;
  send(text: string): void;
  ping(): void;
  terminate(): void;
  on(event: 'pong' | 'close' | 'error', listener: () => void): unknown;
}

const tickMs = 250;
/** Sent when nothing changed, so that rates and ages stay true. */
const heartbeatMs = 1_000;
/** A client with more than this on its way is sent nothing. */
const mostBuffered = 64 * 1024;
const pingMs = 10_000;

interface Client {
  readonly socket: LiveSocket;
  sequence: number;
  /** null: it is sent a snapshot next. */
  revision: number | null;
  sentAt: number;
  answered: boolean;
}

export class LiveClients {
  readonly #live: Runtime['live'];
  readonly #clients = new Set<Client>();
  /** Places of another run, or of another server, mean nothing here. */
  readonly #run = randomUUID().slice(0, 8);
  #ticker: NodeJS.Timeout | undefined;
  #pinger: NodeJS.Timeout | undefined;
  #day = '';

  constructor(live: Runtime['live']) {
    this.#live = live;
  }

  get count(): number {
    return this.#clients.size;
  }

  /** @param place `place` of the last frame of an earlier connection: what changed since is sent, where that is known */
  add(socket: LiveSocket, place: string | undefined): void {
    const client: Client = { socket, sequence: 0, revision: this.#revisionOf(place), sentAt: 0, answered: true };
    this.#clients.add(client);
    socket.on('pong', () => {
      client.answered = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#remove(client));
    this.#ticker ??= setInterval(() => this.#tick(), tickMs);
    this.#pinger ??= setInterval(() => this.#ping(), pingMs);
    this.#serve(client, new Map());
  }

  close(): void {
    for (const { socket } of this.#clients) socket.terminate();
    this.#clients.clear();
    this.#rest();
  }

  #remove(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#ticker);
    clearInterval(this.#pinger);
    this.#ticker = undefined;
    this.#pinger = undefined;
  }

  #revisionOf(place: string | undefined): number | null {
    const [run, revision] = place?.split('.') ?? [];
    return run === this.#run && revision !== undefined && /^\d{1,15}$/.test(revision) ? Number(revision) : null;
  }

  #tick(): void {
    /** Clients at the same place get the same frame. */
    const frames = new Map<number | null, { readonly text: string; readonly revision: number }>();
    for (const client of this.#clients) this.#serve(client, frames);
  }

  #serve(client: Client, frames: Map<number | null, { readonly text: string; readonly revision: number }>): void {
    if (client.socket.bufferedAmount > mostBuffered) return;
    const frame = frames.get(client.revision) ?? this.#frameAfter(client.revision);
    frames.set(client.revision, frame);
    const now = performance.now();
    const changed = frame.revision !== client.revision;
    if (!changed && now - client.sentAt < heartbeatMs) return;
    client.sequence += 1;
    client.revision = frame.revision;
    client.sentAt = now;
    client.socket.send(`{"sequence":${client.sequence},${frame.text}`);
  }

  #frameAfter(revision: number | null): { readonly text: string; readonly revision: number } {
    if (revision === null) {
      const at = this.#live.revision();
      return { text: this.#textOf(this.#live.snapshot(), at), revision: at };
    }
    const changes = this.#live.changesSince(revision);
    if (changes !== null) return { text: this.#textOf(changes.frame, changes.revision), revision: changes.revision };
    return { text: this.#textOf(this.#heartbeat(), revision), revision };
  }

  /** Rates fall and days end without any sale: those are carried, and a new day carries everything. */
  #heartbeat(): LiveFrame {
    const frame = this.#live.snapshot();
    if (frame.day !== this.#day) return frame;
    return { ...frame, kind: 'tick', seconds: [], minutes: [], recent: [] };
  }

  /** Without its first brace, so that the client's own number can come first. */
  #textOf({ sequence: _sequence, latencySample: _sample, ...frame }: LiveFrame, revision: number): string {
    this.#day = frame.day;
    const place = `${this.#run}.${revision}`;
    return JSON.stringify({ place, ...frame }, (_key, value: unknown) =>
      typeof value === 'bigint' ? centsAsNumber(value) : value,
    ).slice(1);
  }

  #ping(): void {
    for (const client of [...this.#clients]) {
      if (!client.answered) {
        client.socket.terminate();
        continue;
      }
      client.answered = false;
      client.socket.ping();
    }
  }
}
