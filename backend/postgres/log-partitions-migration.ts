/**
 * Accounts that hold for several topics over one database, and for logs in which not every offset is an event.
 *
 * `consumer_offset.log_partition` numbers the partitions of all topics: sales, rollups and outbox know theirs by it. The
 * number is the partition's own where no other topic has taken it. Programs of before, which took the partition for it,
 * cannot store from then on: the rollups' columns have other names.
 *
 * What was stored before of several topics under one partition cannot be told apart any more: its number is that
 * partition's and belongs to none of them from then on; `mixed` says of each topic how many of its stored events are there,
 * so that their sum is proved. `empty` counts the offsets that hold no event. What was consumed before and is not accounted
 * for may be such offsets or lost events: `unexplained`, until the log is read again (explain-offsets.ts).
 */
import { sql } from '../lib/sql.ts';

export const accountsByTopic = sql`
  lock table consumer_offset in access exclusive mode;

  alter table rollup_minute rename column partition to log_partition;
  alter table rollup_day rename column partition to log_partition;
  alter table projection_outbox rename column partition to log_partition;

  alter table consumer_offset
    add column log_partition integer,
    add column empty bigint not null default 0,
    add column mixed bigint not null default 0,
    add column unexplained bigint not null default 0;

  update consumer_offset o set
    log_partition = case when n.topics <= 1 and n.place = 1 then o.partition else n.next_number end,
    mixed = case when n.topics > 1 then o.stored else 0 end,
    unexplained = greatest(0, o.next_offset - o.first_offset - o.stored - o.duplicates - o.dead_lettered)
  from (
    select topic, partition,
      count(*) filter (where stored > 0) over (partition by partition) as topics,
      row_number() over (partition by partition order by stored > 0 desc, topic) as place,
      max(partition) over () + row_number() over (order by topic, partition) as next_number
    from consumer_offset
  ) n
  where n.topic = o.topic and n.partition = o.partition;

  alter table consumer_offset alter column log_partition set not null, add unique (log_partition);

  create function begin_log_partition(of_topic text, of_partition integer, of_offset bigint) returns void
  language plpgsql as $$
  begin
    -- One at a time, so that each sees the numbers that were given before.
    perform pg_advisory_xact_lock(4217180034);
    insert into consumer_offset (topic, partition, first_offset, next_offset, log_partition)
    select of_topic, of_partition, of_offset, of_offset,
      case
        when exists (
          select from consumer_offset where log_partition = of_partition or mixed > 0 and partition = of_partition
        ) then (select max(greatest(log_partition, partition)) + 1 from consumer_offset)
        else of_partition
      end
    on conflict (topic, partition) do nothing;
  end $$;`;
