/**
 * A load on a topic that keeps its own account: a client of its own (not the console's adapter), so that what the
 * console stores can be held against what was produced. Every message is tried again until the broker has taken it, so
 * one may be in the log twice: that is a duplicate, and ids count once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { keyBytes } from '../ports/event-log.ts';
import { saleMessage } from './ingest-fixture.ts';
import { uuidOf } from './sale-line.ts';

const amountCents = 1_299;
/** Of all its sales. */
const businessDay = '2026-11-22';
/** One event in so many is not a sale at all. */
const poisonEvery = 1_000;
/** One event in so many is sent a second time. */
const duplicateEvery = 50;
const tickMs = 50;
const backlogBatch = 2_000;

export class ServiceLoad {
  readonly amountCents = amountCents;
  readonly businessDay = businessDay;
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #perSecond: number;
  #running: Promise<void> | undefined;
  #stopping = new AbortController();
  #next = 0;
  #sent = 0;
  #poisoned = 0;

  constructor(options: { readonly brokers: readonly string[]; readonly topic: string; readonly perSecond: number }) {
    const kafka = new Kafka({
      clientId: 'service-load',
      brokers: [...options.brokers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 },
    });
    this.#producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    this.#topic = options.topic;
    this.#perSecond = options.perSecond;
  }

  /** Valid sales acknowledged so far, each id once; their ids are those of `uuidOf(0 .. sales - 1)`. */
  get sales(): number {
    return this.#next;
  }

  /** Sales that may be in the log by now: more than are acknowledged while some are on their way. */
  get sent(): number {
    return this.#sent;
  }

  get grossCents(): bigint {
    return BigInt(this.#next) * BigInt(amountCents);
  }

  get poisoned(): number {
    return this.#poisoned;
  }

  ids(): string[] {
    return Array.from({ length: this.#next }, (_, index) => uuidOf(index));
  }

  start(): void {
    if (this.#running !== undefined) return;
    this.#stopping = new AbortController();
    this.#running = this.#produce(this.#stopping.signal);
  }

  /** Appends so many sales at once, while it is stopped: a backlog, which is stored in large batches. */
  async backlog(sales: number): Promise<void> {
    for (let left = sales; left > 0; left -= backlogBatch) {
      const count = Math.min(left, backlogBatch);
      await this.#send(this.#next, count);
      this.#next += count;
    }
  }

  /** Resolves when all that was sent is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#running = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#producer.disconnect();
  }

  async #produce(signal: AbortSignal): Promise<void> {
    let due = performance.now();
    while (!signal.aborted) {
      const count = Math.ceil((this.#perSecond * tickMs) / 1000);
      await this.#send(this.#next, count);
      this.#next += count;
      due = Math.max(due + tickMs, performance.now() - 1_000);
      await sleep(Math.max(0, due - performance.now()));
    }
  }

  async #send(first: number, count: number): Promise<void> {
    this.#sent = first + count;
    const messages: { key: Buffer | null; value: Buffer }[] = [];
    let poisoned = 0;
    for (let index = first; index < first + count; index += 1) {
      const message = saleMessage(index, { amountCents });
      const { value } = message;
      const bytes = keyBytes(message);
      const key = bytes === null ? null : Buffer.from(bytes);
      messages.push({ key, value: Buffer.from(value) });
      if (index % duplicateEvery === 0) messages.push({ key, value: Buffer.from(value) });
      if (index % poisonEvery === 0) {
        messages.push({ key, value: Buffer.from('{"v":1,"id":"not an event"') });
        poisoned += 1;
      }
    }
    for (;;) {
      try {
        await this.#producer.connect();
        await this.#producer.send({ topic: this.#topic, messages, acks: -1 });
        this.#poisoned += poisoned;
        return;
      } catch {
        // The broker is away or the topic is gone: that is what the test is about.
        await sleep(200);
      }
    }
  }
}
