/** The embedded path: log, consumer and store on the embedded database, in one process as in the console. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SaleLine } from '../backend/domain/ticket-sale.ts';
import { openEmbeddedDatabase } from '../backend/embedded/embedded-database.ts';
import { sql } from '../backend/lib/sql.ts';
import { silentLogger } from '../backend/ports/logger.ts';
import { columnParameters } from '../backend/postgres/batch-parameters.ts';
import { startSourceWorker } from '../backend/testing/embedded-test-database.ts';
import { openIngestFixture, saleMessage } from '../backend/testing/ingest-fixture.ts';
import { batchOf, commit, openStoreFixture } from '../backend/testing/store-fixture.ts';
import type { Figure } from './figures.ts';
import { percentile } from './figures.ts';

/** Every n-th sale's way from its instant to the commit is measured. */
const SAMPLE = 20;

interface Load {
  readonly name: string;
  /** Events per second; Infinity: as fast as the log and the consumer take them. */
  readonly rate: number;
  readonly events: number;
}

const loads: readonly Load[] = [
  { name: '2000', rate: 2_000, events: 20_000 },
  { name: '5000', rate: 5_000, events: 75_000 },
  { name: 'full', rate: Number.POSITIVE_INFINITY, events: 200_000 },
];

/** Events appended, stored and projected per second, what that does to the event loop, and how long an event takes. */
export async function embeddedIngest(): Promise<readonly Figure[]> {
  const fixture = await openIngestFixture();
  const figures: Figure[] = [];
  try {
    const { consumer } = fixture.start();
    await consumer.drained();
    let number = 0;
    for (const { name, rate, events } of loads) {
      const latencies: number[] = [];
      const unsubscribe = consumer.onCommitted((batch) => {
        for (let index = 0; index < batch.inserted.length; index += SAMPLE) {
          const sale = batch.inserted[index];
          if (sale) latencies.push(batch.committedAt - sale.soldAt);
        }
      });
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const started = performance.now();
      let sent = 0;
      let lastAppend = Promise.resolve();
      while (sent < events) {
        await consumer.waitForRoom();
        const due = Math.min(events, Math.ceil(((performance.now() - started) / 1000) * rate));
        const count = Math.min(500, due - sent);
        if (count > 0) {
          const soldAt = Date.now();
          const previous = lastAppend;
          const from = number;
          lastAppend = fixture.log.append(
            Array.from({ length: count }, (_, index) => saleMessage(from + index, { soldAt })),
          );
          number += count;
          sent += count;
          // Two appends under way are enough to keep the log busy.
          await previous;
        }
        await sleep(Number.isFinite(rate) ? 20 : 0);
      }
      await lastAppend;
      await consumer.drained();
      const tookMs = performance.now() - started;
      delay.disable();
      unsubscribe();
      figures.push(
        { name: `embedded.ingest.${name}.rate`, value: (events / tookMs) * 1000, unit: 'events/s' },
        { name: `embedded.ingest.${name}.loopDelay.p50`, value: delay.percentile(50) / 1e6, unit: 'ms' },
        { name: `embedded.ingest.${name}.loopDelay.p99`, value: delay.percentile(99) / 1e6, unit: 'ms' },
        { name: `embedded.ingest.${name}.loopDelay.max`, value: delay.max / 1e6, unit: 'ms' },
        { name: `embedded.ingest.${name}.soldToStored.p50`, value: percentile(latencies, 0.5), unit: 'ms' },
        { name: `embedded.ingest.${name}.soldToStored.p99`, value: percentile(latencies, 0.99), unit: 'ms' },
      );
    }
    const check = await fixture.check();
    const problems = Object.values(check.problems).flat();
    if (check.stored !== number || problems.length > 0)
      throw new Error(`the figures are worth nothing: ${problems.join(' ')}`);
  } finally {
    await fixture.close();
  }
  return figures;
}

const makeBareTable = sql`create table bare_sale (like sale including all, primary key (id))`;

/** The same rows as the store inserts, into a table with the same columns and indexes, and nothing else. */
const insertBare = sql`
  insert into bare_sale (id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at,
    business_day, refund_of, log_partition, log_offset)
  select s.id, s.kind, s.theater_id, s.movie_id, to_timestamp(s.showtime / 1000.0), s.channel, s.tickets, s.amount_cents,
    s.currency, to_timestamp(s.sold_at / 1000.0), s.business_day, s.refund_of, 0, s.log_offset
  from unnest($1::uuid[], $2::smallint[], $3::integer[], $4::integer[], $5::float8[], $6::text[], $7::integer[],
    $8::bigint[], $9::text[], $10::float8[], $11::date[], $12::uuid[], $13::bigint[])
    as s(id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at, business_day,
      refund_of, log_offset)`;

function salesFrom(offset: number, count: number): SaleLine[] {
  const soldAt = Date.UTC(2026, 10, 22, 18);
  return Array.from({ length: count }, (_, index) => {
    const number = offset + index;
    return {
      id: randomUUID(),
      kind: number % 33 === 0 ? -1 : 1,
      refundOf: null,
      theaterId: 1 + (number % 10),
      movieId: 1 + (number % 24),
      showtime: soldAt + 3_600_000,
      channel: 'online',
      tickets: 1 + (number % 4),
      amountCents: 1_299,
      currency: 'USD',
      soldAt: soldAt + number,
      businessDay: '2026-11-22',
      partition: 0,
      offset: BigInt(number),
    };
  });
}

/** The batch transaction (fence, dedupe, four rollups, outbox) against a bare insert of the same rows, batch by batch in turn. */
export async function batchTransaction(): Promise<readonly Figure[]> {
  const fixture = await openStoreFixture();
  const figures: Figure[] = [];
  try {
    await fixture.pool.query(makeBareTable);
    let offset = 0;
    for (const size of [100, 500, 2_000]) {
      const rounds = Math.max(20, 40_000 / size);
      let storeMs = 0;
      let bareMs = 0;
      for (let round = 0; round < rounds; round += 1) {
        const sales = salesFrom(offset, size);
        offset += size;
        let started = performance.now();
        await commit(fixture.store, batchOf(sales));
        storeMs += performance.now() - started;
        started = performance.now();
        await fixture.pool.query({ name: 'insert_bare', text: insertBare, values: columnParameters(sales) });
        bareMs += performance.now() - started;
      }
      const events = rounds * size;
      figures.push(
        { name: `embedded.batch.${size}.transaction`, value: (events / storeMs) * 1000, unit: 'events/s' },
        { name: `embedded.batch.${size}.bareInsert`, value: (events / bareMs) * 1000, unit: 'events/s' },
        { name: `embedded.batch.${size}.ratio`, value: bareMs / storeMs, unit: 'ratio' },
      );
    }
  } finally {
    await fixture.close();
  }
  return figures;
}

/** Making the embedded database for the first time, and opening it again. */
export async function databaseStart(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-bench-'));
  const figures: Figure[] = [];
  try {
    for (const name of ['create', 'reopen']) {
      const started = performance.now();
      const database = await openEmbeddedDatabase({
        dataDir,
        startWorker: startSourceWorker,
        onProgress: () => {},
        logger: silentLogger,
      });
      figures.push({ name: `embedded.database.${name}`, value: performance.now() - started, unit: 'ms' });
      await database.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
  return figures;
}
