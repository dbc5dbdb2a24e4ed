import type pg from 'pg';
import type { ApiKey, AuditEntry, Role, User } from '../domain/account.ts';
import { sql } from '../lib/sql.ts';
import type { AccountStore, Holder, Rotation, SessionTokens, StoredUser } from '../ports/account-store.ts';
import { select } from './select.ts';
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

const userColumns = sql`name, role, password_hash, created_at, disabled_at, locked_until, last_sign_in_at`;
const insertUser = sql`
  insert into api_user (name, role, password_hash) values ($1, $2, $3) on conflict do nothing`;
const allUsers = sql`select ${userColumns} from api_user order by name`;
const oneUser = sql`select ${userColumns} from api_user where name = $1`;
const changePassword = sql`
  update api_user set password_hash = $2, failures = 0, locked_until = null where name = $1`;
const disableUser = sql`
  update api_user set disabled_at = case when $2 then coalesce(disabled_at, now()) end, failures = 0, locked_until = null
  where name = $1`;
const endSessionsOf = sql`delete from api_session where user_name = $1`;
/** Counting and locking in one step: guesses sent at the same time all count. */
const countFailure = sql`
  update api_user set
    failures = case when failures + 1 >= $2 then 0 else failures + 1 end,
    locked_until = case when failures + 1 >= $2 then to_timestamp($3::float8 / 1000.0) else locked_until end
  where name = $1`;
const clearFailures = sql`
  update api_user set failures = 0, locked_until = null, last_sign_in_at = now()
  where name = $1 and password_hash = $2 and disabled_at is null
    and (locked_until is null or locked_until <= to_timestamp($3::float8 / 1000.0))`;
const dropOldSessions = sql`delete from api_session where refresh_until < now()`;
const insertSession = sql`
  insert into api_session (user_name, access_hash, access_until, refresh_hash, refresh_until)
  values ($1, $2, to_timestamp($3::float8 / 1000.0), $4, to_timestamp($5::float8 / 1000.0))`;
const sessionOfAccess = sql`
  select u.name, u.role from api_session s join api_user u on u.name = s.user_name
  where s.access_hash = $1 and s.access_until > to_timestamp($2::float8 / 1000.0) and u.disabled_at is null`;
const sessionOfRefresh = sql`
  select s.id, u.name, u.role from api_session s join api_user u on u.name = s.user_name
  where s.refresh_hash = $1 and s.refresh_until > to_timestamp($2::float8 / 1000.0) and u.disabled_at is null
  for update of s`;
const replaceTokens = sql`
  update api_session set access_hash = $2, access_until = to_timestamp($3::float8 / 1000.0), refresh_hash = $4,
    refresh_until = to_timestamp($5::float8 / 1000.0)
  where id = $1`;
const spendRefresh = sql`insert into api_spent_refresh (hash, session_id) values ($1, $2)`;
const endSpent = sql`
  delete from api_session s using api_spent_refresh p where p.hash = $1 and s.id = p.session_id returning s.user_name`;
const endByAccess = sql`delete from api_session where access_hash = $1`;
const insertKey = sql`insert into api_key (id, name, role, hash) values ($1, $2, $3, $4)`;
const allKeys = sql`
  select id, name, role, created_at, revoked_at, last_used_at from api_key order by created_at desc, id`;
const useKey = sql`
  update api_key set last_used_at = now() where hash = $1 and revoked_at is null returning name, role`;
const revoke = sql`update api_key set revoked_at = coalesce(revoked_at, now()) where id = $1`;
const insertAudit = sql`insert into api_audit (actor, action, detail) values ($1, $2, $3)`;
const newestAudit = sql`select at, actor, action, detail from api_audit order by id desc limit $1`;

interface UserRow extends pg.QueryResultRow {
  readonly name: string;
  readonly role: Role;
  readonly password_hash: string;
  readonly created_at: number;
  readonly disabled_at: number | null;
  readonly locked_until: number | null;
  readonly last_sign_in_at: number | null;
}

const userOf = ({ name, role, ...row }: UserRow): User => ({
  name,
  role,
  createdAt: row.created_at,
  disabledAt: row.disabled_at,
  lockedUntil: row.locked_until,
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

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async addUser(user: { readonly name: string; readonly role: Role; readonly passwordHash: string }): Promise<boolean> {
    const { rowCount } = await this.#pool.query(insertUser, [user.name, user.role, user.passwordHash]);
    return rowCount === 1;
  }

  async users(): Promise<readonly User[]> {
    return (await select<UserRow>(this.#pool, allUsers)).map(userOf);
  }

  async findUser(name: string): Promise<StoredUser | null> {
    const [row] = await select<UserRow>(this.#pool, oneUser, [name]);
    return row ? { ...userOf(row), passwordHash: row.password_hash } : null;
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
      if (ends) await client.query(endSessionsOf, [name]);
      return rowCount === 1;
    });
  }

  async noteFailure(name: string, most: number, lockedUntil: number): Promise<void> {
    await this.#pool.query(countFailure, [name, most, lockedUntil]);
  }

  openSession({ name, passwordHash }: StoredUser, tokens: SessionTokens, now: number): Promise<boolean> {
    return inTransaction(this.#pool, async (client) => {
      const { rowCount } = await client.query(clearFailures, [name, passwordHash, now]);
      if (rowCount === 0) return false;
      await client.query(dropOldSessions);
      await client.query(insertSession, [name, ...tokenValues(tokens)]);
      return true;
    });
  }

  async findAccess(accessHash: Uint8Array, now: number): Promise<Holder | null> {
    const [holder] = await select<Holder & pg.QueryResultRow>(this.#pool, sessionOfAccess, [accessHash, now]);
    return holder ? { name: holder.name, role: holder.role } : null;
  }

  rotate(refreshHash: Uint8Array, next: SessionTokens, now: number): Promise<Rotation> {
    return inTransaction(this.#pool, async (client): Promise<Rotation> => {
      const [session] = await select<{ id: bigint } & Holder & pg.QueryResultRow>(client, sessionOfRefresh, [
        refreshHash,
        now,
      ]);
      if (session) {
        await client.query(spendRefresh, [Buffer.from(refreshHash), String(session.id)]);
        await client.query(replaceTokens, [String(session.id), ...tokenValues(next)]);
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

  async findKey(hash: Uint8Array): Promise<Holder | null> {
    const [holder] = await select<Holder & pg.QueryResultRow>(this.#pool, useKey, [hash]);
    return holder ? { name: holder.name, role: holder.role } : null;
  }

  async revokeKey(id: string): Promise<boolean> {
    return (await this.#pool.query(revoke, [id])).rowCount === 1;
  }

  async audit({ actor, action, detail }: Omit<AuditEntry, 'at'>): Promise<void> {
    await this.#pool.query(insertAudit, [actor, action, detail]);
  }

  auditTrail(limit: number): Promise<readonly AuditEntry[]> {
    return select<AuditEntry & pg.QueryResultRow>(this.#pool, newestAudit, [limit]);
  }
}
