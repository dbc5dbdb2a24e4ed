/** Wrong passwords, counted by user and network, and what is refused because of them. */
import type pg from 'pg';
import type { SignInLock } from '../domain/account.ts';
import { sql } from '../lib/sql.ts';
import type { LockPolicy } from '../ports/account-store.ts';
import { type Queryable, select } from './select.ts';
import { inTransaction } from './transaction.ts';

/** Networks from which a user has signed in, or has tried to; sessions end however often they are refreshed. */
export const signInPlaces = sql`
  create table api_sign_in_place (
    user_name text not null references api_user on delete cascade,
    network text not null,
    failures integer not null default 0,
    failed_at timestamptz,
    locked_since timestamptz,
    locked_until timestamptz,
    last_sign_in_at timestamptz,
    primary key (user_name, network)
  );
  alter table api_user add column failures_since timestamptz, add column locked_since timestamptz;
  update api_user set failures = 0, locked_until = null;
  alter table api_session add column begun_at timestamptz not null default now();`;

/** A lock that begins in the future was made by a clock that was wrong: it does not hold. */
const lockOf = sql`
  select 1 as locked from api_sign_in_place
  where user_name = $1 and network = $2 and locked_until > to_timestamp($3::float8 / 1000.0)
    and locked_since <= to_timestamp($3::float8 / 1000.0) + interval '1 minute'
  union all
  select 1 from api_user u
  where name = $1 and locked_until > to_timestamp($3::float8 / 1000.0)
    and locked_since <= to_timestamp($3::float8 / 1000.0) + interval '1 minute'
    and not exists (
      select from api_sign_in_place p where p.user_name = u.name and p.network = $2 and p.last_sign_in_at is not null)
  limit 1`;
const holdUser = sql`select 1 from api_user where name = $1 for update`;
const countAtPlace = sql`
  insert into api_sign_in_place as place (user_name, network, failures, failed_at)
  select name, $2, 1, to_timestamp($3::float8 / 1000.0) from api_user where name = $1
  on conflict (user_name, network) do update set
    failures = case when place.failed_at < to_timestamp(($3::float8 - $4::float8) / 1000.0) then 1 else place.failures + 1 end,
    failed_at = excluded.failed_at
  returning failures, last_sign_in_at`;
const lockPlace = sql`
  update api_sign_in_place set
    locked_since = to_timestamp($3::float8 / 1000.0), locked_until = to_timestamp($4::float8 / 1000.0)
  where user_name = $1 and network = $2`;
const countUnknown = sql`
  update api_user set
    failures = case when failures_since between to_timestamp(($2::float8 - $3::float8) / 1000.0)
      and to_timestamp($2::float8 / 1000.0) then failures + 1 else 1 end,
    failures_since = case when failures_since between to_timestamp(($2::float8 - $3::float8) / 1000.0)
      and to_timestamp($2::float8 / 1000.0) then failures_since else to_timestamp($2::float8 / 1000.0) end
  where name = $1
  returning failures`;
const lockUnknown = sql`
  update api_user set failures = 0, failures_since = null,
    locked_since = to_timestamp($2::float8 / 1000.0), locked_until = to_timestamp($3::float8 / 1000.0)
  where name = $1`;
const forgetPlaces = sql`
  delete from api_sign_in_place
  where user_name = $1 and (last_sign_in_at is null and failed_at < to_timestamp(($2::float8 - $3::float8) / 1000.0)
    or last_sign_in_at < to_timestamp(($2::float8 - $4::float8) / 1000.0))`;
const rememberPlace = sql`
  insert into api_sign_in_place as place (user_name, network, last_sign_in_at)
  values ($1, $2, to_timestamp($3::float8 / 1000.0))
  on conflict (user_name, network) do update set failures = 0, failed_at = null, locked_since = null, locked_until = null,
    last_sign_in_at = excluded.last_sign_in_at`;
const unlockPlaces = sql`
  update api_sign_in_place set failures = 0, failed_at = null, locked_since = null, locked_until = null
  where user_name = $1`;
const unlockUser = sql`
  update api_user set failures = 0, failures_since = null, locked_since = null, locked_until = null where name = $1`;
const allLocks = sql`
  select user_name, network, locked_since, locked_until from api_sign_in_place where locked_until is not null
  union all
  select name, null, locked_since, locked_until from api_user where locked_until is not null and locked_since is not null
  order by locked_until desc`;

export async function isLocked(db: Queryable, name: string, network: string, now: number): Promise<boolean> {
  return (await select(db, lockOf, [name, network, now])).length > 0;
}

/** See `AccountStore.noteFailure`. */
export function noteFailure(
  pool: pg.Pool,
  name: string,
  network: string,
  now: number,
  policy: LockPolicy,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    // One after the other, and not beside a sign-in that looks whether it is locked.
    await client.query(holdUser, [name]);
    await client.query(forgetPlaces, [name, now, policy.forgetMs, policy.knownMs]);
    const [place] = await select<{ failures: number; last_sign_in_at: number | null }>(client, countAtPlace, [
      name,
      network,
      now,
      policy.forgetMs,
    ]);
    if (place === undefined) return;
    const known = place.last_sign_in_at !== null;
    const wait = waitAfter(place.failures, known, policy);
    if (wait > 0) await client.query(lockPlace, [name, network, now, now + wait]);
    if (known) return;
    const [total] = await select<{ failures: number }>(client, countUnknown, [name, now, policy.unknownWindowMs]);
    if ((total?.failures ?? 0) >= policy.unknownFree) {
      await client.query(lockUnknown, [name, now, now + policy.unknownLockMs]);
    }
  });
}

function waitAfter(failures: number, known: boolean, policy: LockPolicy): number {
  const beyond = failures - policy.free;
  if (beyond < 0) return 0;
  return Math.min(policy.firstMs * 2 ** Math.min(beyond, 20), known ? policy.mostKnownMs : policy.mostMs);
}

/** After a right password: the network is known, and its wrong ones are forgotten. */
export async function rememberSignIn(db: Queryable, name: string, network: string, now: number): Promise<void> {
  await db.query(rememberPlace, [name, network, now]);
}

/** false when there is no such user. */
export async function forgetFailures(db: Queryable, name: string): Promise<boolean> {
  await db.query(unlockPlaces, [name]);
  return (await db.query(unlockUser, [name])).rowCount === 1;
}

/** By user, the longest first. */
export async function locksByUser(db: Queryable): Promise<ReadonlyMap<string, readonly SignInLock[]>> {
  const rows = await select<{
    user_name: string;
    network: string | null;
    locked_since: number;
    locked_until: number;
  }>(db, allLocks);
  const locks = new Map<string, SignInLock[]>();
  for (const { user_name: name, network, locked_since: since, locked_until: until } of rows) {
    const lock = { network, since, until };
    const known = locks.get(name);
    if (known) known.push(lock);
    else locks.set(name, [lock]);
  }
  return locks;
}
