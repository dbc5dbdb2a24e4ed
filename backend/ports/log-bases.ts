/** Per partition what is added to the log's own offsets; kept with what is stored, for all programs that share it. */
export interface LogBases {
  read(topic: string): Promise<ReadonlyMap<number, bigint>>;
  /**
   * Makes `start`, an offset of the log's own, the place where what is stored goes on, unless another program has moved
   * the base from `from` before. Batches that were read before are refused from then on, whoever has them.
   */
  move(topic: string, partition: number, from: bigint, start: bigint): Promise<void>;
}
