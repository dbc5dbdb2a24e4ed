/** Who did what, and what was refused. */
import { type AuditEntry, type AuditQuery, actorKinds, auditOutcomes } from '../domain/account.ts';
import { AuditTrail, localActor } from '../gateway/audit-trail.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import { stringifyWithBigints } from '../lib/json.ts';
import { faultOf } from '../lib/plain-text.ts';
import type { Runtime } from '../runtime.ts';
import { type Flags, numberFlag, UsageError } from './flags.ts';
import { loggerOf } from './logger.ts';
import { type Command, open } from './open.ts';
import { instant, table } from './table.ts';

const mostRows = 10_000;

export const audit: Command = async (flags, context) => {
  const query = queryOf(flags);
  const runtime = await open(flags, context, { mustExist: true, consume: false });
  try {
    const entries = await runtime.accounts.auditTrail(query);
    const text = flags.json
      ? entries.map((entry) => `${stringifyWithBigints(jsonOf(entry))}\n`).join('')
      : table(entries.map(rowOf));
    process.stdout.write(text);
    return 0;
  } finally {
    await runtime.close();
  }
};

/** Errors: `UsageError`. */
function queryOf(flags: Flags): AuditQuery {
  const { words, actor, outcome, action, since } = flags;
  const kind = actorKinds.find((each) => each === actor);
  if (actor !== undefined && kind === undefined) {
    throw new UsageError(`--actor wants ${actorKinds.join(', ')}, not "${actor}"`);
  }
  const found = auditOutcomes.find((each) => each === outcome);
  if (outcome !== undefined && found === undefined) {
    throw new UsageError(`--outcome wants ${auditOutcomes.join(', ')}, not "${outcome}"`);
  }
  for (const [name, text] of Object.entries({ words, action })) {
    const fault = text === undefined ? null : faultOf(text, 200);
    if (fault !== null) throw new UsageError(`--${name} ${fault}`);
  }
  const from = since === undefined ? undefined : Date.parse(since);
  if (from !== undefined && Number.isNaN(from)) {
    throw new UsageError(`--since wants an instant such as 2026-11-22T18:00Z, not "${since}"`);
  }
  return {
    limit: Math.trunc(numberFlag(flags, 'limit', 1, mostRows) ?? 50),
    ...(words === undefined ? {} : { words }),
    ...(kind === undefined ? {} : { kind }),
    ...(found === undefined ? {} : { outcome: found }),
    ...(action === undefined ? {} : { action }),
    ...(from === undefined ? {} : { since: from }),
  };
}

const actorOf = ({ actor: { kind, name, id } }: AuditEntry) =>
  [kind, name, id === null ? '' : `(${id})`].filter((part) => part !== '').join(' ');

function rowOf(entry: AuditEntry): readonly string[] {
  const { lastAt, actor, outcome, action, target, detail, times } = entry;
  const counted = times > 1 ? `${times} times since ${instant(entry.at)}` : '';
  return [
    instant(lastAt),
    outcome,
    actorOf(entry),
    actor.address ?? '-',
    action,
    target === '' ? '-' : target,
    [detail, counted].filter((part) => part !== '').join(', '),
  ];
}

function jsonOf({ id, at, lastAt, times, actor, action, target, outcome, detail }: AuditEntry) {
  return { id, at: instant(at), lastAt: instant(lastAt), times, actor, action, target, outcome, detail };
}

/**
 * Does what a command changes, with its outcome in the audit trail of the data.
 * Errors: those of `work`.
 */
export async function audited<T>(
  runtime: Runtime,
  flags: Flags,
  { action, target = '' }: { readonly action: string; readonly target?: string },
  work: () => Promise<T>,
): Promise<T> {
  const trail = new AuditTrail(runtime.accounts, loggerOf(flags));
  const entry = { actor: localActor('cli'), action, target };
  try {
    const result = await work();
    await trail.record({ ...entry, outcome: 'done', detail: '' });
    return result;
  } catch (error) {
    const refused = error instanceof UsageError || (error instanceof AppError && error.code === 'bad_request');
    await trail.record({ ...entry, outcome: refused ? 'refused' : 'failed', detail: messageOf(error) });
    throw error;
  } finally {
    await trail.close();
  }
}
