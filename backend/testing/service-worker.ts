/**
 * A worker on the services that the environment names (see backend/settings/environment.ts), for the fault suite. It
 * tells its parent of its state four times a second over the IPC channel, and kills itself with SIGKILL at the n-th
 * time it comes to the point that KILL_AT names ("after-commit:3"), as a power cut would. Where KAFKA_THROUGH_PORT names
 * the port of a proxy, connections to Kafka go there, whatever address the broker tells of itself.
 */
import net from 'node:net';
import pg from 'pg';
import { Projector } from '../ingest/projector.ts';
import { KafkaEventLog } from '../kafka/kafka-event-log.ts';
import type { LogReader } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import { PostgresSaleStore } from '../postgres/sale-store.ts';
import { createRuntime } from '../runtime.ts';
import { localServices } from '../settings/environment.ts';
import { defaultSettings } from '../settings/settings.ts';
import type { KillPoint, WorkerMessage, WorkerReport } from './worker-report.ts';

const [wantedPoint, wantedCount] = (process.env.KILL_AT ?? '').split(':');
let left = Number(wantedCount ?? 0);

function passing(point: KillPoint): void {
  if (point !== wantedPoint) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

function watchReader(reader: LogReader): LogReader {
  const { poll, commit } = reader;
  reader.poll = async (...args) => {
    const batches = await poll.apply(reader, args);
    if (batches.length > 0) passing('after-fetch');
    return batches;
  };
  reader.commit = (...args) => {
    passing('before-kafka-commit');
    return commit.apply(reader, args);
  };
  return reader;
}

const { open } = KafkaEventLog.prototype;
KafkaEventLog.prototype.open = async function (...args) {
  return watchReader(await open.apply(this, args));
};

const { apply } = PostgresSaleStore.prototype;
PostgresSaleStore.prototype.apply = async function (batch) {
  const result = await apply.call(this, batch);
  passing('after-commit');
  return result;
};

const { project } = Projector.prototype;
Projector.prototype.project = async function (batches) {
  await project.call(this, batches);
  if (batches.length > 0) passing('after-projection');
};

/** pg calls come in too many shapes for types: what matters here are the text and when the answer is there. */
const client = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
const { query } = client;
let inserted = false;
client.query = function (...args) {
  const [first] = args;
  const text = typeof first === 'string' ? first : ((first as { text?: string } | undefined)?.text ?? '');
  if (inserted && /^\s*commit/i.test(text)) passing('before-commit');
  if (/^\s*(commit|rollback)/i.test(text)) inserted = false;
  if (!/insert into sale\b/i.test(text)) return query.apply(this, args);
  const done = () => {
    inserted = true;
    passing('after-insert');
  };
  const callback = args.at(-1);
  if (typeof callback === 'function') {
    return query.apply(this, [
      ...args.slice(0, -1),
      (...answer: unknown[]) => {
        done();
        callback(...answer);
      },
    ]);
  }
  return (query.apply(this, args) as Promise<unknown>).then((value) => {
    done();
    return value;
  });
};

const through = process.env.KAFKA_THROUGH_PORT;
if (through !== undefined) {
  const { connect } = net;
  // Of the clients here only Kafka's connects through this function of the module.
  net.connect = ((options: net.TcpNetConnectOpts, onConnect: () => void) =>
    connect({ ...options, port: Number(through) }, onConnect)) as typeof net.connect;
}

const SystemDate = Date;
let clockStepMs = 0;
process.on('message', (message: WorkerMessage) => {
  clockStepMs += message.clockStepMs;
});
globalThis.Date = class extends SystemDate {
  constructor(...facts: unknown[]) {
    // @ts-expect-error: whatever a Date is made of
    super(...(facts.length === 0 ? [SystemDate.now() + clockStepMs] : facts));
  }
  static override now(): number {
    return SystemDate.now() + clockStepMs;
  }
} as DateConstructor;

const logger: Logger = {
  debug() {},
  info() {},
  warn: (message, fields) => process.stderr.write(`warn ${message} ${JSON.stringify(fields ?? {})}\n`),
  error: (message, fields) => process.stderr.write(`error ${message} ${JSON.stringify(fields ?? {})}\n`),
};

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const runtime = await createRuntime({
  source: { kind: 'services', ...localServices(process.env) },
  signal: stop.signal,
  calendar: { zone: 'UTC', cutoverHour: 0 },
  currency: 'USD',
  backend: 'materialized',
  fallback: false,
  simulator: defaultSettings.simulator,
  logger,
  consume: true,
});

const reporting = setInterval(() => {
  global.gc?.();
  const { database, log, readModel, consumer } = runtime.status();
  const report: WorkerReport = {
    states: { database: database.state, log: log.state, readModel: readModel.state, consumer: consumer.state },
    reason: consumer.reason,
    lagEvents: consumer.lagEvents,
    restarts: consumer.restarts,
    heapBytes: process.memoryUsage().heapUsed,
  };
  process.send?.(report);
}, 250);

stop.signal.addEventListener('abort', () => {
  clearInterval(reporting);
  void runtime.close().then(() => process.disconnect?.());
});
