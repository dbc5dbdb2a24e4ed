import { sql } from '../lib/sql.ts';

export const createHeads = sql`
  insert into event_log_head (topic, partition)
  select $1, partition from generate_series(0, $2::integer - 1) as partition on conflict do nothing`;

export const readHeads = sql`
  select partition, start_offset, next_offset from event_log_head where topic = $1 order by partition`;

/** One statement, so one transaction: heads move and batches are written together or not at all. */
export const appendBatches = sql`
  with batch as (
    select * from unnest($2::integer[], $3::integer[], $4::integer[], $5::integer[]) as b(partition, record_count, start, size)
  ), head as (
    update event_log_head h set next_offset = h.next_offset + b.record_count
    from batch b where h.topic = $1 and h.partition = b.partition
    returning h.partition, h.next_offset, b.record_count, b.start, b.size
  )
  insert into event_log_batch (topic, partition, next_offset, record_count, appended_at, byte_count, records)
  select $1, partition, next_offset, record_count, to_timestamp($6::float8 / 1000.0), size,
    substring($7::bytea from start + 1 for size)
  from head
  returning partition, 0::bigint as start_offset, next_offset`;

/**
 * From each wanted position the batches that hold it and follow, until $4 records or $5 bytes are passed (always at
 * least one batch), with the partition's end from the same snapshot. A partition without news has one row of nulls.
 */
export const readBatches = sql`
  select h.partition, h.start_offset, h.next_offset as end_offset, b.next_offset, b.record_count,
    extract(epoch from b.appended_at)::float8 * 1000 as appended_at, b.records
  from unnest($2::integer[], $3::bigint[]) as p(partition, position)
  join event_log_head h on h.topic = $1 and h.partition = p.partition
  left join lateral (
    select w.next_offset, w.record_count, w.appended_at, w.records
    from (
      select f.*, sum(f.record_count) over following - f.record_count as records_before,
        sum(f.byte_count) over following - f.byte_count as bytes_before
      from (
        select * from event_log_batch e
        where e.topic = $1 and e.partition = p.partition and e.next_offset > p.position
        order by e.next_offset limit 200
      ) f
      window following as (order by f.next_offset)
    ) w
    where w.records_before < $4 and w.bytes_before < $5
  ) b on true
  order by h.partition, b.next_offset`;

/** Batches that are stored everywhere and are too old, or make the log too large (newest $4 bytes are kept). */
export const dropBatches = sql`
  with dropped as (
    delete from event_log_batch e using (
      select b.topic, b.partition, b.next_offset, b.appended_at,
        sum(b.byte_count) over (order by b.appended_at desc, b.partition, b.next_offset desc) as newer_bytes, s.stored
      from event_log_batch b
      join unnest($2::integer[], $3::bigint[]) as s(partition, stored) on s.partition = b.partition
      where b.topic = $1
    ) old
    where e.topic = old.topic and e.partition = old.partition and e.next_offset = old.next_offset
      and old.next_offset <= old.stored
      and (old.newer_bytes > $4::bigint or old.appended_at < to_timestamp($5::float8 / 1000.0))
    returning e.partition, e.next_offset
  )
  update event_log_head h set start_offset = greatest(h.start_offset, d.next_offset)
  from (select partition, max(next_offset) as next_offset from dropped group by partition) d
  where h.topic = $1 and h.partition = d.partition
  returning h.partition, h.start_offset, h.next_offset`;

export const forgetRecords = sql`delete from event_log_batch where topic = $1`;
export const moveStartToEnd = sql`
  update event_log_head set start_offset = next_offset where topic = $1 returning partition, start_offset, next_offset`;
