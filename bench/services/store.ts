/**
 * Storing on a PostgreSQL server (DATABASE_URL), apart from everything else: a bare COPY into `sale` as it would be in one
 * piece (its columns, a key on the id, indexes by day and by theatre), the store through COPY and through arrays; by size of
 * batch and number of connections.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { SaleLine } from '../../backend/domain/ticket-sale.ts';
import { sql } from '../../backend/lib/sql.ts';
import { copyIn } from '../../backend/postgres/copy-in.ts';
import { copyRows } from '../../backend/postgres/copy-rows.ts';
import { adoptCalendar } from '../../backend/postgres/rebuild.ts';
import { resetStore } from '../../backend/postgres/reset.ts';
import { PostgresSaleStore } from '../../backend/postgres/sale-store.ts';
import type { PostgresServer } from '../../backend/postgres/server-database.ts';
import { createServerTestDatabase } from '../../backend/testing/server-test-database.ts';
import { batchOf, commit } from '../../backend/testing/store-fixture.ts';
import { type Figure, formatFigure } from '../figures.ts';

const makeBareTable = sql`
  create table bare_sale (like sale including all, primary key (id));
  create index on bare_sale (business_day);
  alter table bare_sale alter log_partition set default 0`;
const emptyBareTable = sql`truncate bare_sale`;
const copyBare = sql`
  copy bare_sale (id, kind, theater_id, movie_id, showtime, channel, tickets, amount_cents, currency, sold_at,
    business_day, refund_of, log_offset) from stdin (format binary)`;
const settle = sql`checkpoint`;

const start = Date.UTC(2026, 10, 22, 18);
/** Events of one second of sales, all partitions together. */
const salesPerSecond = 1_000;
const theaters = 36;

/** A batch of one partition: its own theatres, its instants spread as `partitions` partitions share the sales. */
function salesOf(partition: number, partitions: number, offset: number, count: number): SaleLine[] {
  const random = randomBytes(count * 8);
  return Array.from({ length: count }, (_, index) => {
    const number = offset + index;
    const soldAt = start + Math.floor((number * partitions * 1000) / salesPerSecond);
    const noise = random.toString('hex', index * 8, index * 8 + 8);
    const time = soldAt.toString(16).padStart(12, '0');
    return {
      id: `${time.slice(0, 8)}-${time.slice(8)}-7${noise.slice(0, 3)}-9${noise.slice(3, 6)}-${number.toString(16).padStart(6, '0')}${partition}${noise.slice(11, 16)}`,
      kind: number % 33 === 0 ? -1 : 1,
      refundOf: null,
      theaterId: 1 + partition + partitions * ((number * 7) % (theaters / partitions)),
      movieId: 1 + ((number * 5) % 24),
      showtime: soldAt + 3_600_000,
      channel: 'online',
      tickets: 1 + (number % 4),
      amountCents: 1_299,
      currency: 'USD',
      soldAt,
      businessDay: '2026-11-22',
      partition,
      offset: BigInt(number),
    };
  });
}

type Way = 'bareCopy' | 'copy' | 'arrays';

interface Round {
  readonly way: Way;
  readonly size: number;
  readonly connections: number;
  readonly events: number;
}

async function measure(server: PostgresServer, { way, size, connections, events }: Round): Promise<number> {
  await resetStore(server.longPool);
  await server.pool.query(emptyBareTable);
  await server.longPool.query(settle);
  const store = new PostgresSaleStore(server.pool, way === 'copy' ? { source: 'copy', copyFrom: 1 } : {});
  const batches = Array.from({ length: connections }, (_, partition) =>
    Array.from({ length: Math.ceil(events / connections / size) }, (_, index) =>
      salesOf(partition, connections, index * size, size),
    ),
  );
  const started = performance.now();
  await Promise.all(
    batches.map(async (lane) => {
      for (const sales of lane) {
        if (way !== 'bareCopy') {
          await commit(store, batchOf(sales));
          continue;
        }
        const rows = copyRows(sales);
        if (!rows) throw new Error('not copyable');
        const client = await server.pool.connect();
        try {
          await copyIn(client, copyBare, rows);
        } finally {
          client.release();
        }
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  return (batches.length * (batches[0]?.length ?? 0) * size) / seconds;
}

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,500,2000,8000' },
    connections: { type: 'string', default: '1,3' },
    ways: { type: 'string', default: 'bareCopy,copy,arrays' },
    events: { type: 'string', default: '240000' },
    repeats: { type: 'string', default: '1' },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const ways = values.ways.split(',') as Way[];

const database = await createServerTestDatabase();
try {
  const server = database.open();
  await adoptCalendar(server.pool, { zone: 'UTC', cutoverHour: 0, currency: 'USD' });
  await server.pool.query(makeBareTable);
  for (const connections of numbers(values.connections)) {
    for (const size of numbers(values.sizes)) {
      const events = Math.min(Number(values.events), size * 400);
      for (let repeat = 0; repeat < Number(values.repeats); repeat += 1) {
        const rates = new Map<Way, number>();
        for (const way of ways) rates.set(way, await measure(server, { way, size, connections, events }));
        const bare = rates.get('bareCopy');
        for (const [way, rate] of rates) {
          const figure: Figure = { name: `store.${connections}x${size}.${way}`, value: rate, unit: 'events/s' };
          const ratio = bare === undefined || way === 'bareCopy' ? '' : `  ${(rate / bare).toFixed(2)} of a bare COPY`;
          process.stdout.write(`${formatFigure(figure)}${ratio}\n`);
        }
      }
    }
  }
} finally {
  await database.drop();
}
