import type pg from 'pg';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { createCatalogue } from '../domain/catalogue.ts';
import { createDecoder } from '../domain/ticket-sale.ts';
import { IngestRig } from './ingest-rig.ts';
import { describeQueryBackend, type MakeQueryBackend } from './query-backend-conformance.ts';

/** Both query backends, with read model and cache in memory, on a PostgreSQL that is there when the tests run. */
export function describeBackendsOn(place: string, pool: () => pg.Pool): void {
  const make =
    (name: 'sql' | 'materialized'): MakeQueryBackend =>
    async ({ theaters, movies, zone, cutoverHour }) => {
      const calendar = createBusinessCalendar({ zone, cutoverHour });
      const catalogue = createCatalogue(theaters, movies);
      const rig = new IngestRig({
        pool: pool(),
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
  describeQueryBackend(`sql on ${place}, with the cache in memory`, make('sql'));
  describeQueryBackend(`materialized on the read model in memory, beside ${place}`, make('materialized'));
}
