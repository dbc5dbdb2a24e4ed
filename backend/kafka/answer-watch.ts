/**
 * Notices a broker that does not answer a consumer any more, though nobody has closed the connection. kafkajs asks
 * something at least once a second, except while it waits for the group.
 */
import type { Consumer } from 'kafkajs';
import { REQUEST_MS } from './kafka-client.ts';

const LOOK_MS = 1_000;
/** Room for what lies between two requests, ms. */
const SLACK_MS = 2_000;

export class AnswerWatch {
  readonly #timer: NodeJS.Timeout;
  readonly #onSilence: (error: Error) => void;
  #silentMs = 0;
  #limitMs: number;

  /** @param joinMs how long the group may let a member wait */
  constructor(consumer: Consumer, joinMs: number, onSilence: (error: Error) => void) {
    this.#onSilence = onSilence;
    const joining = joinMs + REQUEST_MS;
    const joined = REQUEST_MS + SLACK_MS;
    this.#limitMs = joining;
    const { events } = consumer;
    consumer.on(events.REQUEST, () => {
      this.#silentMs = 0;
    });
    consumer.on(events.REBALANCING, () => {
      this.#limitMs = joining;
    });
    consumer.on(events.GROUP_JOIN, () => {
      this.#limitMs = joined;
      this.#silentMs = 0;
    });
    consumer.on(events.REQUEST_TIMEOUT, ({ payload }) => this.#silent(payload.broker));
    // Counted in the program's own time: neither a sleep of the computer nor a stalled event loop is the broker's silence.
    this.#timer = setInterval(() => {
      this.#silentMs += LOOK_MS;
      if (this.#silentMs > this.#limitMs) this.#silent(undefined);
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #silent(broker: string | undefined): void {
    this.#onSilence(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT', ...(broker ? { broker } : {}) }));
  }
}
