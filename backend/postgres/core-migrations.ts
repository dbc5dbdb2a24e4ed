import { sql } from '../lib/sql.ts';
import { accountTables } from './account-store.ts';
import { auditColumns } from './audit-store.ts';
import { accountsByTopic } from './log-partitions-migration.ts';
import type { MigrationFamily } from './migrate.ts';
import { identitiesBesideSales, noteIdentities, salesByDay } from './sale-partitions-migration.ts';
import { signInPlaces } from './sign-in-locks.ts';

/**
 * The schema of design section 4. Measures are the same five columns everywhere. Rollup tables leave room in their pages
 * (fillfactor) because their rows are rewritten all the time: an update that stays in its page touches no index.
 * No foreign keys from `sale`: the decoder knows the catalogue, and two key look-ups a row would halve the ingest.
 */
const coreTables = sql`
  create table theater (
    id integer primary key,
    name text not null,
    city text not null,
    screens integer not null,
    seats integer,
    showings_per_screen integer not null
  );

  create table movie (
    id integer primary key,
    title text not null
  );

  create table sale (
    id uuid primary key,
    kind smallint not null check (kind in (1, -1)),
    theater_id integer not null,
    movie_id integer not null,
    showtime timestamptz not null,
    channel text not null check (channel in ('online', 'box_office', 'kiosk', 'partner')),
    tickets integer not null check (tickets between 1 and 1000),
    amount_cents bigint not null check (amount_cents between 0 and 1000000000),
    currency text not null,
    sold_at timestamptz not null,
    business_day date not null,
    refund_of uuid,
    partition integer not null,
    log_offset bigint not null
  );
  create index sale_business_day on sale (business_day);
  create index sale_theater_recent on sale (theater_id, sold_at);

  create table rollup_theater_movie (
    business_day date not null,
    theater_id integer not null,
    movie_id integer not null,
    gross_cents bigint not null,
    refund_cents bigint not null,
    sales bigint not null,
    refunds bigint not null,
    admits bigint not null,
    version bigint not null,
    primary key (business_day, theater_id, movie_id)
  ) with (fillfactor = 50);

  create table rollup_theater_quarter (
    business_day date not null,
    theater_id integer not null,
    at timestamptz not null,
    gross_cents bigint not null,
    refund_cents bigint not null,
    sales bigint not null,
    refunds bigint not null,
    admits bigint not null,
    version bigint not null,
    primary key (business_day, theater_id, at)
  ) with (fillfactor = 50);

  create table rollup_minute (
    business_day date not null,
    at timestamptz not null,
    partition integer not null,
    gross_cents bigint not null,
    refund_cents bigint not null,
    sales bigint not null,
    refunds bigint not null,
    admits bigint not null,
    version bigint not null,
    primary key (business_day, at, partition)
  ) with (fillfactor = 50);

  create table rollup_day (
    business_day date not null,
    partition integer not null,
    gross_cents bigint not null,
    refund_cents bigint not null,
    sales bigint not null,
    refunds bigint not null,
    admits bigint not null,
    version bigint not null,
    primary key (business_day, partition)
  ) with (fillfactor = 20);

  create table consumer_offset (
    topic text not null,
    partition integer not null,
    first_offset bigint not null,
    next_offset bigint not null,
    stored bigint not null default 0,
    duplicates bigint not null default 0,
    dead_lettered bigint not null default 0,
    primary key (topic, partition),
    check (next_offset >= first_offset)
  ) with (fillfactor = 20);

  create table projection_outbox (
    business_day date not null,
    partition integer not null,
    version bigint not null,
    primary key (business_day, partition)
  ) with (fillfactor = 20);

  create table dead_letter (
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    raw bytea not null,
    reason text not null,
    detail text not null,
    at timestamptz not null default now(),
    primary key (topic, partition, log_offset)
  );

  create table calendar (
    id smallint primary key check (id = 1),
    zone text not null,
    cutover_hour integer not null check (cutover_hour between 0 and 23),
    version_floor bigint not null default 0,
    pending_zone text,
    pending_cutover_hour integer check (pending_cutover_hour between 0 and 23),
    check ((pending_zone is null) = (pending_cutover_hour is null))
  );`;

/** A dead letter is sent again with the key it came with; where that is not known (older rows) it is null. */
const resentDeadLetters = sql`
  alter table dead_letter add column key bytea, add column resent_at timestamptz;
  create index dead_letter_newest on dead_letter (topic, at desc, partition desc, log_offset desc);`;

/** A dead letter is sent again with its headers, too. */
const deadLetterHeaders = sql`alter table dead_letter add column headers jsonb;`;

/** Of data of before, the currency that most of its sales are in; with none, the first program to open it says. */
const currencyOfTheData = sql`
  alter table calendar add column currency text;
  update calendar set currency = (select currency from sale group by currency order by count(*) desc limit 1);`;

export const coreMigrations: MigrationFamily = {
  name: 'core',
  migrations: [
    { name: 'tables of sales, rollups, offsets and dead letters', breaking: true, text: coreTables },
    { name: 'dead letters can be sent again', breaking: false, text: resentDeadLetters },
    { name: 'accounts of the interface over HTTP', breaking: false, text: accountTables },
    { name: 'identities of the events apart from the sales', breaking: false, text: identitiesBesideSales },
    { name: 'sales in a partition per business day', breaking: true, prepare: noteIdentities, text: salesByDay },
    { name: 'accounts of several topics, and offsets without an event', breaking: true, text: accountsByTopic },
    { name: 'dead letters with their headers', breaking: false, text: deadLetterHeaders },
    { name: 'sign-ins by network, and sessions that end', breaking: false, text: signInPlaces },
    { name: 'an audit trail with who, where and outcome', breaking: false, text: auditColumns },
    // An older program would count by its own setting, beside those that follow the data.
    { name: 'currency of the data', breaking: true, text: currencyOfTheData },
  ],
};
