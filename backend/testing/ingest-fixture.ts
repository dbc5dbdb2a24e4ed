/** Log, store, projector and consumer on a real embedded database, with parts that a test can break. */
import { createBusinessCalendar } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
import { createDecoder, encodeTicketSale } from '../domain/ticket-sale.ts';
import type { EmbeddedEventLog } from '../embedded/embedded-event-log.ts';
import { openEmbeddedEventLog } from '../embedded/embedded-event-log.ts';
import { eventLogMigrations } from '../embedded/event-log-migrations.ts';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import { Consumer } from '../ingest/consumer.ts';
import type { ConsumerParts, ConsumerTuning } from '../ingest/consumer-parts.ts';
import { Projector } from '../ingest/projector.ts';
import { systemClock } from '../ports/clock.ts';
import type { LogMessage } from '../ports/event-log.ts';
import { silentLogger } from '../ports/logger.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { SaleStore } from '../ports/sale-store.ts';
import type { StoreCheck } from '../postgres/check.ts';
import { checkStore } from '../postgres/check.ts';
import { migrate } from '../postgres/migrate.ts';
import { PostgresRollupReader } from '../postgres/rollup-reader.ts';
import type { SaleStoreOptions } from '../postgres/sale-store.ts';
import { uuidOf } from './sale-line.ts';
import type { StoreFixture } from './store-fixture.ts';
import { openServerStoreFixture, openStoreFixture, TOPIC } from './store-fixture.ts';

const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
export const decode = createDecoder({ calendar, catalogue, currency: 'USD' });

/** A message of a valid sale; `index` decides its id, and theatre and movie in turn. */
export function saleMessage(
  index: number,
  facts: { readonly amountCents?: number; readonly soldAt?: number } = {},
): LogMessage {
  const theaterId = catalogue.theaters[index % catalogue.theaters.length]!.id;
  return {
    key: String(theaterId),
    value: encodeTicketSale({
      v: 1,
      id: uuidOf(index),
      type: 'sale',
      theaterId,
      movieId: catalogue.movies[index % catalogue.movies.length]!.id,
      showtime: '2026-11-22T19:30:00Z',
      channel: 'online',
      tickets: 2,
      amountCents: facts.amountCents ?? 1299,
      currency: 'USD',
      soldAt: new Date(facts.soldAt ?? Date.UTC(2026, 10, 22, 12) + (index % 100_000) * 250).toISOString(),
    }),
  };
}

export interface IngestFixture extends StoreFixture {
  readonly log: EmbeddedEventLog;
  readonly rollups: PostgresRollupReader;
  /** A read model and a consumer as a program has them that has just started; `parts` replace real ones. */
  start(
    parts?: Partial<Pick<ConsumerParts, 'log' | 'clock' | 'decode' | 'observeOnly'>> & {
      readonly store?: SaleStore;
      readonly readModel?: ReadModel;
    },
    tuning?: Partial<ConsumerTuning>,
  ): { readonly consumer: Consumer; readonly projector: Projector; readonly readModel: ReadModel };
  /** Figures and problems as the store and the log have them. */
  check(): Promise<StoreCheck>;
}

/** @param dataDir an existing data folder to go on with; a fresh one by default */
export async function openIngestFixture(dataDir?: string): Promise<IngestFixture> {
  return ingestOn(await openStoreFixture(dataDir));
}

/** The same on the PostgreSQL server of the tests; the log is there too. */
export async function openServerIngestFixture(options: SaleStoreOptions): Promise<IngestFixture> {
  const base = await openServerStoreFixture(options);
  await migrate(base.pool, eventLogMigrations);
  return ingestOn(base);
}

async function ingestOn(base: StoreFixture): Promise<IngestFixture> {
  const log = await openEmbeddedEventLog(base.pool, { topic: TOPIC });
  const rollups = new PostgresRollupReader(base.pool, () => calendar.zone);
  const running: Consumer[] = [];
  return {
    ...base,
    log,
    rollups,
    start(parts = {}, tuning = {}) {
      const readModel = parts.readModel ?? new MemoryReadModel();
      const store = parts.store ?? base.store;
      const shared = { clock: parts.clock ?? systemClock, logger: silentLogger };
      const projector = new Projector({ ...shared, store, rollups, readModel, answers: new MemoryAnswerCache() });
      const { observeOnly = false } = parts;
      const consumer = new Consumer({
        ...shared,
        log: parts.log ?? log,
        store,
        projector,
        decode: parts.decode ?? decode,
        tuning,
        observeOnly,
      });
      running.push(consumer);
      consumer.start();
      return { consumer, projector, readModel };
    },
    check: async () => checkStore(base.pool, TOPIC, () => log.partitions()),
    async empty() {
      for (const consumer of running.splice(0)) await consumer.stop();
      const client = await base.pool.connect();
      try {
        (await log.deleteRecords(client))();
      } finally {
        client.release();
      }
      await base.empty();
    },
    async close() {
      for (const consumer of running.splice(0)) await consumer.stop();
      await log.close();
      await base.close();
    },
  };
}
