import { sql } from '../lib/sql.ts';

/** One row per record batch, as Kafka's segments do; `records` is kept out of line and uncompressed (compressing costs more than the disk). */
const logTables = sql`
  create table event_log_head (
    topic text not null,
    partition integer not null,
    start_offset bigint not null default 0,
    next_offset bigint not null default 0,
    primary key (topic, partition),
    check (next_offset >= start_offset)
  ) with (fillfactor = 20);

  create table event_log_batch (
    topic text not null,
    partition integer not null,
    next_offset bigint not null,
    record_count integer not null check (record_count > 0),
    appended_at timestamptz not null,
    byte_count integer not null,
    records bytea not null,
    primary key (topic, partition, next_offset)
  );
  alter table event_log_batch alter column records set storage external;`;

/** The embedded log's own family of migrations (see backend/postgres/migrate.ts). */
export const eventLogMigrations = {
  name: 'event-log',
  migrations: [{ name: 'record batches and partition heads', breaking: true, text: logTables }],
};
