/**
 * Partitions that stand still because of a batch that cannot be read. kafkajs does not fetch them meanwhile; after a pause
 * that grows they are tried again, and go on when the batch can be read, or is gone.
 */
import type { Consumer } from 'kafkajs';
import { backoffDelay } from '../lib/backoff.ts';
import type { HeldPartition } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import type { UnreadableBatch } from './record-batches.ts';

const pauses = { baseMs: 1_000, capMs: 30_000 };
const HINT =
  'The other partitions go on, and it is tried again. Delete the records up to behind this batch (kafka-delete-records), or let their retention end.';

interface Held extends HeldPartition {
  readonly attempts: number;
  readonly timer: NodeJS.Timeout;
}

export class HeldPartitions {
  readonly #consumer: Pick<Consumer, 'pause' | 'resume'>;
  readonly #topic: string;
  readonly #logger: Logger;
  readonly #held = new Map<number, Held>();

  constructor(consumer: Pick<Consumer, 'pause' | 'resume'>, topic: string, logger: Logger) {
    this.#consumer = consumer;
    this.#topic = topic;
    this.#logger = logger;
  }

  list(): readonly HeldPartition[] {
    return [...this.#held.values()];
  }

  hold(partition: number, { offset, timestamp, cause }: UnreadableBatch): void {
    const before = this.#held.get(partition);
    const attempts = before?.offset === offset ? before.attempts + 1 : 1;
    clearTimeout(before?.timer);
    const place = { topic: this.#topic, partitions: [partition] };
    const reason = `Partition ${partition} of the topic ${this.#topic} is held: the batch at offset ${offset} cannot be read: ${cause.message}.`;
    const hint = cause.hint ?? HINT;
    if (attempts === 1) this.#logger.warn('A batch cannot be read; its partition is held', { reason, hint });
    this.#consumer.pause([place]);
    const timer = setTimeout(() => this.#consumer.resume([place]), backoffDelay(attempts, pauses, Math.random()));
    this.#held.set(partition, { partition, offset, reason, hint, timestamp, attempts, timer });
  }

  /** It was read. Does nothing when it is not held. */
  release(partition: number): void {
    const held = this.#held.get(partition);
    if (!held) return;
    clearTimeout(held.timer);
    this.#held.delete(partition);
    this.#logger.info('A partition that was held is read again', { partition, offset: String(held.offset) });
  }

  /** Forgets all: the group has given other partitions, or the reader is closed. */
  clear(): void {
    for (const { timer } of this.#held.values()) clearTimeout(timer);
    this.#held.clear();
  }
}
