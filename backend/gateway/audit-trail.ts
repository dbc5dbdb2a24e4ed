/** Writes the audit trail: never in the way of what is done, and not lost while the store is away. */
import { hostname, userInfo } from 'node:os';
import type { Actor, AuditRecord } from '../domain/account.ts';
import { messageOf } from '../lib/app-error.ts';
import { printable } from '../lib/plain-text.ts';
import type { AccountStore } from '../ports/account-store.ts';
import type { Logger } from '../ports/logger.ts';

/** Entries that wait for the store; of more the oldest are only in the log. */
const mostWaiting = 1_000;
const againMs = 5_000;
/** How long the end waits for what is not written. */
const lastMs = 2_000;
const limits = { name: 120, target: 200, detail: 300 } as const;

export class AuditTrail {
  readonly #store: Pick<AccountStore, 'audit'>;
  readonly #logger: Logger;
  readonly #waiting: AuditRecord[] = [];
  #writing: Promise<void> | null = null;
  #again: NodeJS.Timeout | undefined;
  #away = false;

  constructor(store: Pick<AccountStore, 'audit'>, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Never fails. Resolves when it is written, or the store is away and it waits. */
  record(entry: AuditRecord): Promise<void> {
    this.#waiting.push(rowOf(entry));
    if (this.#waiting.length > mostWaiting) this.#lose(this.#waiting.shift());
    return this.#write();
  }

  /** Writes what waits, for 2 s at most; what cannot be written is in the log. */
  async close(): Promise<void> {
    clearTimeout(this.#again);
    await Promise.race([this.#write(), new Promise((resolve) => setTimeout(resolve, lastMs).unref())]);
    clearTimeout(this.#again);
    for (const entry of this.#waiting.splice(0)) this.#lose(entry);
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await this.#store.audit(next);
      } catch (error) {
        if (!this.#away)
          this.#logger.warn('The audit trail cannot be written; trying again', { error: messageOf(error) });
        this.#away = true;
        clearTimeout(this.#again);
        this.#again = setTimeout(() => void this.#write(), againMs).unref();
        return;
      }
      this.#away = false;
      if (this.#waiting[0] === next) this.#waiting.shift();
    }
  }

  #lose(entry: AuditRecord | undefined): void {
    if (entry !== undefined) this.#logger.error('An entry of the audit trail was not stored', { entry });
  }
}

/** What stands in a row: printable, and of a length that nobody can fill a disk with. */
function rowOf({ actor, action, target, outcome, detail }: AuditRecord): AuditRecord {
  const cut = (text: string, most: number) => printable([...text].slice(0, most).join(''));
  return {
    actor: { ...actor, name: cut(actor.name, limits.name) },
    action,
    target: cut(target, limits.target),
    outcome,
    detail: cut(detail, limits.detail),
  };
}

/** The account of the operating system that runs the window or a command. */
export function localActor(kind: 'window' | 'cli'): Actor {
  return { kind, name: `${accountOfSystem()}@${hostname()}`, id: null, address: null };
}

function accountOfSystem(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as containers have.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The program, without being asked. */
export const systemActor: Actor = { kind: 'system', name: 'ReelMetrics', id: null, address: null };
