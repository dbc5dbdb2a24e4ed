import type pg from 'pg';
import type { ApiKey, AuditEntry, AuditQuery, AuditRecord, Role, SignInLock, User } from '../domain/account.ts';
import { sql } from '../lib/sql.ts';
import type {
  AccountStore,
  LockPolicy,
  Rotation,
  SessionTokens,
  StoredUser,
  TokenHolder,
} from '../ports/account-store.ts';
import { AuditStore } from './audit-store.ts';
import { select } from './select.ts';
import { forgetFailures, isLocked, locksByUser, noteFailure, rememberSignIn } from './sign-in-locks.ts';
import { inTransaction } from './transaction.ts';

export const accountTables = sql`
  create table api_user (
    name text primary key,
    role text not null check (role in ('viewer', 'operator', 'admin')),
    password_hash text not null,
    created_at timestamptz not null default now(),
    disabled_at timestamptz,
    failures integer not null default 0,
    locked_until timestamptz,
    last_sign_in_at timestamptz
  );
  create table api_session (
    id bigint generated always as identity primary key,
    user_name text not null references api_user on delete cascade,
    access_hash bytea not null unique,
    access_until timestamptz not null,
    refresh_hash bytea not null unique,
    refresh_until timestamptz not null
  );
  create table api_spent_refresh (
    hash bytea primary key,
    session_id bigint not null references api_session on delete cascade
  );
  create table api_key (
    id text primary key,
    name text not null,
    role text not null check (role in ('viewer', 'operator', 'admin')),
    hash bytea not null unique,
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    last_used_at timestamptz
  );
  create table api_audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    detail text not null
  );`;

const userColumns = sql`name, role, password_hash, created_at, disabled_at, last_sign_in_at`;
const insertUser = sql`
  insert into api_user (name, role, password_hash) values ($1, $2, $3) on conflict do nothing`;
const allUsers = sql`select ${userColumns} from api_user order by name`;
const oneUser = sql`select ${userColumns} from api_user where name = $1`;
const changePassword = sql`update api_user set password_hash = $2 where name = $1`;
const disableUser = sql`
  update api_user set disabled_at = case when $2 then coalesce(disabled_at, now()) end where name = $1`;
const endSessionsOf = sql`delete from api_session where user_name = $1`;
/** Holds the row: what is counted or locked at the same time waits, or is seen. */
const userToSignIn = sql`
  select 1 as found from api_user where name = $1 and password_hash = $2 and disabled_at is null for update`;
const noteSignIn = sql`update api_user set last_sign_in_at = to_timestamp($2::float8 / 1000.0) where name = $1`;
const dropOldSessions = sql`delete from api_session where refresh_until < to_timestamp($1::float8 / 1000.0)`;
const insertSession = sql`
  insert into api_session (user_name, access_hash, access_until, refresh_hash, refresh_until, begun_at)
  values ($1, $2, to_timestamp($3::float8 / 1000.0), $4, to_timestamp($5::float8 / 1000.0), to_timestamp($6::float8 / 1000.0))`;
const sessionOfAccess = sql`
  select u.name, u.role, s.access_until from api_session s join api_user u on u.name = s.user_name
  where s.access_hash = $1 and s.access_until > to_timestamp($2::float8 / 1000.0) and u.disabled_at is null`;
const sessionOfRefresh = sql`
  select s.id, u.name, u.role from api_session s join api_user u on u.name = s.user_name
  where s.refresh_hash = $1 and s.refresh_until > to_timestamp($2::float8 / 1000.0) and u.disabled_at is null
    and s.begun_at > to_timestamp(($2::float8 - $3::float8) / 1000.0)
  for update of s`;
const replaceTokens = sql`
  update api_session set access_hash = $2, refresh_hash = $4,
    access_until = least(to_timestamp($3::float8 / 1000.0), begun_at + $6::float8 * interval '1 millisecond'),
    refresh_until = least(to_timestamp($5::float8 / 1000.0), begun_at + $6::float8 * interval '1 millisecond')
  where id = $1`;
const spendRefresh = sql`insert into api_spent_refresh (hash, session_id) values ($1, $2)`;
const endSpent = sql`
  delete from api_session s using api_spent_refresh p where p.hash = $1 and s.id = p.session_id returning s.user_name`;
const endByAccess = sql`delete from api_session where access_hash = $1`;
const insertKey = sql`insert into api_key (id, name, role, hash) values ($1, $2, $3, $4)`;
const allKeys = sql`
  select id, name, role, created_at, revoked_at, last_used_at from api_key order by created_at desc, id`;
const keyOfHash = sql`
  select id, name, role, coalesce(last_used_at < now() - interval '1 minute', true) as unnoted
  from api_key where hash = $1 and revoked_at is null`;
const noteKeyUse = sql`update api_key set last_used_at = now() where id = $1`;
const revoke = sql`update api_key set revoked_at = coalesce(revoked_at, now()) where id = $1`;

interface UserRow extends pg.QueryResultRow {
  readonly name: string;
  readonly role: Role;
  readonly password_hash: string;
  readonly created_at: number;
  readonly disabled_at: number | null;
  readonly last_sign_in_at: number | null;
}

const userOf = ({ name, role, ...row }: UserRow, locks: readonly SignInLock[]): User => ({
  name,
  role,
  createdAt: row.created_at,
  disabledAt: row.disabled_at,
  locks,
  lastSignInAt: row.last_sign_in_at,
});

const tokenValues = ({ accessHash, accessUntil, refreshHash, refreshUntil }: SessionTokens) => [
  Buffer.from(accessHash),
  accessUntil,
  Buffer.from(refreshHash),
  refreshUntil,
];

export class PostgresAccountStore implements AccountStore {
  readonly #pool: pg.Pool;
  readonly #audit: AuditStore;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.#audit = new AuditStore(pool);
  }

  async addUser(user: { readonly name: string; readonly role: Role; readonly passwordHash: string }): Promise<boolean> {
    const { rowCount } = await this.#pool.query(insertUser, [user.name, user.role, user.passwordHash]);
    return rowCount === 1;
  }

  async users(): Promise<readonly User[]> {
    const locks = await locksByUser(this.#pool);
    return (await select<UserRow>(this.#pool, allUsers)).map((row) => userOf(row, locks.get(row.name) ?? []));
  }

  async findUser(name: string): Promise<StoredUser | null> {
    const [row] = await select<UserRow>(this.#pool, oneUser, [name]);
    return row ? { ...userOf(row, []), passwordHash: row.password_hash } : null;
  }

  setPassword(name: string, passwordHash: string): Promise<boolean> {
    return this.#change(name, (client) => client.query(changePassword, [name, passwordHash]), true);
  }

  setDisabled(name: string, disabled: boolean): Promise<boolean> {
    return this.#change(name, (client) => client.query(disableUser, [name, disabled]), disabled);
  }

  #change(name: string, update: (client: pg.PoolClient) => Promise<pg.QueryResult>, ends: boolean): Promise<boolean> {
    return inTransaction(this.#pool, async (client) => {
      const { rowCount } = await update(client);
      await forgetFailures(client, name);
      if (ends) await client.query(endSessionsOf, [name]);
      return rowCount === 1;
    });
  }

  isLocked(name: string, network: string, now: number): Promise<boolean> {
    return isLocked(this.#pool, name, network, now);
  }

  noteFailure(name: string, network: string, now: number, policy: LockPolicy): Promise<void> {
    return noteFailure(this.#pool, name, network, now, policy);
  }

  unlock(name: string): Promise<boolean> {
    return inTransaction(this.#pool, (client) => forgetFailures(client, name));
  }

  openSession(
    { name, passwordHash }: StoredUser,
    network: string,
    tokens: SessionTokens,
    now: number,
  ): Promise<boolean> {
    return inTransaction(this.#pool, async (client) => {
      const [found] = await select(client, userToSignIn, [name, passwordHash]);
      if (!found || (await isLocked(client, name, network, now))) return false;
      await client.query(noteSignIn, [name, now]);
      await rememberSignIn(client, name, network, now);
      await client.query(dropOldSessions, [now]);
      await client.query(insertSession, [name, ...tokenValues(tokens), now]);
      return true;
    });
  }

  async findAccess(accessHash: Uint8Array, now: number): Promise<TokenHolder | null> {
    const [found] = await select<{ name: string; role: Role; access_until: number }>(this.#pool, sessionOfAccess, [
      accessHash,
      now,
    ]);
    return found ? { name: found.name, role: found.role, keyId: null, until: found.access_until } : null;
  }

  rotate(refreshHash: Uint8Array, next: SessionTokens, now: number, longestMs: number): Promise<Rotation> {
    return inTransaction(this.#pool, async (client): Promise<Rotation> => {
      const [session] = await select<{ id: bigint; name: string; role: Role }>(client, sessionOfRefresh, [
        refreshHash,
        now,
        longestMs,
      ]);
      if (session) {
        await client.query(spendRefresh, [Buffer.from(refreshHash), String(session.id)]);
        await client.query(replaceTokens, [String(session.id), ...tokenValues(next), longestMs]);
        return { kind: 'rotated', user: { name: session.name, role: session.role } };
      }
      const [ended] = await select<{ user_name: string }>(client, endSpent, [refreshHash]);
      return ended ? { kind: 'reused', user: ended.user_name } : { kind: 'unknown' };
    });
  }

  async endSession(accessHash: Uint8Array): Promise<void> {
    await this.#pool.query(endByAccess, [Buffer.from(accessHash)]);
  }

  async addKey(key: {
    readonly id: string;
    readonly name: string;
    readonly role: Role;
    readonly hash: Uint8Array;
  }): Promise<void> {
    await this.#pool.query(insertKey, [key.id, key.name, key.role, Buffer.from(key.hash)]);
  }

  async keys(): Promise<readonly ApiKey[]> {
    const rows = await select<{
      id: string;
      name: string;
      role: Role;
      created_at: number;
      revoked_at: number | null;
      last_used_at: number | null;
    }>(this.#pool, allKeys);
    return rows.map(({ id, name, role, ...row }) => ({
      ...{ id, name, role },
      createdAt: row.created_at,
      revokedAt: row.revoked_at,
      lastUsedAt: row.last_used_at,
    }));
  }

  async findKey(hash: Uint8Array): Promise<TokenHolder | null> {
    const [found] = await select<{ id: string; name: string; role: Role; unnoted: boolean }>(this.#pool, keyOfHash, [
      hash,
    ]);
    if (!found) return null;
    // A key is good for reading where nothing can be written, too.
    if (found.unnoted) void this.#pool.query(noteKeyUse, [found.id]).catch(() => {});
    return { name: found.name, role: found.role, keyId: found.id, until: null };
  }

  async revokeKey(id: string): Promise<boolean> {
    return (await this.#pool.query(revoke, [id])).rowCount === 1;
  }

  audit(entry: AuditRecord): Promise<void> {
    return this.#audit.add(entry);
  }

  auditTrail(query: AuditQuery): Promise<readonly AuditEntry[]> {
    return this.#audit.list(query);
  }
}
