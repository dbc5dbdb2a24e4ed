import type { LogBatch } from '../ports/event-log.ts';

export interface LaneWork<D> {
  decode(batch: LogBatch): Promise<D>;
  /** false: the rest of the partition cannot be stored now. */
  store(batch: LogBatch, decoded: D): Promise<boolean>;
  /** Asked before each batch. */
  goesOn(): boolean;
}

/**
 * Decodes and stores the batches of a poll, those of `parallel` partitions at the same time. The batches of a partition
 * are in one lane, one after the other; a lane decodes its next batch while it stores one. When one fails, what the
 * other lanes have under way is finished before the first failure is thrown.
 */
export async function runLanes<D>(batches: readonly LogBatch[], parallel: number, work: LaneWork<D>): Promise<void> {
  const waiting = byPartition(batches);
  let failure: { readonly error: unknown } | undefined;
  const goesOn = () => failure === undefined && work.goesOn();
  const lane = () =>
    runLane(takeFrom(waiting), { ...work, goesOn }).catch((error: unknown) => {
      failure ??= { error };
    });
  await Promise.all(Array.from({ length: parallel }, lane));
  if (failure) throw failure.error;
}

function byPartition(batches: readonly LogBatch[]): LogBatch[][] {
  const partitions = new Map<number, LogBatch[]>();
  for (const batch of batches) {
    const others = partitions.get(batch.partition);
    if (others) others.push(batch);
    else partitions.set(batch.partition, [batch]);
  }
  return [...partitions.values()];
}

/** Whenever a lane is through with a partition it takes the next one that nobody has. */
function* takeFrom(waiting: LogBatch[][]): Generator<LogBatch, undefined> {
  for (let partition = waiting.shift(); partition; partition = waiting.shift()) yield* partition;
  return undefined;
}

async function runLane<D>(batches: Iterator<LogBatch, undefined>, work: LaneWork<D>): Promise<void> {
  const ended = new Set<number>();
  const decodeNext = async () => {
    const batch = batches.next().value;
    return batch && { batch, decoded: await work.decode(batch) };
  };
  let now = await decodeNext();
  while (now && work.goesOn()) {
    const { batch, decoded } = now;
    const [goesOn, next] = await Promise.all([
      ended.has(batch.partition) ? false : work.store(batch, decoded),
      decodeNext(),
    ]);
    if (!goesOn) ended.add(batch.partition);
    now = next;
  }
}
