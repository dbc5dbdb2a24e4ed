/** Per partition what is added to the log's own offsets; kept with what is stored, for all programs that share it. */
export interface LogBases {
  read(topic: string): Promise<ReadonlyMap<number, bigint>>;
  /** Moves a base, unless another program has moved it before. */
  move(topic: string, partition: number, from: bigint, to: bigint): Promise<void>;
}
