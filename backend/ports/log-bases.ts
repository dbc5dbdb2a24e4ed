import type { PartitionOffsets } from './event-log.ts';

/** Per partition what is added to the log's own offsets; kept with what is stored, for all programs that share it. */
export interface LogBases {
  read(topic: string): Promise<ReadonlyMap<number, bigint>>;
  /**
   * Makes `start`, an offset of the log's own, the place where what is stored goes on, unless another program has moved
   * the base from `from` before. Batches that were read before are refused from then on, whoever has them.
   */
  move(topic: string, partition: number, from: bigint, start: bigint): Promise<void>;
  /**
   * Keeps which log the topic is. Where another was kept before, what is stored goes on at the starts of these
   * partitions, as by `move`, and at 0 in those that are added later.
   * @returns whether it was another
   */
  identify(topic: string, identity: string, partitions: readonly PartitionOffsets[]): Promise<boolean>;
}
