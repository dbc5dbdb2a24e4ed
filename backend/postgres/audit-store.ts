/** The audit trail: who did what, and what was refused. */
import type pg from 'pg';
import type { ActorKind, AuditEntry, AuditOutcome, AuditQuery, AuditRecord } from '../domain/account.ts';
import { sql } from '../lib/sql.ts';
import { select } from './select.ts';

/** Rows of before have their actor's words only: whether a key or a user was meant they do not tell. */
export const auditColumns = sql`
  alter table api_audit
    add column actor_kind text not null default 'earlier',
    add column actor_id text,
    add column address text,
    add column target text not null default '',
    add column outcome text not null default 'done' check (outcome in ('done', 'refused', 'failed')),
    add column times integer not null default 1,
    add column last_at timestamptz not null default now();
  update api_audit set last_at = at, outcome = case when action like '%.refused' then 'refused' else 'done' end;
  create index api_audit_refused on api_audit (action, actor, id desc) where outcome = 'refused';
  create index api_audit_anonymous on api_audit (id) where actor_kind = 'anonymous';`;

/** Refusals that are alike within this time are one row. */
const countAgain = sql`
  update api_audit set times = times + 1, last_at = now()
  where id = (
    select id from api_audit
    where outcome = 'refused' and action = $1 and actor = $2 and actor_kind = $3 and actor_id is not distinct from $4
      and address is not distinct from $5 and target = $6 and detail = $7 and at > now() - interval '10 minutes'
    order by id desc limit 1)`;
const insertEntry = sql`
  insert into api_audit (action, actor, actor_kind, actor_id, address, target, detail, outcome)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;
/** People who are not signed in can write no more than this. */
const dropAnonymous = sql`
  delete from api_audit where actor_kind = 'anonymous' and id <= (
    select id from api_audit where actor_kind = 'anonymous' order by id desc offset 5000 limit 1)`;
const dropEvery = 100;

const entries = sql`
  select id, at, last_at, times, actor, actor_kind, actor_id, address, action, target, outcome, detail from api_audit
  where ($2::bigint is null or id < $2::bigint)
    and ($3::text is null or position(lower($3::text) in lower(
      concat_ws(' ', actor, actor_kind, actor_id, address, action, target, outcome, detail))) > 0)
    and ($4::text is null or actor_kind = $4::text)
    and ($5::text is null or outcome = $5::text)
    and ($6::text is null or action = $6::text)
    and ($7::float8 is null or last_at >= to_timestamp($7::float8 / 1000.0))
  order by id desc limit $1`;

export class AuditStore {
  readonly #pool: pg.Pool;
  #anonymous = 0;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async add({ actor, action, target, outcome, detail }: AuditRecord): Promise<void> {
    const values = [action, actor.name, actor.kind, actor.id, actor.address, target, detail];
    if (outcome === 'refused' && (await this.#pool.query(countAgain, values)).rowCount === 1) return;
    await this.#pool.query(insertEntry, [...values, outcome]);
    if (actor.kind !== 'anonymous') return;
    this.#anonymous += 1;
    if (this.#anonymous % dropEvery === 0) await this.#pool.query(dropAnonymous);
  }

  async list({ limit, before, words, kind, outcome, action, since }: AuditQuery): Promise<readonly AuditEntry[]> {
    const rows = await select<{
      id: bigint;
      at: number;
      last_at: number;
      times: number;
      actor: string;
      actor_kind: ActorKind;
      actor_id: string | null;
      address: string | null;
      action: string;
      target: string;
      outcome: AuditOutcome;
      detail: string;
    }>(this.#pool, entries, [
      limit,
      ...[before ?? null, words ?? null, kind ?? null, outcome ?? null, action ?? null, since ?? null],
    ]);
    return rows.map((row) => ({
      ...{ id: String(row.id), at: row.at, lastAt: row.last_at, times: row.times },
      actor: { kind: row.actor_kind, name: row.actor, id: row.actor_id, address: row.address },
      ...{ action: row.action, target: row.target, outcome: row.outcome, detail: row.detail },
    }));
  }
}
