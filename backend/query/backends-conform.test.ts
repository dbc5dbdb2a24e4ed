import { afterAll, beforeAll } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { createCatalogue } from '../domain/catalogue.ts';
import { createDecoder } from '../domain/ticket-sale.ts';
import { openTestDatabase, type TestDatabase } from '../testing/embedded-test-database.ts';
import { IngestRig } from '../testing/ingest-rig.ts';
import { describeQueryBackend, type MakeQueryBackend } from '../testing/query-backend-conformance.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const make =
  (name: 'sql' | 'materialized'): MakeQueryBackend =>
  async ({ theaters, movies, zone, cutoverHour }) => {
    const calendar = createBusinessCalendar({ zone, cutoverHour });
    const catalogue = createCatalogue(theaters, movies);
    const rig = new IngestRig({
      pool: database.pool,
      topic: name,
      decode: createDecoder({ calendar, catalogue, currency: 'USD' }),
      calendar,
      catalogue,
      now: Date.parse('2027-01-16T12:00:00Z'),
    });
    await rig.reset();
    await rig.start();
    return {
      backend: rig[name],
      store: (partition, sales) => rig.store(partition, sales),
      close: async () => undefined,
    };
  };

describeQueryBackend('sql on PostgreSQL, with the cache in memory', make('sql'));
describeQueryBackend('materialized on the read model in memory', make('materialized'));
