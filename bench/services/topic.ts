/** Fills a topic with ticket sales as a broker would hold them after an outage of the consumer. */
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { catalogue } from '../../backend/domain/catalogue.ts';
import { encodeTicketSale } from '../../backend/domain/ticket-sale.ts';

const partitions = 12;
const batchEvents = 2_000;

function uuidAt(ms: number, noise: string): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${noise.slice(0, 3)}-9${noise.slice(3, 6)}-${noise.slice(6, 18)}`;
}

/** Makes the topic that the environment names and appends `events` sales, spread over the `days` that end now. */
export async function fillTopic(
  env: NodeJS.ProcessEnv,
  events: number,
  { days }: { readonly days: number },
): Promise<void> {
  const topic = String(env.REELMETRICS_TOPIC);
  const kafka = new Kafka({
    clientId: 'bench',
    brokers: String(env.REELMETRICS_KAFKA_BROKERS).split(','),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const spanMs = days * 86_400_000;
  const begin = Date.now() - spanMs;
  const { theaters, movies } = catalogue;
  for (let first = 0; first < events; first += batchEvents) {
    const noise = randomBytes(batchEvents * 9).toString('hex');
    const messages = Array.from({ length: Math.min(batchEvents, events - first) }, (_, index) => {
      const soldAt = Math.floor(begin + ((first + index) / events) * spanMs);
      const random = noise.slice(index * 18, index * 18 + 18);
      const dice = Number.parseInt(random.slice(0, 6), 16);
      const theaterId = theaters[dice % theaters.length]?.id ?? 1;
      const value = encodeTicketSale({
        v: 1,
        id: uuidAt(soldAt, random),
        type: 'sale',
        theaterId,
        movieId: movies[(dice >> 6) % movies.length]?.id ?? 1,
        showtime: new Date(soldAt + 3_600_000).toISOString(),
        channel: 'online',
        tickets: 1 + (dice % 4),
        amountCents: 1_299 * (1 + (dice % 4)),
        currency: 'USD',
        soldAt: new Date(soldAt).toISOString(),
      });
      return { key: String(theaterId), value: Buffer.from(value) };
    });
    await producer.send({ topic, messages, acks: -1 });
  }
  await producer.disconnect();
}
