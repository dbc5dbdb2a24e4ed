/** Decodes a batch of records in slices, so that the event loop runs in between however large the batch is. */
import { setImmediate } from 'node:timers/promises';
import type { DeadLetterReason, SaleLine, TicketSale } from '../domain/ticket-sale.ts';
import { messageOf } from '../lib/app-error.ts';
import { type LogBatch, noHeaders } from '../ports/event-log.ts';
import type { DeadLetter, StoreBatch } from '../ports/sale-store.ts';

/** What a record turned out to be. */
export type Decoded =
  | { readonly kind: 'sale'; readonly sale: TicketSale }
  | { readonly kind: 'dead'; readonly reason: DeadLetterReason; readonly detail: string };

export type Decode = (value: Uint8Array, now: number) => Decoded;

/** Longest time at a stretch on the event loop. */
const SLICE_MS = 4;
/** Looking at the clock costs something too. */
const RECORDS_PER_LOOK = 16;

function decodeOne(decode: Decode, value: Uint8Array, now: number): Decoded {
  try {
    return decode(value, now);
  } catch (error) {
    // A fault in the decoder must not stop the stream at this record for ever.
    return { kind: 'dead', reason: 'bad_field', detail: `could not be decoded: ${messageOf(error)}` };
  }
}

/** Turns what the log handed out into what the store takes; what to expect of the store is added when it is applied. */
export async function decodeBatch(
  batch: LogBatch,
  decode: Decode,
  now: () => number,
): Promise<Omit<StoreBatch, 'expectedOffset' | 'generation'>> {
  const sales: SaleLine[] = [];
  const deadLetters: DeadLetter[] = [];
  let sliceEnd = performance.now() + SLICE_MS;
  for (const [index, record] of batch.records.entries()) {
    if (index % RECORDS_PER_LOOK === 0 && performance.now() > sliceEnd) {
      await setImmediate();
      sliceEnd = performance.now() + SLICE_MS;
    }
    const { offset, key, headers, value } = record;
    const decoded = decodeOne(decode, value, now());
    if (decoded.kind === 'sale') sales.push({ ...decoded.sale, partition: batch.partition, offset });
    else deadLetters.push({ offset, key, headers, raw: value, reason: decoded.reason, detail: decoded.detail });
  }
  return {
    topic: batch.topic,
    partition: batch.partition,
    emptyOffsets: batch.emptyOffsets,
    nextOffset: batch.nextOffset,
    sales,
    deadLetters,
    recordOf: (offset) =>
      batch.records.find((record) => record.offset === offset) ?? {
        key: null,
        headers: noHeaders,
        value: new Uint8Array(),
      },
  };
}
