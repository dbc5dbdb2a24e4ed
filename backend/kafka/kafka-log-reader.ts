/**
 * Reads the topic as a member of a consumer group. kafkajs pushes, `poll` pulls: what was fetched waits in a small
 * buffer in between, and the next fetch waits until there is room.
 *
 * kafkajs has no rebalance listener. When the group gives this member its partitions (GROUP_JOIN), everything is put on
 * hold; the next poll asks for the stored offsets, goes there, and only then lets kafkajs fetch. That poll comes after
 * the caller has stored what it had, so no batch of its own is under way.
 *
 * It never restarts by itself. Whatever ends it (a crash of kafkajs, a broker that does not answer, a topic made anew)
 * is what `poll` then throws. A batch that cannot be read ends nothing: its partition is held (held-partitions.ts).
 */
import { setImmediate } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { HeldPartition, LogBatch, LogReader, LogRecord, PartitionOffsets } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import { AnswerWatch } from './answer-watch.ts';
import { fetchedOf, readFetchesOurselves } from './fetch-decoder.ts';
import { HeldPartitions } from './held-partitions.ts';
import type { KafkaClient } from './kafka-client.ts';
import { within } from './within.ts';

export interface ReaderParts {
  /** Of the reader's own. */
  readonly client: KafkaClient;
  readonly topic: string;
  readonly group: string;
  readonly offsets: ReadonlyMap<number, bigint>;
  readonly storedOffsets: (() => Promise<ReadonlyMap<number, bigint>>) | undefined;
  readonly partitions: () => Promise<readonly PartitionOffsets[]>;
  readonly explain: (error: unknown) => AppError;
  readonly logger: Logger;
  readonly onClose: () => Promise<void>;
}

/** A member that does not say anything for so long has lost its partitions, ms. */
const SESSION_MS = 6_000;
const HEARTBEAT_MS = 1_000;
/** How long the others of the group may take to join after a change, ms. */
const REBALANCE_MS = 10_000;
const FETCH_WAIT_MS = 250;
const PARTITION_BYTES = 2 * 1024 * 1024;
const FETCH_BYTES = 4 * 1024 * 1024;
/** How soon partitions that are added to the topic are noticed, ms. */
const METADATA_MS = 3_000;
/** How long to wait for the broker to know of a partition that the group has given, ms. */
const UNKNOWN_PARTITION_MS = 200;
/** Fetching goes on while less than this waits for a poll. */
const ROOM_BYTES = 8 * 1024 * 1024;
const COMMIT_MS = 1_000;
const CLOSE_MS = 1_200;
/** More partitions than anybody has: all of a fetch are handed over at once, and none waits while the group changes. */
const CONCURRENCY = 256;

interface Fetched {
  readonly records: readonly LogRecord[];
  /** At least 1, whatever it holds. */
  readonly bytes: number;
  /** Where it ends: behind the marks, too, with which transactions end. */
  readonly next: bigint;
  /** Up to where polls have taken it: from where it begins on. */
  place: bigint;
  /** Records that polls have taken. */
  taken: number;
}

interface Taken {
  readonly records: LogRecord[];
  readonly startOffset: bigint;
  readonly nextOffset: bigint;
}

interface PartitionState {
  /** The offset that the next fetched batch begins at, or after. */
  fetched: bigint;
  end: bigint;
  readonly queue: Fetched[];
}

export class KafkaLogReader implements LogReader {
  readonly #parts: ReaderParts;
  readonly #consumer: Consumer;
  readonly #started: Promise<void>;
  readonly #watch: AnswerWatch;
  readonly #committer: NodeJS.Timeout;
  readonly #held: HeldPartitions;
  readonly #commits = new Map<number, bigint>();
  readonly #waiters = new Set<() => void>();
  #assigned: ReadonlySet<number> = new Set();
  #states = new Map<number, PartitionState>();
  /** Where to read on after an assignment, if nobody else stores. */
  #offsets: Map<number, bigint>;
  /** Counts the assignments: what was begun under another is worth nothing. */
  #generation = 0;
  #positioned = false;
  #bufferedBytes = 0;
  #failure: AppError | undefined;
  #closing: Promise<void> | undefined;
  /** Where the next poll begins, so that no partition waits for the others for ever. */
  #turn = 0;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#offsets = new Map(parts.offsets);
    readFetchesOurselves();
    this.#consumer = parts.client.kafka.consumer({
      groupId: parts.group,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: REBALANCE_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: PARTITION_BYTES,
      maxBytes: FETCH_BYTES,
      metadataMaxAge: METADATA_MS,
      retry: { retries: 6, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    });
    this.#held = new HeldPartitions(this.#consumer, parts.topic, parts.logger);
    this.#watch = new AnswerWatch(this.#consumer, REBALANCE_MS, (error) => this.fail(error));
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#assign(payload.memberAssignment[parts.topic] ?? []));
    this.#consumer.on(events.CRASH, ({ payload }) => this.fail(payload.error));
    this.#started = this.#start().catch((error: unknown) => this.fail(error));
    this.#committer = setInterval(() => void this.#flushCommits(), COMMIT_MS);
  }

  /** None until the group has given it some. */
  get assigned(): ReadonlySet<number> {
    return this.#assigned;
  }

  get held(): readonly HeldPartition[] {
    return this.#held.list();
  }

  /** Waits for the group to take this member in, however long `waitMs` is: until then nobody knows what is its own. */
  async poll(maxRecords: number, waitMs: number): Promise<readonly LogBatch[]> {
    while (this.#generation === 0 && this.#goesOn()) await this.#changed(REBALANCE_MS);
    if (this.#goesOn() && !this.#positioned) await this.#goToStored();
    if (this.#goesOn() && !this.#positioned) await this.#changed(Math.min(waitMs, UNKNOWN_PARTITION_MS));
    const deadline = performance.now() + waitMs;
    while (this.#goesOn() && this.#positioned && this.#bufferedBytes === 0) {
      const left = deadline - performance.now();
      if (left <= 0) break;
      await this.#changed(left);
    }
    if (this.#failure) throw this.#failure;
    if (this.#closing || !this.#positioned) return [];
    return this.#handOut(maxRecords);
  }

  seek(partition: number, offset: bigint): void {
    const state = this.#states.get(partition);
    if (!state) return;
    this.#drop(state);
    state.fetched = offset;
    this.#offsets.set(partition, offset);
    this.#consumer.seek({ topic: this.#parts.topic, partition, offset: String(offset) });
    this.#notify();
  }

  /** The group hears of it a moment later: only tools that show the lag look there. */
  commit(partition: number, offset: bigint): Promise<void> {
    if (this.#assigned.has(partition)) this.#commits.set(partition, offset);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Where it reads on, per partition. */
  positions(): ReadonlyMap<number, bigint> {
    if (!this.#positioned) return new Map();
    return new Map([...this.#states].map(([partition, state]) => [partition, state.fetched]));
  }

  /** Compares where it was with where the log ends, as told afterwards: a log that ends before is another one. */
  compare(places: ReadonlyMap<number, bigint>, partitions: readonly PartitionOffsets[]): void {
    for (const { partition, end } of partitions) {
      const place = places.get(partition);
      if (place !== undefined && place > end) this.fail(madeAnew(this.#parts.topic, partition, place, end));
    }
  }

  /** Ends it: polls throw from now on. Does nothing when it has failed already. */
  fail(error: unknown): void {
    this.#failure ??= this.#parts.explain(error);
    this.#watch.stop();
    this.#held.clear();
    this.#notify();
  }

  #goesOn(): boolean {
    return this.#failure === undefined && this.#closing === undefined;
  }

  async #start(): Promise<void> {
    const { topic } = this.#parts;
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENCY,
      eachBatch: (payload) => this.#receive(payload),
    });
  }

  /** Called by kafkajs between the join and the first fetch. */
  #assign(partitions: readonly number[]): void {
    this.#generation += 1;
    this.#positioned = false;
    this.#assigned = new Set(partitions);
    this.#states = new Map();
    this.#bufferedBytes = 0;
    this.#commits.clear();
    this.#held.clear();
    this.#consumer.pause([{ topic: this.#parts.topic }]);
    this.#parts.logger.debug('The group has given partitions', { group: this.#parts.group, partitions });
    this.#notify();
  }

  async #goToStored(): Promise<void> {
    const { storedOffsets, topic } = this.#parts;
    const generation = this.#generation;
    if (storedOffsets) this.#offsets = new Map(await storedOffsets());
    const partitions = await this.#parts.partitions();
    if (generation !== this.#generation || !this.#goesOn()) return;
    // One that was just added to the topic: the next poll asks again.
    const known = new Set(partitions.map(({ partition }) => partition));
    if (![...this.#assigned].every((partition) => known.has(partition))) return;
    for (const { partition, start, end } of partitions) {
      if (!this.#assigned.has(partition)) continue;
      let position = this.#offsets.get(partition) ?? start;
      if (position > end) return this.fail(madeAnew(topic, partition, position, end));
      if (position < start) position = start;
      this.#states.set(partition, { fetched: position, end, queue: [] });
      this.#consumer.seek({ topic, partition, offset: String(position) });
    }
    this.#positioned = true;
    this.#consumer.resume([{ topic }]);
  }

  /** What kafkajs has fetched from one partition. Returns when there is room for more. */
  async #receive({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const generation = this.#generation;
    const { partition } = batch;
    const state = this.#states.get(partition);
    const read = fetchedOf(batch.messages[0]);
    const isOurs = () => isRunning() && generation === this.#generation && this.#goesOn();
    if (!state || !read || !this.#positioned || isStale() || !isOurs()) return;
    const { fetchOffset, nextOffset, endOffset, unreadable, records } = read;
    if (fetchOffset < state.fetched) return this.#lookBack(partition, state, endOffset);
    state.end = endOffset;
    if (nextOffset > fetchOffset) {
      const bytes = read.bytes + 1;
      // kafkajs begins at the start of the log where that is beyond the place to read from: what lies between was deleted.
      state.queue.push({ records, bytes, place: fetchOffset, next: nextOffset, taken: 0 });
      state.fetched = nextOffset;
      this.#bufferedBytes += bytes;
      resolveOffset(String(nextOffset - 1n));
    }
    if (unreadable) this.#held.hold(partition, unreadable);
    else this.#held.release(partition);
    this.#notify();
    while (this.#bufferedBytes > ROOM_BYTES && isOurs()) {
      await this.#changed(HEARTBEAT_MS / 2);
      await heartbeat();
    }
  }

  /**
   * kafkajs has read before the place where it should: it goes to the start of the log when the offset it asks for is
   * not there. If the log does end before that, it is another one; else this was read too late, and is not needed.
   */
  #lookBack(partition: number, state: PartitionState, end: bigint): void {
    const { topic, logger } = this.#parts;
    if (end < state.fetched) {
      this.fail(madeAnew(topic, partition, state.fetched, end));
      return;
    }
    logger.debug('Read before the place to read from', { partition, place: String(state.fetched) });
    this.#consumer.seek({ topic, partition, offset: String(state.fetched) });
  }

  async #handOut(maxRecords: number): Promise<LogBatch[]> {
    const generation = this.#generation;
    const ready = [...this.#states].filter(([, state]) => state.queue.length > 0);
    const batches: LogBatch[] = [];
    let left = maxRecords;
    this.#turn += 1;
    for (let index = 0; index < ready.length && left > 0; index += 1) {
      const [partition, state] = ready[(index + this.#turn) % ready.length] ?? [];
      if (partition === undefined || state === undefined) continue;
      const { records, startOffset, nextOffset } = this.#take(
        state,
        Math.max(1, Math.ceil(left / (ready.length - index))),
      );
      left -= records.length;
      this.#offsets.set(partition, nextOffset);
      const emptyOffsets = Number(nextOffset - startOffset) - records.length;
      batches.push({
        topic: this.#parts.topic,
        partition,
        startOffset,
        records,
        emptyOffsets,
        nextOffset,
        endOffset: state.end,
      });
      await setImmediate();
      // Taken away meanwhile: whoever has the partition now reads it again.
      if (generation !== this.#generation) return [];
    }
    this.#notify();
    return batches;
  }

  /** Records of a partition that has some. */
  #take(state: PartitionState, limit: number): Taken {
    const records: LogRecord[] = [];
    const [first] = state.queue;
    const startOffset = first?.place ?? state.fetched;
    let nextOffset = startOffset;
    while (records.length < limit) {
      const [fetched] = state.queue;
      // What was deleted in between is seen in the start of the next batch.
      if (!fetched || fetched.place !== nextOffset) break;
      const until = Math.min(fetched.records.length, fetched.taken + limit - records.length);
      records.push(...fetched.records.slice(fetched.taken, until));
      fetched.taken = until;
      fetched.place = fetched.records[until]?.offset ?? fetched.next;
      nextOffset = fetched.place;
      if (until < fetched.records.length) continue;
      state.queue.shift();
      this.#bufferedBytes -= fetched.bytes;
    }
    return { records, startOffset, nextOffset };
  }

  #drop(state: PartitionState): void {
    for (const { bytes } of state.queue.splice(0)) this.#bufferedBytes -= bytes;
  }

  async #flushCommits(): Promise<void> {
    const { topic, logger } = this.#parts;
    const offsets = [...this.#commits].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
    this.#commits.clear();
    if (offsets.length === 0) return;
    try {
      await this.#consumer.commitOffsets(offsets);
    } catch (error) {
      logger.debug('The offsets were not told to the group', { error: messageOf(error) });
    }
  }

  async #close(): Promise<void> {
    const { client, onClose, logger } = this.#parts;
    const deadline = performance.now() + CLOSE_MS;
    const left = () => Math.max(0, deadline - performance.now());
    clearInterval(this.#committer);
    this.#held.clear();
    this.#watch.stop();
    this.#notify();
    // A member that is being taken in cannot leave; one that has not left keeps its partitions until the session ends.
    await within(this.#started, left());
    if (this.#failure === undefined) await within(this.#flushCommits(), left());
    const leaving = this.#consumer.disconnect();
    await within(leaving, left());
    client.destroy();
    leaving.catch((error: unknown) => logger.debug('The group was not left', { error: messageOf(error) }));
    await onClose();
  }

  #notify(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** Resolves after a change of anything, or after `ms`. */
  #changed(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiters.add(done);
    });
  }
}

function madeAnew(topic: string, partition: number, place: bigint, end: bigint): AppError {
  return new AppError(
    'log_failed',
    `Partition ${partition} of the topic ${topic} ends at ${end}, before ${place}, up to where it was read: the topic was made anew.`,
    { hint: 'Reading begins again by itself at the start of the new topic.' },
  );
}
