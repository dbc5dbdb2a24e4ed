/**
 * Appends to the topic: what is given while one request is under way goes together in the next, so that many small
 * appends cost few requests and the order of a key is kept.
 *
 * The producer is idempotent: kafkajs's own retries write nothing twice. A request that failed for good may have been
 * written all the same, and kafkajs would number the next one as if it had not: so that producer is thrown away.
 */
import type { ICustomPartitioner, IHeaders, Producer } from 'kafkajs';
import { AppError } from '../lib/app-error.ts';
import { partitionOf } from '../lib/murmur2.ts';
import { keyBytes, type LogMessage } from '../ports/event-log.ts';
import type { KafkaClient } from './kafka-client.ts';
import { kafkaHeaders } from './record-headers.ts';
import { within } from './within.ts';

/** All of it may be of one partition, and a broker takes 1 MiB per partition and request if it is not told otherwise. */
const REQUEST_BYTES = 900_000;
/** Lengths, offset and time of a record, and of its key's and value's sizes; at most. */
const RECORD_OVERHEAD = 32;
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** How long the replicas may take, and how long a request with its retries may take altogether, ms. */
const ACKS_MS = 3_000;
const DEADLINE_MS = 10_000;

interface Outgoing {
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers?: IHeaders;
}

interface Part {
  readonly messages: readonly Outgoing[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Connected {
  readonly client: KafkaClient;
  readonly producer: Producer;
}

export class KafkaAppender {
  readonly #topic: string;
  readonly #connect: () => KafkaClient;
  readonly #explain: (error: unknown) => AppError;
  #waiting: Part[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  #connected: Connected | undefined;

  /**
   * @param connect a client of the appender's own
   * @param explain makes an `AppError` of anything kafkajs throws
   */
  constructor(topic: string, connect: () => KafkaClient, explain: (error: unknown) => AppError) {
    this.#topic = topic;
    this.#connect = connect;
    this.#explain = explain;
  }

  /** Resolves when all replicas that are in sync have the messages. Errors: `AppError`; what it wrote is then unknown. */
  async append(messages: readonly LogMessage[]): Promise<void> {
    if (this.#waitingBytes > MOST_WAITING_BYTES) {
      throw new AppError('kafka_down', 'Kafka takes events slower than they come.', { hint: 'Send fewer, or later.' });
    }
    await Promise.all(this.#parts(messages));
  }

  /** Waits for what is under way, at most `waitMs`, and lets go of the producer. */
  async close(waitMs: number): Promise<void> {
    if (this.#sending) await within(this.#sending, waitMs);
    const connected = this.#connected;
    this.#connected = undefined;
    if (connected) await letGo(connected, waitMs);
  }

  #parts(messages: readonly LogMessage[]): Promise<void>[] {
    const parts: Promise<void>[] = [];
    let own: Outgoing[] = [];
    let bytes = 0;
    const cut = () => {
      if (own.length > 0) parts.push(this.#enqueue(own, bytes));
      own = [];
      bytes = 0;
    };
    for (const message of messages) {
      const outgoing = outgoingOf(message);
      const size = sizeOf(message) + (outgoing.key?.byteLength ?? 0) + outgoing.value.byteLength + RECORD_OVERHEAD;
      if (bytes + size > REQUEST_BYTES) cut();
      own.push(outgoing);
      bytes += size;
    }
    cut();
    return parts;
  }

  #enqueue(messages: Part['messages'], bytes: number): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ messages, bytes, resolve, reject });
    });
    this.#waitingBytes += bytes;
    this.#sending ??= this.#sendWaiting();
    return written;
  }

  async #sendWaiting(): Promise<void> {
    // Appends of the same turn of the event loop go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#send(group.flatMap((part) => part.messages));
        for (const part of group) part.resolve();
      } catch (cause) {
        const error = this.#explain(cause);
        // Those behind would each wait as long for the same broker; and they would overtake what failed.
        for (const part of [...group, ...this.#waiting.splice(0)]) part.reject(error);
        this.#waitingBytes = 0;
      }
    }
    this.#sending = undefined;
  }

  #takeGroup(): Part[] {
    let bytes = 0;
    let count = 0;
    for (const part of this.#waiting) {
      if (count > 0 && bytes + part.bytes > REQUEST_BYTES) break;
      bytes += part.bytes;
      count += 1;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  async #send(messages: Outgoing[]): Promise<void> {
    const connected = this.#connected ?? this.#open();
    this.#connected = connected;
    let timer: NodeJS.Timeout | undefined;
    try {
      const sent = this.#sendWith(connected.producer, messages);
      const late = new Promise<never>((_resolve, reject) => {
        const error = Object.assign(new Error('the events were not taken in time'), { code: 'ETIMEDOUT' });
        timer = setTimeout(() => reject(error), DEADLINE_MS);
      });
      await Promise.race([sent, late]);
    } catch (error) {
      this.#connected = undefined;
      connected.client.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #sendWith(producer: Producer, messages: Outgoing[]): Promise<void> {
    // Does nothing when it is connected.
    await producer.connect();
    await producer.send({ topic: this.#topic, acks: -1, timeout: ACKS_MS, messages });
  }

  #open(): Connected {
    const client = this.#connect();
    const producer = client.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner,
      retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    return { client, producer };
  }
}

/**
 * The Java client's: murmur2 of the key; without a key one after the other. kafkajs has the same, but its murmur2 takes
 * half a minute for a key of 300 kB.
 */
const createPartitioner: ICustomPartitioner = () => {
  let next = 0;
  return ({ partitionMetadata, message: { key } }) => {
    const count = partitionMetadata.length;
    if (key === null || key === undefined) {
      next += 1;
      return next % count;
    }
    return partitionOf(Buffer.from(key), count);
  };
};

function outgoingOf(message: LogMessage): Outgoing {
  const key = keyBytes(message);
  const { value, headers = [] } = message;
  return {
    key: key === null ? null : viewOf(key),
    value: viewOf(value),
    ...(headers.length === 0 ? {} : { headers: kafkaHeaders(headers) }),
  };
}

/** Bytes of the headers. */
function sizeOf({ headers = [] }: LogMessage): number {
  return headers.reduce((sum, { name, value }) => sum + Buffer.byteLength(name) + (value?.byteLength ?? 0) + 10, 0);
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function letGo({ client, producer }: Connected, waitMs: number): Promise<void> {
  try {
    await within(producer.disconnect(), waitMs);
  } finally {
    client.destroy();
  }
}
