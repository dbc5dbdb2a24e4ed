/**
 * How many connections the listeners hold together. Beyond the limit a new one takes the place of the one that has asked
 * nothing for longest, so that connections which only stand there keep nobody out; those with a request or a WebSocket stay.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Left for the database, Kafka, Redis, files. */
const descriptorsLeft = 128;
const mostEver = 2_000;
const fewest = 16;

export class Connections {
  readonly #most: number;
  /** Idle ones, the longest idle first. */
  readonly #idle = new Set<Socket>();
  readonly #busy = new Map<Socket, number>();

  /** @param most both listeners together */
  constructor(most = affordable()) {
    this.#most = most;
  }

  get most(): number {
    return this.#most;
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      if (this.#idle.size + this.#busy.size >= this.#most && !this.#giveWay()) {
        socket.destroy();
        return;
      }
      this.#idle.add(socket);
      socket.once('close', () => {
        this.#idle.delete(socket);
        this.#busy.delete(socket);
      });
    });
  }

  /** A request has arrived on it. */
  begin(socket: Socket): void {
    if (!this.#idle.delete(socket) && !this.#busy.has(socket)) return;
    this.#busy.set(socket, (this.#busy.get(socket) ?? 0) + 1);
  }

  /** It was answered. */
  end(socket: Socket): void {
    const left = (this.#busy.get(socket) ?? 0) - 1;
    if (left > 0) {
      this.#busy.set(socket, left);
      return;
    }
    if (this.#busy.delete(socket)) this.#idle.add(socket);
  }

  #giveWay(): boolean {
    const [oldest] = this.#idle;
    if (oldest === undefined) return false;
    this.#idle.delete(oldest);
    oldest.destroy();
    return true;
  }
}

/** From the open files that this process may have, where the system tells them (Linux). */
function affordable(): number {
  try {
    const [, soft = ''] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    const open = Number(soft);
    if (soft === '' || !Number.isInteger(open)) return mostEver;
    return Math.max(fewest, Math.min(mostEver, open - descriptorsLeft, Math.floor(open * 0.6)));
  } catch {
    return mostEver;
  }
}
