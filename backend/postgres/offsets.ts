import { sql } from '../lib/sql.ts';
import { type Queryable, select } from './select.ts';

const ofTopic = sql`select partition, next_offset from consumer_offset where topic = $1`;
const ofOthers = sql`select coalesce(sum(next_offset), 0)::bigint as sum from consumer_offset where topic <> $1`;

/** Per partition the offset up to which the topic is stored; a partition of which nothing was read yet is left out. */
export async function storedOffsets(connection: Queryable, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const rows = await select<{ partition: number; next_offset: bigint }>(connection, ofTopic, [topic]);
  return new Map(rows.map((row) => [row.partition, row.next_offset]));
}

/** The sum of the offsets of all other topics. */
export async function storedOffsetsOfOthers(connection: Queryable, topic: string): Promise<bigint> {
  const [row] = await select<{ sum: bigint }>(connection, ofOthers, [topic]);
  return row?.sum ?? 0n;
}
