/**
 * The event log in Kafka. Opening it connects nothing: that is done, and after a failure done again, by whatever is
 * asked of it, so that a broker that is away is told of by the call that needs it.
 *
 * States (`PartStatus`, changed in `#set` alone): connecting -> up | degraded | down by how the last question to the broker ended;
 * any -> off by close().
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { PartState, PartStatus } from '../domain/status.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { EventLog, LogMessage, LogReader, PartitionOffsets, ReaderOptions } from '../ports/event-log.ts';
import { KafkaAppender } from './kafka-appender.ts';
import type { KafkaAccess, KafkaClient } from './kafka-client.ts';
import { createKafkaClient } from './kafka-client.ts';
import { explainKafkaFailure } from './kafka-failure.ts';
import { KafkaLogReader } from './kafka-log-reader.ts';
import { checkTopic, countPartitions, createTopic, DEFAULT_PARTITIONS } from './kafka-topic.ts';
import { identityOf } from './topic-identity.ts';
import { within } from './within.ts';

export interface KafkaEventLogOptions extends KafkaAccess {
  /** How many partitions to make on first use; an existing topic keeps the number it has. */
  readonly partitions?: number;
  readonly onState?: (status: PartStatus) => void;
}

/** Longest that a question to the broker may take with all its retries, ms. */
const ASK_MS = 8_000;
/** How long to wait for a leader that moves before the next question, ms. */
const MOVING_MS = 250;
const movingLeaders: ReadonlySet<string> = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'PARTITIONS_ADDED',
]);
const APPENDER_CLOSE_MS = 700;
const CLOSE_MS = 300;

interface FoundOffsets {
  readonly identity: string | null;
  readonly offsets: Awaited<ReturnType<Admin['fetchTopicOffsets']>>;
}

interface Administration {
  readonly client: KafkaClient;
  readonly admin: Admin;
  readonly ready: Promise<void>;
}

/** Errors come from its methods: `AppError` kafka_down, kafka_refused, log_failed and log_closed. */
export function openKafkaEventLog(options: KafkaEventLogOptions): KafkaEventLog {
  return new KafkaEventLog(options);
}

export class KafkaEventLog implements EventLog {
  readonly topic: string;
  readonly #options: KafkaEventLogOptions;
  readonly #appender: KafkaAppender;
  readonly #readers = new Set<KafkaLogReader>();
  #administration: Administration | undefined;
  /** The topic was there once: if it is gone, somebody has deleted it, and it is not for us to make it again. */
  #known = false;
  /** When we have made the topic, by the monotonic clock, ms; until the brokers have once answered for it. */
  #madeAt = Number.NEGATIVE_INFINITY;
  #identity: string | null = null;
  #closing: Promise<void> | undefined;
  #status: PartStatus = { state: 'connecting', since: Date.now(), reason: null, code: null, nextAttemptAt: null };

  /** Use `openKafkaEventLog`. */
  constructor(options: KafkaEventLogOptions) {
    this.#options = options;
    this.topic = options.settings.topic;
    this.#appender = new KafkaAppender(
      this.topic,
      () => createKafkaClient(options),
      (error) => this.#explain(error),
    );
  }

  status(): PartStatus {
    return this.#status;
  }

  get identity(): string | null {
    return this.#identity;
  }

  async partitions(): Promise<readonly PartitionOffsets[]> {
    // Before the question: a place that was reached by then is not beyond an end that is told afterwards.
    const places = [...this.#readers].map((reader) => [reader, reader.positions()] as const);
    const { identity, offsets } = await this.#ask((admin) => fetchOffsets(admin, this.topic));
    this.#identity = identity;
    const partitions = offsets
      .map(({ partition, low, high }) => ({ partition, start: BigInt(low), end: BigInt(high) }))
      .sort((a, b) => a.partition - b.partition);
    for (const [reader, positions] of places) reader.compare(positions, partitions);
    return partitions;
  }

  async append(messages: readonly LogMessage[]): Promise<void> {
    this.#assertOpen();
    if (messages.length === 0) return;
    // The topic has to be there, with its settings, before a broker makes one by itself.
    if (!this.#known) await this.#ask(async () => {});
    await this.#appender.append(messages);
  }

  /**
   * With `storedOffsets` the reader is a member of the profile's group and shares the partitions with the others; it
   * asks for those offsets at every assignment. Without, or `alone`, it has all partitions for itself.
   */
  async open(offsets: ReadonlyMap<number, bigint>, options: ReaderOptions = {}): Promise<LogReader> {
    this.#assertOpen();
    const { settings, logger } = this.#options;
    const shares = options.storedOffsets !== undefined && options.alone !== true;
    const group = shares ? settings.group : `${settings.group}.${randomUUID()}`;
    await this.#ask(async () => {});
    const reader: KafkaLogReader = new KafkaLogReader({
      client: createKafkaClient(this.#options),
      topic: this.topic,
      group,
      offsets,
      storedOffsets: shares ? options.storedOffsets : undefined,
      partitions: () => this.partitions(),
      explain: (error) => this.#explain(error),
      logger,
      onClose: async () => {
        this.#readers.delete(reader);
        if (!shares) await within(this.#forgetGroup(group), CLOSE_MS);
      },
    });
    this.#readers.add(reader);
    return reader;
  }

  /** Deletes the records before these ends; offsets go on from where they are. */
  async deleteRecords(ends: readonly PartitionOffsets[]): Promise<void> {
    const partitions = ends
      .filter(({ start, end }) => start < end)
      .map(({ partition, end }) => ({ partition, offset: String(end) }));
    if (partitions.length === 0) return;
    await this.#ask((admin) => admin.deleteTopicRecords({ topic: this.topic, partitions }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#appender.close(APPENDER_CLOSE_MS), ...[...this.#readers].map((reader) => reader.close())]);
    const administration = this.#administration;
    this.#administration = undefined;
    if (administration) {
      await within(administration.admin.disconnect(), CLOSE_MS);
      administration.client.destroy();
    }
    this.#set('off', null, null);
  }

  /** A reader of its own group has left: nobody will come back to it. */
  async #forgetGroup(group: string): Promise<void> {
    try {
      await this.#administration?.admin.deleteGroups([group]);
    } catch (error) {
      this.#options.logger.debug('A group is left behind until it expires', { group, error: messageOf(error) });
    }
  }

  /**
   * Asks the broker something; connects, and makes the topic, first. Waits while leaders move, as those of a new topic do.
   * A failure of any kind begins anew next time.
   */
  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const deadline = performance.now() + ASK_MS;
    for (;;) {
      this.#assertOpen();
      try {
        const answer = await this.#askOnce(question, deadline - performance.now());
        this.#madeAt = Number.NEGATIVE_INFINITY;
        this.#set('up', null, null);
        return answer;
      } catch (cause) {
        if (this.#closing) throw closedError();
        if (!this.#passes(cause) || performance.now() + MOVING_MS > deadline) throw this.#explain(cause);
        this.#options.logger.debug('The leaders of the topic are moving', { error: messageOf(cause) });
        await sleep(MOVING_MS);
      }
    }
  }

  /** Whether a failure is one that a topic has for a moment while it is made, is given partitions, or changes its leaders. */
  #passes(cause: unknown): boolean {
    const { code } = explainKafkaFailure(cause, this.#options.settings);
    if (code === 'UNKNOWN_TOPIC_OR_PARTITION') return performance.now() < this.#madeAt + ASK_MS;
    return movingLeaders.has(code);
  }

  async #askOnce<T>(question: (admin: Admin) => Promise<T>, ms: number): Promise<T> {
    this.#administration ??= this.#administer();
    const administration = this.#administration;
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_resolve, reject) => {
        const error = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
        timer = setTimeout(() => reject(error), ms);
      });
      const answer = administration.ready.then(() => question(administration.admin));
      return await Promise.race([answer, late]);
    } catch (cause) {
      if (this.#administration === administration) this.#administration = undefined;
      administration.client.destroy();
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  #administer(): Administration {
    const client = createKafkaClient(this.#options);
    const admin = client.kafka.admin({ retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 500 } });
    const ready = this.#prepare(admin);
    // Whoever asks hears of it.
    ready.catch(() => undefined);
    return { client, admin, ready };
  }

  async #prepare(admin: Admin): Promise<void> {
    const { logger, partitions = DEFAULT_PARTITIONS } = this.#options;
    await admin.connect();
    let found = await countPartitions(admin, this.topic);
    if (found === null && !this.#known) {
      this.#madeAt = performance.now();
      await createTopic(admin, this.topic, partitions);
      logger.info('The topic was made', { topic: this.topic, partitions });
      found = partitions;
    }
    if (found === null) throw Object.assign(new Error('no such topic'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
    await checkTopic(admin, this.topic, logger);
    this.#known = true;
  }

  #explain(cause: unknown): AppError {
    const { error, code } = explainKafkaFailure(cause, this.#options.settings);
    const state = error.code === 'log_failed' ? 'degraded' : 'down';
    if (!this.#closing) this.#set(state, `${error.message} ${error.hint ?? ''}`.trim(), code);
    return error;
  }

  #assertOpen(): void {
    if (this.#closing) throw closedError();
  }

  #set(state: PartState, reason: string | null, code: string | null): void {
    const before = this.#status;
    if (before.state === state && before.reason === reason && before.code === code) return;
    const since = before.state === state ? before.since : Date.now();
    this.#status = { state, since, reason, code, nextAttemptAt: null };
    this.#options.onState?.(this.#status);
  }
}

/**
 * Which topic it is, and the first and last offsets of all partitions. kafkajs keeps what it knows of a topic for minutes: one that has got more
 * partitions fails with PARTITIONS_ADDED, and a new connection knows of them.
 */
async function fetchOffsets(admin: Admin, topic: string): Promise<FoundOffsets> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const offsets = await admin.fetchTopicOffsets(topic);
  const [found] = topics;
  if (found && offsets.length === found.partitions.length) return { identity: identityOf(found), offsets };
  throw Object.assign(new Error('the topic has got more partitions'), { type: 'PARTITIONS_ADDED' });
}

function closedError(): AppError {
  return new AppError('log_closed', 'The event log is closed.', { hint: 'Restart ReelMetrics.' });
}
