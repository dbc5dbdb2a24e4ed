import { AppError } from '../lib/app-error.ts';
import type { EventLog, LogReader, PartitionOffsets } from '../ports/event-log.ts';
import type { Decode } from './decode-slices.ts';
import { decodeBatch } from './decode-slices.ts';
import { unreadable } from './held.ts';

/** What the log holds between two offsets of one partition. */
export interface RetainedEvents {
  readonly partition: number;
  /** The first offset, and the one after the last. */
  readonly from: bigint;
  readonly to: bigint;
  /** Offsets of all records. The others between `from` and `to` hold no event. */
  readonly records: readonly bigint[];
  /** Valid events, in order. */
  readonly events: readonly { readonly id: string; readonly offset: bigint }[];
}

const RECORDS = 4_000;
const POLL_WAIT_MS = 500;
const MOST_IDLE_POLLS = 40;

/**
 * Walks everything the log holds up to `ends` and calls back with it: the way to compare what was produced with what was
 * stored (I1), independent of the consumer. Errors: `AppError` `log_failed` when the log does not give out all of it.
 */
export async function walkRetainedEvents(
  parts: { readonly log: EventLog; readonly decode: Decode; readonly now: () => number },
  ends: readonly PartitionOffsets[],
  onEvents: (events: RetainedEvents) => Promise<void>,
): Promise<void> {
  const { log, decode, now } = parts;
  const open = new Map<number, bigint>();
  for (const { partition, start, end } of ends) if (start < end) open.set(partition, end);
  if (open.size === 0) return;
  const reader = await log.open(new Map(ends.map(({ partition, start }) => [partition, start])), { alone: true });
  try {
    let idlePolls = 0;
    while (open.size > 0) {
      const batches = await reader.poll(RECORDS, POLL_WAIT_MS);
      idlePolls = batches.length === 0 ? idlePolls + 1 : 0;
      if (idlePolls > MOST_IDLE_POLLS) throw incomplete(reader);
      for (const batch of batches) {
        const end = open.get(batch.partition);
        if (end === undefined) continue;
        const reached = batch.nextOffset >= end;
        const records = batch.records.filter((record) => record.offset < end);
        const { sales } = await decodeBatch({ ...batch, records }, decode, now);
        await onEvents({
          partition: batch.partition,
          from: batch.startOffset,
          to: reached ? end : batch.nextOffset,
          records: records.map((record) => record.offset),
          events: sales,
        });
        if (reached) open.delete(batch.partition);
      }
    }
  } finally {
    await reader.close();
  }
}

function incomplete({ held }: LogReader): AppError {
  const [first] = held ?? [];
  if (first) return unreadable(first);
  return new AppError('log_failed', 'The log does not give out all the records it should hold.');
}
