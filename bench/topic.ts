/** Fills a topic with ticket sales as a broker would hold them after an outage of the consumer. */
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { catalogue } from '../backend/domain/catalogue.ts';
import { encodeTicketSale } from '../backend/domain/ticket-sale.ts';

const partitions = 12;
const batchEvents = 2_000;
/** Sales per second of the time that the events tell of. */
const salesPerSecond = 1_000;

function uuidAt(ms: number, noise: string): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${noise.slice(0, 3)}-9${noise.slice(3, 6)}-${noise.slice(6, 18)}`;
}

/** Makes the topic and appends `events` sales that end now. */
export async function fillTopic(brokers: readonly string[], topic: string, events: number): Promise<void> {
  const kafka = new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.NOTHING });
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
  const begin = Date.now() - (events / salesPerSecond) * 1000;
  const { theaters, movies } = catalogue;
  for (let first = 0; first < events; first += batchEvents) {
    const noise = randomBytes(batchEvents * 9).toString('hex');
    const messages = Array.from({ length: Math.min(batchEvents, events - first) }, (_, index) => {
      const soldAt = Math.floor(begin + ((first + index) / salesPerSecond) * 1000);
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

/** Deletes the topic. */
export async function dropTopic(brokers: readonly string[], topic: string): Promise<void> {
  const kafka = new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}
