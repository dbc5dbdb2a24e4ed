/// <reference path="./kafkajs-requests.d.ts" />
/**
 * The identity of a topic: one that was deleted and made again under its name has another (KIP-516, Kafka 2.8 on).
 *
 * kafkajs asks for metadata in a version that does not tell it. It looks up how to ask in a table of its own, which is
 * given one more version here, as fetch-decoder.ts does for fetches. The identity travels through kafkajs on the
 * partitions, the only part of the answer that its admin hands on unchanged.
 */
import type { Admin } from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import kafkajsRequests from 'kafkajs/src/protocol/requests/index.js';

type TopicMetadata = Awaited<ReturnType<Admin['fetchTopicMetadata']>>['topics'][number];

/** The first version with identities; the last one before it that kafkajs knows. */
const VERSION = 10;
const VERSION_BEFORE = 6;
const METADATA = 3;
const UUID_BYTES = 16;

const identity = Symbol('identity');

/** null when the brokers do not tell. */
export function identityOf({ partitions }: TopicMetadata): string | null {
  const [first] = partitions;
  return first && identity in first ? (first[identity] as string | null) : null;
}

let installed = false;

/** Does nothing when it is done already. */
export function askForIdentities(): void {
  if (installed) return;
  installed = true;
  const { Metadata } = kafkajsRequests.requests;
  const theirs = Metadata.protocol;
  Metadata.versions = [...Metadata.versions, String(VERSION)];
  Metadata.protocol = ({ version }) => {
    if (version < VERSION) return theirs({ version: Math.min(version, VERSION_BEFORE) });
    return (options) => {
      const { response } = theirs({ version: VERSION_BEFORE })(options);
      return {
        request: {
          apiKey: METADATA,
          apiVersion: VERSION,
          apiName: 'Metadata',
          encode: async () => encodeRequest(options),
        },
        response: { parse: response.parse, decode: async (bytes) => decodeResponse(bytes) },
      };
    };
  };
}

interface MetadataArguments {
  readonly topics: readonly string[];
  readonly allowAutoTopicCreation?: boolean;
}

/** https://kafka.apache.org/protocol#The_Messages_Metadata; an empty list asks for all topics, as it does in kafkajs. */
function encodeRequest(options: object): Encoder {
  const { topics, allowAutoTopicCreation = true } = options as MetadataArguments;
  const request = new Encoder();
  // The end of the request's head, which has no room for tags in kafkajs.
  noTags(request);
  request.writeUVarInt(topics.length === 0 ? 0 : topics.length + 1);
  for (const topic of topics) {
    request.writeBuffer(Buffer.alloc(UUID_BYTES)).writeUVarIntString(topic);
    noTags(request);
  }
  request.writeBoolean(allowAutoTopicCreation).writeBoolean(false).writeBoolean(false);
  return noTags(request);
}

function noTags(encoder: Encoder): Encoder {
  return encoder.writeUVarInt(0);
}

function decodeResponse(bytes: Buffer): object {
  const cursor = new CompactCursor(bytes);
  cursor.tags();
  const clientSideThrottleTime = cursor.int32();
  const brokers = cursor.list(() => {
    const broker = { nodeId: cursor.int32(), host: cursor.text(), port: cursor.int32(), rack: cursor.text() };
    cursor.tags();
    return broker;
  });
  const clusterId = cursor.text();
  const controllerId = cursor.int32();
  const topicMetadata = cursor.list(() => {
    const head = { topicErrorCode: cursor.int16(), topic: cursor.text() };
    const id = cursor.uuid();
    const isInternal = cursor.int8() !== 0;
    const partitionMetadata = cursor.list(() => decodePartition(cursor, id));
    // Rights, which were not asked for.
    cursor.int32();
    cursor.tags();
    return { ...head, isInternal, partitionMetadata };
  });
  return { throttleTime: 0, clientSideThrottleTime, brokers, clusterId, controllerId, topicMetadata };
}

function decodePartition(cursor: CompactCursor, id: string | null): object {
  const head = { partitionErrorCode: cursor.int16(), partitionId: cursor.int32(), leader: cursor.int32() };
  // The epoch of the leader.
  cursor.int32();
  const numbers = () => cursor.list(() => cursor.int32());
  const replicas = { replicas: numbers(), isr: numbers(), offlineReplicas: numbers() };
  cursor.tags();
  return { ...head, ...replicas, [identity]: id };
}

/** Reads the compact forms of the protocol: lengths are counted from 1, 0 is null. */
class CompactCursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    this.#at += 1;
    return this.#bytes.readInt8(this.#at - 1);
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  /** null for that of no topic. */
  uuid(): string | null {
    const hex = this.#take(UUID_BYTES).toString('hex');
    return /^0+$/.test(hex) ? null : hex;
  }

  text(): string | null {
    const length = this.#length();
    return length === 0 ? null : this.#take(length - 1).toString('utf8');
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.#length() - 1) }, read);
  }

  /** Skips fields that are not known here. */
  tags(): void {
    for (let left = this.#length(); left > 0; left -= 1) {
      this.#length();
      this.#take(this.#length());
    }
  }

  #length(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.int8() & 0xff;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  #take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) throw new RangeError('The answer of the broker is cut off.');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}
