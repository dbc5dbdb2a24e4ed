/**
 * Questions that only the connection test asks, straight to the brokers: they leave no trace in the cluster, and kafkajs
 * has no public way to ask them. Its version is pinned (see fetch-decoder.ts).
 */
import type { Kafka } from 'kafkajs';
import { AppError } from '../lib/app-error.ts';
import { fetchedOf, readFetchesOurselves } from './fetch-decoder.ts';

interface Broker {
  fetch(request: object): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly {
        readonly partition: number;
        readonly messages: readonly Parameters<typeof fetchedOf>[0][];
      }[];
    }[];
  }>;
  produce(request: object): Promise<unknown>;
  initProducerId(request: object): Promise<unknown>;
  heartbeat(request: object): Promise<unknown>;
  findGroupCoordinator(request: object): Promise<unknown>;
}

interface Cluster {
  connect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  getNodeIds(): readonly number[];
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, number[]>>;
  findBroker(place: { readonly nodeId: string }): Promise<Broker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
}

/** No topic has it: the broker looks at the user's rights first, and finds no place to write to. */
const NO_PARTITION = 2_147_483_647;
const MOST_BYTES = 1024 * 1024;
const ACKS_MS = 2_000;
const READ_UNCOMMITTED = 0;
/** Of the kinds of coordinators. */
const GROUP = 0;
const REFUSED = 'GROUP_AUTHORIZATION_FAILED';

export class BrokerQuestions {
  readonly #cluster: Cluster;
  readonly #topic: string;

  private constructor(cluster: Cluster, topic: string) {
    this.#cluster = cluster;
    this.#topic = topic;
  }

  /** Errors of all methods: those of kafkajs. */
  static async open(kafka: Kafka, topic: string): Promise<BrokerQuestions> {
    readFetchesOurselves();
    const cluster = createCluster(kafka);
    await cluster.connect();
    await cluster.refreshMetadata();
    return new BrokerQuestions(cluster, topic);
  }

  /** Call it before those below. */
  async lookUpTopic(): Promise<void> {
    await this.#cluster.addTargetTopic(this.#topic);
  }

  /**
   * Fetches the last batch of each partition and reads it, in whatever codec it is.
   * @param lastOffsets by partition, of those that hold something
   * @returns how many partitions were read
   * Errors: `AppError` batch_unreadable, too.
   */
  async readLast(lastOffsets: ReadonlyMap<number, bigint>): Promise<number> {
    let read = 0;
    for (const [nodeId, partitions] of this.#leadersOf([...lastOffsets.keys()])) {
      const broker = await this.#cluster.findBroker({ nodeId });
      // One at a time: what is of one batch each has room in a response.
      for (const partition of partitions) {
        const asked = { partition, fetchOffset: String(lastOffsets.get(partition)), maxBytes: MOST_BYTES };
        const { responses } = await broker.fetch({
          ...{ replicaId: -1, isolationLevel: READ_UNCOMMITTED, maxWaitTime: 100, minBytes: 1, maxBytes: MOST_BYTES },
          topics: [{ topic: this.#topic, partitions: [asked] }],
        });
        const fetched = fetchedOf(responses[0]?.partitions[0]?.messages[0]);
        if (fetched?.unreadable !== undefined) throw unreadable(this.#topic, partition, fetched.unreadable.cause);
        read += 1;
      }
    }
    return read;
  }

  /** Whether the user may write to the topic, as this program does. */
  async mayWrite(): Promise<boolean> {
    const [leader] = this.#leadersOf([0]);
    if (leader === undefined) return true;
    const broker = await this.#cluster.findBroker({ nodeId: leader[0] });
    const messages = [{ key: null, value: Buffer.from('{}'), headers: {}, timestamp: Date.now() }];
    const partitions = [{ partition: NO_PARTITION, firstSequence: 0, messages }];
    const answer = await typeOfRefusal(
      broker.produce({ acks: -1, timeout: ACKS_MS, topicData: [{ topic: this.#topic, partitions }] }),
    );
    if (answer === 'TOPIC_AUTHORIZATION_FAILED') return false;
    // What the idempotent producer needs.
    const numbers = await typeOfRefusal(broker.initProducerId({ transactionalId: null, transactionTimeout: 60_000 }));
    return numbers !== 'CLUSTER_AUTHORIZATION_FAILED';
  }

  /** Whether the user may be a member of the group, as far as its coordinator is there to ask. */
  async mayJoin(groupId: string): Promise<boolean> {
    const [nodeId] = this.#cluster.getNodeIds();
    const broker = await this.#cluster.findBroker({ nodeId: String(nodeId) });
    // kafkajs forgets why there is no coordinator.
    const refusal = await typeOfRefusal(broker.findGroupCoordinator({ groupId, coordinatorType: GROUP }));
    if (refusal !== null) return refusal !== REFUSED;
    const coordinator = await this.#cluster.findGroupCoordinator({ groupId });
    const nobody = { groupId, groupGenerationId: -1, memberId: 'reelmetrics-test' };
    return (await typeOfRefusal(coordinator.heartbeat(nobody))) !== REFUSED;
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect();
  }

  #leadersOf(partitions: readonly number[]): [string, number[]][] {
    return Object.entries(this.#cluster.findLeaderForPartitions(this.#topic, partitions));
  }
}

/** kafkajs makes one for each producer, consumer and admin, by a method that has a symbol for its name. */
function createCluster(kafka: Kafka): Cluster {
  const name = Object.getOwnPropertySymbols(kafka).find(
    (symbol) => symbol.description === 'private:Kafka:createCluster',
  );
  const create: unknown = name && Reflect.get(kafka, name);
  if (typeof create !== 'function') throw new AppError('internal', 'This version of kafkajs has no clusters.');
  return create({ allowAutoTopicCreation: false, metadataMaxAge: 300_000 }) as Cluster;
}

/** The broker's name for why not; null when it did. Errors: whatever is no answer of a broker. */
async function typeOfRefusal(answer: Promise<unknown>): Promise<string | null> {
  try {
    await answer;
    return null;
  } catch (error) {
    if (error instanceof Error && 'type' in error && typeof error.type === 'string') return error.type;
    throw error;
  }
}

function unreadable(topic: string, partition: number, cause: AppError): AppError {
  const words = cause.hint === undefined ? {} : { hint: cause.hint };
  const message = `The last batch of partition ${partition} of ${topic} cannot be read: ${cause.message}`;
  return new AppError(cause.code, message, { ...words, cause });
}
