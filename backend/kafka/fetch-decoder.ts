/// <reference path="./kafkajs-requests.d.ts" />
/**
 * Has fetch responses read by us instead of by kafkajs, which keeps the connection, the group and the questions.
 *
 * kafkajs reads them in a way that cannot be mended from outside: one batch that it cannot unpack ends the whole fetch,
 * it looks at no checksum, it sets no limit to what a batch unpacks to, and it forgets where the batches end, so that it
 * stays for ever before one without records. It looks up how to read a response in a table of its own, which is changed
 * here in one place; its version is pinned. What was read of a partition travels through it as one message, in a field
 * that it does not look at, at the last of the offsets that were read.
 */

import type { KafkaMessage } from 'kafkajs';
import kafkajsRequests from 'kafkajs/src/protocol/requests/index.js';
import { AppError } from '../lib/app-error.ts';
import { type AbortedTransaction, type ReadBatches, readRecordBatches, type UnpackBudget } from './record-batches.ts';

/** What a fetch has brought of one partition. */
export interface FetchedPartition extends ReadBatches {
  /** The offset that was asked for. */
  readonly fetchOffset: bigint;
  /** The last stable offset: up to here a reader of committed transactions can read. */
  readonly endOffset: bigint;
}

interface FetchArguments {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string | number | bigint }[];
  }[];
}

interface PartitionResponse {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly preferredReadReplica?: number;
  readonly messages: readonly object[];
}

/** All that one response may unpack to before the rest is left for the next, bytes; one batch more at most. */
const BUDGET_BYTES = 32 * 1024 * 1024;
/** Errors of the broker with one partition that say nothing of the others. */
const partitionErrors: ReadonlyMap<number, string> = new Map([
  [-1, 'UNKNOWN_SERVER_ERROR'],
  [2, 'CORRUPT_MESSAGE'],
  [56, 'KAFKA_STORAGE_ERROR'],
]);
const FIRST_VERSION = 4;

const fetched = Symbol('fetched');

/** What was read, if the message carries it. */
export function fetchedOf(message: KafkaMessage | undefined): FetchedPartition | undefined {
  return message && fetched in message ? (message[fetched] as FetchedPartition) : undefined;
}

let installed = false;

/** Does nothing when it is done already. */
export function readFetchesOurselves(): void {
  if (installed) return;
  installed = true;
  const { Fetch } = kafkajsRequests.requests;
  const theirs = Fetch.protocol;
  Fetch.protocol = ({ version }) => {
    const ask = theirs({ version });
    if (version < FIRST_VERSION) return ask;
    return (options) => {
      const { response, ...request } = ask(options);
      const decode = (bytes: Buffer) => decodeResponse(bytes, version, options as unknown as FetchArguments);
      return { ...request, response: { parse: response.parse, decode } };
    };
  };
}

/** The fields of the response, by version: https://kafka.apache.org/protocol#The_Messages_Fetch */
async function decodeResponse(bytes: Buffer, version: number, { topics }: FetchArguments): Promise<object> {
  const cursor = new ResponseCursor(bytes);
  const budget: UnpackBudget = { left: BUDGET_BYTES };
  const throttled = cursor.int32();
  // From version 8 on it is for us to wait, which kafkajs does by the second of these.
  const times = version >= 8 ? { throttleTime: 0, clientSideThrottleTime: throttled } : { throttleTime: throttled };
  const session = version >= 7 ? { errorCode: cursor.int16(), sessionId: cursor.int32() } : {};
  const responses: { topicName: string; partitions: PartitionResponse[] }[] = [];
  for (let left = cursor.int32(); left > 0; left -= 1) {
    const topicName = cursor.string();
    const asked = new Map(
      topics
        .filter(({ topic }) => topic === topicName)
        .flatMap(({ partitions }) => partitions)
        .map(({ partition, fetchOffset }) => [partition, BigInt(fetchOffset)]),
    );
    const partitions: PartitionResponse[] = [];
    for (let count = cursor.int32(); count > 0; count -= 1) {
      partitions.push(await decodePartition(cursor, version, asked, budget));
    }
    responses.push({ topicName, partitions });
  }
  return { ...times, ...session, responses };
}

async function decodePartition(
  cursor: ResponseCursor,
  version: number,
  asked: ReadonlyMap<number, bigint>,
  budget: UnpackBudget,
): Promise<PartitionResponse> {
  const partition = cursor.int32();
  const errorCode = cursor.int16();
  const highWatermark = cursor.int64();
  const lastStable = cursor.int64();
  if (version >= 5) cursor.int64();
  const aborted: AbortedTransaction[] = [];
  for (let count = cursor.int32(); count > 0; count -= 1) {
    aborted.push({ producerId: cursor.int64(), firstOffset: cursor.int64() });
  }
  const replica = version >= 11 ? { preferredReadReplica: cursor.int32() } : {};
  const batches = cursor.bytes();
  const head = { partition, highWatermark: String(highWatermark), ...replica };
  const fetchOffset = asked.get(partition);
  const trouble = partitionErrors.get(errorCode);
  if (fetchOffset === undefined || (errorCode !== 0 && trouble === undefined)) {
    return { ...head, errorCode, messages: [] };
  }
  const read =
    trouble === undefined
      ? await readRecordBatches(batches, fetchOffset, aborted, budget)
      : unreadableAt(fetchOffset, trouble);
  const endOffset = lastStable < 0n ? highWatermark : lastStable;
  return { ...head, errorCode: 0, messages: messagesOf({ ...read, fetchOffset, endOffset }) };
}

function unreadableAt(offset: bigint, trouble: string): ReadBatches {
  const cause = new AppError('batch_unreadable', `the broker cannot read it (${trouble})`, {
    hint: 'Look into the broker’s log, and after its disk.',
  });
  return { records: [], bytes: 0, nextOffset: offset, unreadable: { offset, timestamp: null, cause } };
}

/** None when nothing has come of it. */
function messagesOf(read: FetchedPartition): readonly object[] {
  if (read.nextOffset === read.fetchOffset && read.unreadable === undefined) return [];
  const last = read.nextOffset > read.fetchOffset ? read.nextOffset - 1n : read.fetchOffset;
  return [{ offset: String(last), isControlRecord: false, batchContext: {}, key: null, [fetched]: read }];
}

class ResponseCursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  string(): string {
    const length = this.int16();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
