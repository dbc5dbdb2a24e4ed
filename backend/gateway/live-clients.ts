/**
 * Live frames for whoever listens: a snapshot, then what changed, at most four times a second. Frames are taken from the
 * live window at the tick for the place where each client is, so nothing queues: a client that does not read is sent
 * nothing until it does, and then gets the latest.
 */
import { randomUUID } from 'node:crypto';
import type { LiveFrame } from '../domain/live.ts';
import { heartbeatMs, type LiveSource, nextFrame, snapshotOf } from '../live/next-frame.ts';
import { centsOnWire } from './shapes.ts';

/** What a client's connection has to offer: that of `ws`. */
export interface LiveSocket {
  readonly bufferedAmount: number;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'pong' | 'close' | 'error', listener: () => void): unknown;
}

const tickMs = 250;
/** A client with more than this on its way is sent nothing. */
const mostBuffered = 64 * 1024;
const pingMs = 10_000;
/** Close code: the token has expired or was revoked. */
const signedOut = 4401;

interface Client {
  readonly socket: LiveSocket;
  readonly mayListen: () => Promise<boolean>;
  sequence: number;
  /** null: it is sent a snapshot next. */
  revision: number | null;
  /** The day it shows. */
  day: string;
  sentAt: number;
  answered: boolean;
}

/** A frame as text, without its first brace, so that each client's own number can come first. */
interface FrameText {
  readonly text: string;
  readonly revision: number;
  readonly day: string;
}

/** Frames of one tick, by what they follow: clients at the same place get the same one. null: nothing is to be said. */
type FramesOfTick = Map<string, FrameText | null>;

export class LiveClients {
  readonly #live: LiveSource;
  readonly #clients = new Set<Client>();
  /** Places of another run, or of another server, mean nothing here. */
  readonly #run = randomUUID().slice(0, 8);
  #ticker: NodeJS.Timeout | undefined;
  #pinger: NodeJS.Timeout | undefined;

  constructor(live: LiveSource) {
    this.#live = live;
  }

  get count(): number {
    return this.#clients.size;
  }

  /**
   * @param place `place` of the last frame of an earlier connection: what changed since is sent, where that is known
   * @param mayListen asked again every 10 s: what is revoked ends. Never fails.
   */
  add(socket: LiveSocket, place: string | undefined, mayListen: () => Promise<boolean>): void {
    const revision = this.#revisionOf(place);
    const client: Client = { socket, mayListen, sequence: 0, revision, day: '', sentAt: 0, answered: true };
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
    const frames: FramesOfTick = new Map();
    for (const client of this.#clients) this.#serve(client, frames);
  }

  #serve(client: Client, frames: FramesOfTick): void {
    if (client.socket.bufferedAmount > mostBuffered) return;
    const now = performance.now();
    const frame = this.#frameFor(client, now - client.sentAt >= heartbeatMs, frames);
    if (frame === null) return;
    client.sequence += 1;
    client.revision = frame.revision;
    client.day = frame.day;
    client.sentAt = now;
    client.socket.send(`{"sequence":${client.sequence},${frame.text}`);
  }

  #frameFor({ revision, day }: Client, heartbeatDue: boolean, frames: FramesOfTick): FrameText | null {
    const key = `${revision} ${day} ${heartbeatDue}`;
    const known = frames.get(key);
    if (known !== undefined) return known;
    const next = revision === null ? snapshotOf(this.#live) : nextFrame(this.#live, { revision, day, heartbeatDue });
    const frame = next === null ? null : this.#textOf(next.frame, next.revision);
    frames.set(key, frame);
    return frame;
  }

  #textOf({ sequence: _sequence, latencySample: _sample, ...frame }: LiveFrame, revision: number): FrameText {
    const place = `${this.#run}.${revision}`;
    const text = JSON.stringify({ place, ...frame }, (_key, value: unknown) =>
      typeof value === 'bigint' ? centsOnWire(value) : value,
    ).slice(1);
    return { text, revision, day: frame.day };
  }

  #ping(): void {
    for (const client of [...this.#clients]) {
      if (!client.answered) {
        client.socket.terminate();
        continue;
      }
      client.answered = false;
      client.socket.ping();
      void this.#askAgain(client);
    }
  }

  async #askAgain(client: Client): Promise<void> {
    if (await client.mayListen()) return;
    this.#remove(client);
    client.socket.close(signedOut, 'Sign in again');
  }
}
