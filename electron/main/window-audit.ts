/** What the window does, in the audit trail of the data it is done to. */
import type { AuditOutcome } from '../../backend/domain/account.ts';
import { AuditTrail, localActor } from '../../backend/gateway/audit-trail.ts';
import { AppError, messageOf } from '../../backend/lib/app-error.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import type { Runtime } from '../../backend/runtime.ts';
import type { RequestName } from '../contract/names.ts';
import type { RequestInput } from '../contract/signatures.ts';

/** To what a request is done; null: this one changes nothing worth an entry. */
type Target<N extends RequestName> = (input: RequestInput<N>) => string | null;

const itself = () => '';

/** Requests that change something; users and keys write their own entries. */
const audited: { readonly [N in RequestName]?: Target<N> } = {
  'settings.update': ({ localApi }) =>
    localApi === undefined
      ? null
      : `local API ${localApi.enabled ? 'on' : 'off'}, sign-in ${localApi.signIn ? 'on' : 'off'}, ports ${localApi.sqlPort}, ${localApi.materializedPort}`,
  'profiles.save': ({ id, profile }) => id ?? profile.name,
  'profiles.copy': ({ id }) => id,
  'profiles.delete': ({ id }) => id,
  'profiles.import': itself,
  'dataSource.switch': ({ id }) => id,
  'backend.switch': ({ backend }) => backend,
  'simulator.start': itself,
  'simulator.stop': itself,
  'simulator.pause': itself,
  'simulator.resume': itself,
  'simulator.update': ({ rate }) => `${rate} events/s`,
  'simulator.burst': ({ rate, seconds }) => `${rate} events/s for ${seconds} s`,
  'simulator.startBackfill': ({ days }) => `${days} days`,
  'simulator.cancelBackfill': itself,
  'consumer.retry': itself,
  'consumer.pause': itself,
  'consumer.resume': itself,
  'deadLetters.redrive': ({ dryRun, selection }) =>
    `${dryRun ? 'dry run: ' : ''}${selection === 'all' ? 'all' : `${selection.length} chosen`}`,
  'data.rebuild': ({ what }) => what,
  'calendar.change': ({ zone, cutoverHour }) => `${zone}, ${cutoverHour}:00`,
  'data.reset': itself,
};

/** How long leaving data waits for its entry, ms. */
const leaveMs = 1_000;
const waitFor = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Refused because of what was asked or by whom, not because something failed. */
const refusals: ReadonlySet<string> = new Set(['bad_request', 'bad_settings', 'consumed_elsewhere', 'simulator_busy']);

export class WindowAudit {
  readonly #current: () => Runtime | null;
  readonly #logger: Logger;
  readonly #trails = new WeakMap<Runtime, AuditTrail>();

  /** @param current the runtime whose data the window shows; null while there is none */
  constructor(current: () => Runtime | null, logger: Logger) {
    this.#current = current;
    this.#logger = logger;
  }

  /** Does what a request asks, and writes how it ended. Errors: those of `work`. */
  async around<N extends RequestName, T>(name: N, input: RequestInput<N>, work: () => T | Promise<T>): Promise<T> {
    const target = audited[name]?.(input) ?? null;
    if (target === null) return work();
    // After it those data are closed: they tell who has left them.
    if (name === 'dataSource.switch') {
      await Promise.race([this.#write('dataSource.leave', target, 'done', ''), waitFor(leaveMs)]);
    }
    try {
      const result = await work();
      void this.#write(name, target, 'done', '');
      return result;
    } catch (error) {
      const refused = error instanceof AppError && refusals.has(error.code);
      void this.#write(name, target, refused ? 'refused' : 'failed', messageOf(error));
      throw error;
    }
  }

  /** Where entries about a runtime's data go. */
  trailOf(runtime: Runtime): AuditTrail {
    const known = this.#trails.get(runtime);
    if (known) return known;
    const trail = new AuditTrail(runtime.accounts, this.#logger);
    this.#trails.set(runtime, trail);
    return trail;
  }

  async #write(action: string, target: string, outcome: AuditOutcome, detail: string): Promise<void> {
    const runtime = this.#current();
    if (runtime === null) return;
    await this.trailOf(runtime).record({ actor: localActor('window'), action, target, outcome, detail });
  }
}
