/**
 * What a log with transactions, partitions that are added and kills of a worker come to together: two topics over one
 * database, each written by producers of transactions that commit, abort and stay open. The account of each topic is
 * exact, no worker tells a lag that cannot be, and none begins a session again without a kill.
 */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyBytes } from '../../backend/ports/event-log.ts';
import { saleMessage } from '../../backend/testing/ingest-fixture.ts';
import { uuidOf } from '../../backend/testing/sale-line.ts';
import type { WorkerReport } from '../../backend/testing/worker-report.ts';
import { record } from './results.ts';
import { insistently, openRig, type Rig } from './rig.ts';
import { full } from './rounds.ts';
import { Worker } from './worker.ts';

const cli = fileURLToPath(new URL('../../backend/cli.ts', import.meta.url));
/** Events a second, both topics together. */
const perSecond = full ? 500 : 200;
/** How long one load runs, how long a transaction stays open, ms. */
const loadMs = full ? 120_000 : 15_000;
const openMs = full ? 30_000 : 4_000;
const kills = full ? 6 : 1;
const transactionMs = 200;
/** One transaction in so many is aborted. */
const abortEvery = 4;
const settleMs = 120_000;
/** What was so long ago is known to a worker, and has been told of, ms. */
const toldMs = 10_000;

let rig: Rig;
let admin: Admin;
let kafka: Kafka;
let pool: pg.Pool;

beforeAll(async () => {
  rig = await openRig();
  const { KAFKA_BROKERS: brokers, DATABASE_URL: connectionString } = rig.services.env;
  kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 20 } });
  admin = kafka.admin();
  await admin.connect();
  pool = new pg.Pool({ connectionString, max: 2 });
});
afterAll(async () => {
  await pool?.end();
  await admin?.disconnect();
  await rig?.close();
});

/** Writes sales in transactions, and knows which of them were committed. */
class Transactions {
  readonly committed: number[] = [];
  readonly #topic: string;
  readonly #producers: Producer[] = [];
  #next: number;

  /** @param first the number of its first sale: those of different topics must not meet */
  constructor(topic: string, first: number) {
    this.#topic = topic;
    this.#next = first;
  }

  /** Commits and aborts until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const producer = await this.#open('short');
    const count = Math.round((perSecond / 2) * (transactionMs / 1_000));
    for (let round = 0; !signal.aborted; round += 1) {
      await this.#transaction(producer, count, round % abortEvery !== abortEvery - 1, async () => {});
      await sleep(transactionMs);
    }
  }

  /** One that stays open, and holds back what lies behind it. */
  async stayOpen(kept: boolean): Promise<void> {
    const producer = await this.#open(`open-${kept}`);
    await this.#transaction(producer, 20, kept, () => sleep(openMs));
  }

  async close(): Promise<void> {
    for (const producer of this.#producers) await producer.disconnect();
  }

  async #open(name: string): Promise<Producer> {
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      transactionalId: `${this.#topic}-${name}`,
      idempotent: true,
      maxInFlightRequests: 1,
      // Partitions that are added are written to soon.
      metadataMaxAge: 500,
    });
    this.#producers.push(producer);
    await producer.connect();
    return producer;
  }

  async #transaction(producer: Producer, count: number, kept: boolean, meanwhile: () => Promise<void>): Promise<void> {
    const sales = Array.from({ length: count }, () => this.#next++);
    const messages = sales.map((index) => {
      const message = saleMessage(index);
      return { key: Buffer.from(keyBytes(message) ?? []), value: Buffer.from(message.value) };
    });
    const transaction = await producer.transaction();
    await transaction.send({ topic: this.#topic, messages });
    await meanwhile();
    if (!kept) return transaction.abort();
    await transaction.commit();
    this.committed.push(...sales);
  }
}

/** Up to where each partition can be read. kafkajs does not hear of added partitions on a connection that it has. */
function endsOf(topic: string): Promise<readonly number[]> {
  return insistently(async () => {
    const offsets = await admin.fetchTopicOffsets(topic);
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    if (offsets.length === topics[0]?.partitions.length) return offsets.map(({ high }) => Number(high));
    const old = admin;
    admin = kafka.admin();
    await admin.connect();
    await old.disconnect();
    throw new Error('the topic has got more partitions');
  });
}

/** A topic, its load, and the worker that stores it. */
class Side {
  readonly topic: string;
  readonly load: Transactions;
  readonly env: NodeJS.ProcessEnv;
  readonly wrong: string[] = [];
  /** Ends of the log, and what was stored, as they were seen, oldest first. */
  readonly #looks: { readonly at: number; readonly end: number; readonly stored: number }[] = [];
  #worker: Worker | undefined;
  /** Sessions that a new broker has sent away, while it made its list of groups. */
  #sentAway = 0;

  constructor(topic: string, first: number) {
    this.topic = topic;
    this.load = new Transactions(topic, first);
    this.env = { ...rig.env, REELMETRICS_TOPIC: topic, REELMETRICS_GROUP: topic };
  }

  get worker(): Worker {
    if (!this.#worker) throw new Error('no worker was started');
    return this.#worker;
  }

  start(): void {
    this.#worker = new Worker(this.env);
    this.#sentAway = 0;
  }

  /** Waits until it consumes for the first time. */
  async begun(): Promise<void> {
    await this.worker.reports('it consumes', ({ states }) => states.consumer === 'up', settleMs);
    this.#sentAway = this.worker.last?.restarts ?? 0;
  }

  get restarts(): number {
    return (this.worker.last?.restarts ?? 0) - this.#sentAway;
  }

  async end(): Promise<number> {
    return (await endsOf(this.topic)).reduce((sum, end) => sum + end, 0);
  }

  async stored(): Promise<number> {
    const { rows } = await pool.query<{ stored: string }>(
      'select coalesce(sum(next_offset), 0) as stored from consumer_offset where topic = $1',
      [this.topic],
    );
    return Number(rows[0]?.stored ?? 0);
  }

  /** Holds what the worker tells against the log and the database, as they were before and are after it. */
  async look(): Promise<void> {
    const { worker } = this;
    const asked = performance.now();
    await worker.reports('it tells of itself', () => true, settleMs);
    const report = worker.last;
    const end = await this.end();
    const stored = await this.stored();
    const before = this.#looks.findLast(({ at }) => at < asked - toldMs) ?? { end: 0, stored: 0 };
    this.#looks.push({ at: performance.now(), end, stored });
    if (report === undefined) return;
    const { lagEvents: lag, states, reason } = report;
    const story = `lag ${lag}, stored ${before.stored} to ${stored}, ends ${before.end} to ${end}, consumer ${states.consumer} (${reason})`;
    if (lag !== null && (lag > end - before.stored || lag < before.end - stored))
      this.wrong.push(`a lag that cannot be: ${story}`);
    if (this.restarts > 0) this.wrong.push(`a session was begun again: ${story}`);
  }

  async check(): Promise<Record<string, unknown>> {
    const args = [cli, 'check', '--profile', 'local', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: this.env, maxBuffer: 1 << 26 });
    return JSON.parse(stdout);
  }
}

it('is exact where producers commit, abort and stay open, partitions are added, and a worker is killed', async () => {
  const sides = [new Side(`${rig.topic}-a`, 0), new Side(`${rig.topic}-b`, 10_000_000)] as const;
  const [killed] = sides;
  await admin.createTopics({
    topics: sides.map(({ topic }) => ({ topic, numPartitions: 3 })),
    waitForLeaders: false,
  });
  for (const side of sides) {
    expect(await side.end()).toBe(0);
    side.start();
  }
  for (const side of sides) await side.begun();
  const over = new AbortController();
  const loads = sides.flatMap(({ load }) => [load.run(over.signal), load.stayOpen(true), load.stayOpen(false)]);
  let looking = true;
  const looks = sides.map(async (side) => {
    while (looking) {
      const { worker } = side;
      // Killed in the middle of a look: there is nothing to say of it.
      await side.look().catch((error: unknown) => {
        if (worker.isRunning) throw error;
      });
      await sleep(100);
    }
  });
  const begin = performance.now();
  const partitions = (async () => {
    await sleep(loadMs / 4);
    const count = 6;
    await admin.createPartitions({ topicPartitions: sides.map(({ topic }) => ({ topic, count })) });
  })();
  for (let kill = 1; kill <= kills; kill += 1) {
    await sleep(Math.max(0, begin + (loadMs * kill) / (kills + 1) - performance.now()));
    const stored = await killed.stored();
    await expect.poll(() => killed.stored(), { timeout: settleMs }).toBeGreaterThan(stored);
    await killed.worker.kill();
    killed.start();
  }
  await sleep(Math.max(0, begin + loadMs - performance.now()));
  over.abort();
  await Promise.all([...loads, partitions]);
  const ended = performance.now();
  for (const side of sides) {
    await expect.poll(async () => (await side.end()) - (await side.stored()), { timeout: settleMs }).toBe(0);
    const settled = ({ lagEvents, states }: WorkerReport) => lagEvents === 0 && states.consumer === 'up';
    await side.worker.reports('no event waits', settled, settleMs);
  }
  const recoveredMs = performance.now() - ended;
  looking = false;
  await Promise.all(looks);
  for (const side of sides) {
    expect(side.wrong).toEqual([]);
    expect(side.restarts).toBe(0);
    await side.worker.stop();
  }

  const committed = sides.flatMap(({ load }) => load.committed);
  const { rows } = await pool.query(
    `select count(*)::int as sales, count(known.id)::int as known
     from sale left join unnest($1::uuid[]) as known(id) using (id)`,
    [committed.map((index) => uuidOf(index))],
  );
  expect(rows[0]).toEqual({ sales: committed.length, known: committed.length });
  for (const side of sides) {
    expect((await endsOf(side.topic)).filter((end) => end > 0)).toHaveLength(6);
    const stored = side.load.committed.length;
    expect(await side.check()).toMatchObject({ ok: true, problems: [], stored, produced: stored, inFlight: 0 });
    await side.load.close();
  }
  await record({
    fault: 'transactions that commit, abort and stay open, added partitions, two topics, kill -9 of a worker',
    rounds: kills,
    shownMs: null,
    recoveredMs: Math.round(recoveredMs),
    heapGrowthBytes: null,
  });
});
