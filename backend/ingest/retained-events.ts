import { AppError } from '../lib/app-error.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Decode } from './decode-slices.ts';
import { decodeBatch } from './decode-slices.ts';

/** Valid events of one partition, in order. */
export interface RetainedEvents {
  readonly partition: number;
  readonly events: readonly { readonly id: string; readonly offset: bigint }[];
}

const RECORDS = 4_000;
const POLL_WAIT_MS = 500;
const MOST_IDLE_POLLS = 10;

/**
 * Walks everything the log still holds below `upTo` (default: its present end) and calls back with the valid events:
 * the way to compare what was produced with what was stored (I1), independent of the consumer.
 * @returns the number of records read
 */
export async function walkRetainedEvents(
  parts: { readonly log: EventLog; readonly decode: Decode; readonly now: () => number },
  onEvents: (events: RetainedEvents) => Promise<void>,
  upTo?: ReadonlyMap<number, bigint>,
): Promise<number> {
  const { log, decode, now } = parts;
  const partitions = await log.partitions();
  const open = new Map<number, bigint>();
  for (const { partition, start, end } of partitions) {
    const stop = upTo?.get(partition) ?? end;
    if (start < stop) open.set(partition, stop);
  }
  const starts = new Map(partitions.map(({ partition, start }) => [partition, start]));
  const reader = await log.open(starts, { alone: true });
  let read = 0;
  try {
    let idlePolls = 0;
    while (open.size > 0) {
      const batches = await reader.poll(RECORDS, POLL_WAIT_MS);
      idlePolls = batches.length === 0 ? idlePolls + 1 : 0;
      if (idlePolls > MOST_IDLE_POLLS)
        throw new AppError('log_failed', 'The log does not give out all the records it should hold.');
      for (const batch of batches) {
        const stop = open.get(batch.partition);
        if (stop === undefined) continue;
        const records = batch.records.filter((record) => record.offset < stop);
        const { sales } = await decodeBatch({ ...batch, records }, decode, now);
        read += records.length;
        await onEvents({ partition: batch.partition, events: sales });
        if (batch.nextOffset >= stop) open.delete(batch.partition);
      }
    }
  } finally {
    await reader.close();
  }
  return read;
}
