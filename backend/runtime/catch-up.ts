import type { Consumer } from '../ingest/consumer.ts';
import type { Projector } from '../ingest/projector.ts';
import { messageOf } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLog, PartitionOffsets } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import type { SaleStore } from '../ports/sale-store.ts';

export interface CatchUpParts {
  readonly log: EventLog;
  readonly store: Pick<SaleStore, 'offsets'>;
  readonly consumer: Pick<Consumer, 'resume'>;
  readonly projector: Pick<Projector, 'behind'>;
  readonly clock: Clock;
  readonly options: { readonly logger: Logger };
}

const lookMs = 100;
/** No offset moved for so long: nobody else stores. Longer than a worker takes that was given other partitions. */
const othersMs = 3_000;
/** No offset moved for so long, although this program stores, too: it is not waited for any longer. */
const patienceMs = 20_000;
const projectingMs = 10_000;

/**
 * Waits until what is in the log now is stored and projected. Where others store, it is left to them; a consumer that rests
 * begins when no offset has moved for a while. Nothing is waited for without end: what is not reached then is told by
 * whatever looks next. Errors: those of the database.
 * @returns whether all of it is stored, as far as it can be known
 */
export async function catchUp(parts: CatchUpParts, signal?: AbortSignal): Promise<boolean> {
  const { log, clock, options, projector } = parts;
  let ends: readonly PartitionOffsets[] | undefined;
  try {
    ends = await log.partitions();
  } catch (error) {
    options.logger.warn('The ends of the log are unknown', { error: messageOf(error) });
  }
  const stored = await untilStored(parts, ends ?? [], signal);
  const since = performance.now();
  while (projector.behind && !signal?.aborted && performance.now() - since < projectingMs)
    await clock.sleep(lookMs, signal);
  return ends !== undefined && stored;
}

/** @returns whether they are */
async function untilStored(
  { log, store, consumer, clock }: CatchUpParts,
  ends: readonly PartitionOffsets[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let movedAt = performance.now();
  let before = -1n;
  while (!signal?.aborted) {
    const stored = await store.offsets(log.topic);
    if (ends.every(({ partition, start, end }) => (stored.get(partition) ?? start) >= end)) return true;
    const sum = [...stored.values()].reduce((total, offset) => total + offset, 0n);
    if (sum !== before) movedAt = performance.now();
    before = sum;
    const still = performance.now() - movedAt;
    if (still > patienceMs) return false;
    if (still > othersMs) consumer.resume();
    await clock.sleep(lookMs, signal);
  }
  return false;
}
