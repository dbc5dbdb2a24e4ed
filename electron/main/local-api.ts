import type { Accounts } from '../../backend/gateway/accounts.ts';
import type { Gateway } from '../../backend/gateway/gateway.ts';
import { messageOf } from '../../backend/lib/app-error.ts';
import { steadyClock } from '../../backend/ports/clock.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import type { Runtime } from '../../backend/runtime.ts';
import type { Settings } from '../../backend/settings/settings.ts';
import type { LocalApiState } from '../contract/signatures.ts';
import { toFailure } from './failure.ts';
import type { WindowAudit } from './window-audit.ts';

const rateWindowMs = 5_000;

export interface LocalApiParts {
  readonly version: string;
  readonly audit: Pick<WindowAudit, 'trailOf'>;
  readonly logger: Logger;
}

type ApiSettings = Settings['localApi'];

/**
 * The interface over HTTP while the console runs: open when the settings say so and there is a data source, closed
 * otherwise. Changes are made one after the other.
 */
export class LocalApi {
  readonly #parts: LocalApiParts;
  #wanted: ApiSettings;
  #runtime: Runtime | null = null;
  #gateway: Gateway | null = null;
  #failure: LocalApiState['failure'] = null;
  #changing: Promise<void> = Promise.resolve();
  #samples: { readonly at: number; readonly requests: number }[] = [];

  constructor(settings: Settings, parts: LocalApiParts) {
    this.#parts = parts;
    this.#wanted = settings.localApi;
  }

  /** Resolves when it is as the settings want it, or has failed, which the state tells. */
  apply(settings: Settings): Promise<void> {
    this.#wanted = settings.localApi;
    return this.#reopen();
  }

  /** The data source that runs; null before one is left. */
  attach(runtime: Runtime | null): Promise<void> {
    if (runtime === this.#runtime) return this.#changing;
    this.#runtime = runtime;
    return this.#reopen();
  }

  state(): LocalApiState {
    const figures = this.#gateway?.figures();
    return {
      state: this.#stateName(),
      failure: this.#failure,
      requestsPerSecond: this.#rate(figures?.requests ?? 0),
      requests: figures?.requests ?? 0,
      lastError: figures?.lastError ?? null,
      listeners: this.#gateway?.listeners() ?? 0,
    };
  }

  /** Users and keys of a data source. */
  async accounts(runtime: Runtime): Promise<Accounts> {
    const [{ Accounts }, { localActor }] = await Promise.all([
      import('../../backend/gateway/accounts.ts'),
      import('../../backend/gateway/audit-trail.ts'),
    ]);
    const { audit, logger } = this.#parts;
    const trail = audit.trailOf(runtime);
    return new Accounts({ store: runtime.accounts, clock: steadyClock, logger, trail, actor: localActor('window') });
  }

  close(): Promise<void> {
    this.#runtime = null;
    return this.#reopen();
  }

  #stateName(): LocalApiState['state'] {
    if (!this.#wanted.enabled) return 'off';
    if (this.#gateway !== null) return 'listening';
    return this.#failure === null ? 'waiting' : 'failed';
  }

  #reopen(): Promise<void> {
    this.#changing = this.#changing
      .then(() => this.#open())
      .catch((error: unknown) => {
        this.#parts.logger.error('The local API did not open', { error: messageOf(error) });
        this.#failure = toFailure(error);
      });
    return this.#changing;
  }

  async #open(): Promise<void> {
    const before = this.#gateway;
    this.#gateway = null;
    this.#failure = null;
    this.#samples = [];
    await before?.close();
    const runtime = this.#runtime;
    const { enabled, sqlPort, materializedPort, signIn } = this.#wanted;
    if (!enabled || runtime === null) return;
    // Loaded only where it is wanted.
    const { openGateway } = await import('../../backend/gateway/gateway.ts');
    this.#gateway = await openGateway({
      source: runtime,
      address: '127.0.0.1',
      ports: { sql: sqlPort, materialized: materializedPort },
      hostNames: [],
      version: this.#parts.version,
      accounts: signIn ? await this.accounts(runtime) : null,
      trail: this.#parts.audit.trailOf(runtime),
      logger: this.#parts.logger,
    });
  }

  /** Between the oldest look of the last seconds and now: the window looks once a second. */
  #rate(requests: number): number {
    const at = performance.now();
    this.#samples = [...this.#samples.filter((sample) => at - sample.at <= rateWindowMs), { at, requests }];
    const [oldest] = this.#samples;
    return oldest === undefined || oldest.at === at ? 0 : ((requests - oldest.requests) / (at - oldest.at)) * 1000;
  }
}
