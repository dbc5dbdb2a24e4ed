import type pg from 'pg';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { type Catalogue, createCatalogue } from '../domain/catalogue.ts';
import type { BackendName, Question } from '../domain/question.ts';
import { createDecoder } from '../domain/ticket-sale.ts';
import { openGateway } from '../gateway/gateway.ts';
import type { GatewaySource } from '../gateway/source.ts';
import { silentLogger } from '../ports/logger.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import { ask } from '../query/ask.ts';
import { HttpBackend } from './http-backend.ts';
import { IngestRig } from './ingest-rig.ts';
import { describeQueryBackend, type MakeQueryBackend } from './query-backend-conformance.ts';

type Reach = (
  name: BackendName,
  rig: IngestRig,
  catalogue: Catalogue,
) => Promise<{ readonly backend: QueryBackend; close(): Promise<void> }>;

const direct: Reach = async (name, rig) => ({ backend: rig[name], close: async () => undefined });

const overHttp: Reach = async (name, rig, catalogue) => {
  const gateway = await openGateway({
    // Questions reach nothing else of the runtime.
    source: {
      status: () => ({ database: { state: 'up', since: 0, reason: null, code: null, nextAttemptAt: null } }),
      catalogue,
      currency: () => 'USD',
      ask: (backend: BackendName, question: Question) => ask(rig[backend], question),
      versionOf: async (backend: BackendName, day: string) => {
        const asked: QueryBackend = rig[backend];
        return (await asked.versionOf?.(day)) ?? null;
      },
    } as unknown as GatewaySource,
    address: '127.0.0.1',
    ports: { sql: 0, materialized: 0 },
    hostNames: [],
    version: 'test',
    accounts: null,
    logger: silentLogger,
  });
  return { backend: new HttpBackend(name, gateway.ports[name]), close: () => gateway.close() };
};

/** Both query backends, with read model and cache in memory, on a PostgreSQL that is there when the tests run. */
export function describeBackendsOn(place: string, pool: () => pg.Pool): void {
  const make =
    (name: BackendName, reach: Reach = direct): MakeQueryBackend =>
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
      const { backend, close } = await reach(name, rig, catalogue);
      return { backend, store: (partition, sales) => rig.store(partition, sales), close };
    };
  describeQueryBackend(`sql on ${place}, with the cache in memory`, make('sql'));
  describeQueryBackend(`materialized on the read model in memory, beside ${place}`, make('materialized'));
  describeQueryBackend(`sql on ${place}, over HTTP`, make('sql', overHttp));
  describeQueryBackend(`materialized beside ${place}, over HTTP`, make('materialized', overHttp));
}
