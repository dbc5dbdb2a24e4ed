import type pg from 'pg';
import { type BusinessCalendar, createBusinessCalendar } from '../domain/business-day.ts';
import { catalogue } from '../domain/catalogue.ts';
import type { Answer, BackendName, Comparison, Question } from '../domain/question.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import type { CheckReport, PartStatus, RebuildStatus, Reconciliation, SystemStatus } from '../domain/status.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { EmbeddedDatabase } from '../embedded/embedded-database.ts';
import type { EmbeddedEventLog } from '../embedded/embedded-event-log.ts';
import type { Consumer } from '../ingest/consumer.ts';
import type { Decode } from '../ingest/decode-slices.ts';
import type { Projector } from '../ingest/projector.ts';
import { AppError } from '../lib/app-error.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import type { LiveWindow } from '../live/live-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import { changeCalendar, rebuildRollups } from '../postgres/rebuild.ts';
import { recentSales } from '../postgres/recent-sales.ts';
import { resetStore } from '../postgres/reset.ts';
import type { PostgresSaleStore } from '../postgres/sale-store.ts';
import { ask } from '../query/ask.ts';
import type { BackendSwitch } from '../query/backend-switch.ts';
import { compareBackends } from '../query/comparison.ts';
import type { MaterializedBackend } from '../query/materialized-backend.ts';
import type { SqlBackend } from '../query/sql-backend.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { checkInvariants } from './invariants.ts';
import { Marks } from './marks.ts';
import { Reconciler } from './reconciliation.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

export interface ConsoleParts {
  readonly options: RuntimeOptions;
  readonly clock: Clock;
  readonly database: EmbeddedDatabase;
  readonly pool: pg.Pool;
  readonly log: EmbeddedEventLog;
  readonly store: PostgresSaleStore;
  readonly reader: RollupReader;
  readonly readModel: ReadModel;
  readonly sql: SqlBackend;
  readonly materialized: MaterializedBackend;
  readonly backends: BackendSwitch;
  readonly projector: Projector;
  readonly consumer: Consumer;
  readonly live: LiveWindow;
  readonly simulator: Simulator;
  readonly releases: ReleaseStack;
  readonly decode: Decode;
  readonly calendar: () => BusinessCalendar;
  readonly setCalendar: (calendar: BusinessCalendar) => void;
  /** Starts the live window over from the database; call it while nothing is being stored. */
  readonly reseed: (calendar?: BusinessCalendar) => Promise<void>;
}

/** The started backend. Built by `startConsole`; what lives here is the coordination between the parts. */
export class ConsoleRuntime implements Runtime {
  readonly catalogue = { theaters: catalogue.theaters, movies: catalogue.movies };
  readonly createdDatabase: boolean;
  readonly live: Runtime['live'];
  readonly simulator: Runtime['simulator'];
  readonly #parts: ConsoleParts;
  readonly #marks = new Marks();
  readonly #reconciler: Reconciler;
  readonly #statusListeners = new Set<() => void>();
  #databaseStatus: PartStatus;
  #rebuild: RebuildStatus | null = null;
  /** Whether a rebuild or a reset is under way. */
  #changing = false;
  /** Settles when what looks at everything, or changes everything, may begin. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #closing = false;

  constructor(parts: ConsoleParts) {
    this.#parts = parts;
    this.createdDatabase = parts.database.created;
    this.live = parts.live;
    this.simulator = parts.simulator;
    this.#databaseStatus = { ...quiet, state: 'up', since: parts.clock.now() };
    this.#reconciler = new Reconciler({ ...parts, ledger: () => parts.live.snapshot().ledger });
    this.#watch();
  }

  status(): SystemStatus {
    const { options, clock, backends, consumer, projector, simulator, live } = this.#parts;
    const calendar = this.#parts.calendar();
    const now = clock.now();
    return {
      at: now,
      profile: 'embedded',
      backend: backends.chosen,
      businessDay: calendar.dayOf(now),
      zone: calendar.zone,
      cutoverHour: calendar.cutoverHour,
      database: this.#databaseStatus,
      // The embedded log lives in the embedded database and shares its fate.
      log: this.#databaseStatus,
      consumer: consumer.status(),
      readModel: options.consume ? projector.status() : { ...quiet, since: this.#databaseStatus.since },
      simulator: simulator.status(),
      rebuild: this.#rebuild,
      latencies: live.latencies(),
      marks: this.#marks.list(),
    };
  }

  onStatus(listener: () => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  query(question: Question): Promise<Answer<unknown>> {
    return ask(this.#parts.backends, question);
  }

  compare(question: Question): Promise<Comparison> {
    return compareBackends(this.#parts, question);
  }

  switchBackend(name: BackendName): void {
    this.#parts.backends.switchTo(name);
  }

  setFallback(allowed: boolean): void {
    this.#parts.backends.setFallback(allowed);
  }

  recentSales(filter: { theaterId?: number; limit: number }): Promise<readonly SaleLine[]> {
    return recentSales(this.#parts.pool, filter);
  }

  retryConsumer(): void {
    this.#parts.consumer.retryNow();
  }

  async changeCalendar(zone: string, cutoverHour: number): Promise<void> {
    const next = createBusinessCalendar({ zone, cutoverHour });
    await this.#rebuilding('business-day', async (onProgress) => {
      await changeCalendar(this.#parts.pool, next, onProgress);
      this.#parts.setCalendar(next);
    });
  }

  async rebuild(what: 'rollups' | 'read-model'): Promise<void> {
    await this.#rebuilding(what, async (onProgress) => {
      if (what === 'rollups') await rebuildRollups(this.#parts.pool, onProgress);
    });
    if (what === 'read-model') await this.#parts.materialized.prepare(await this.days());
  }

  async reset(): Promise<void> {
    const { pool, log, simulator } = this.#parts;
    await this.#alone(async () => {
      await simulator.close();
      await this.#withoutConsumer(async () => {
        let forgotten = () => {};
        await resetStore(pool, async (client) => {
          forgotten = await log.deleteRecords(client);
        });
        forgotten();
      });
    });
  }

  async drain(): Promise<void> {
    const { simulator, consumer, database } = this.#parts;
    let unsubscribe = () => {};
    // A database that died does not come back: whoever waits for it would wait for ever.
    const died = new Promise<never>((_resolve, reject) => {
      unsubscribe = database.onFailure((reason) =>
        reject(new AppError('database_failed', reason, { hint: 'Start ReelMetrics again.' })),
      );
    });
    try {
      await Promise.race([died, simulator.backfillEnded().then(() => consumer.drained())]);
    } finally {
      unsubscribe();
    }
  }

  reconcile(window: { events: number; grossCents: bigint } | null): Promise<Reconciliation> {
    return this.#inTurn(() => this.#parts.consumer.betweenRounds(() => this.#reconciler.run(window)));
  }

  check(): Promise<CheckReport> {
    const { clock, consumer } = this.#parts;
    const now = () => clock.now();
    return this.#inTurn(() => consumer.betweenRounds(() => checkInvariants({ ...this.#parts, now })));
  }

  days(): Promise<readonly BusinessDay[]> {
    return this.#parts.reader.days();
  }

  close(): Promise<void> {
    this.#closing = true;
    return this.#parts.releases.release();
  }

  #watch(): void {
    const { clock, consumer, projector, simulator, backends, live, database, reseed, options } = this.#parts;
    const changed = () => this.#changed();
    consumer.onCommitted((batch) => {
      live.committed(batch);
      this.#reconciler.noteLedger();
      changed();
    });
    consumer.onGap(() => {
      consumer
        .betweenRounds(() => reseed())
        .then(() => this.#reconciler.forget())
        .catch((error: unknown) => options.logger.error('live totals could not be read anew', { error }));
    });
    projector.onProjected((batch) => live.projected(batch.committedAt, clock.now()));
    projector.onStatus(changed);

    let consumerWas = consumer.status().state;
    consumer.onStatus(() => {
      const { state, reason } = consumer.status();
      if (state === 'down' && consumerWas !== 'down') this.#mark('consumer-down', reason ?? 'Consumer down');
      if (state === 'up' && consumerWas === 'down') this.#mark('consumer-up', 'Consumer up');
      if (state !== 'connecting') consumerWas = state;
      changed();
    });
    let simulatorWas = simulator.status().state;
    simulator.onChange(() => {
      const { state } = simulator.status();
      if (state === 'running' && simulatorWas === 'stopped') this.#mark('simulator-started', 'Simulator started');
      if (state === 'stopped' && simulatorWas !== 'stopped') this.#mark('simulator-stopped', 'Simulator stopped');
      simulatorWas = state;
      changed();
    });
    let backendWas = backends.chosen;
    backends.onChange(() => {
      if (backends.chosen !== backendWas) this.#mark('backend-switched', `Backend → ${backends.chosen}`);
      backendWas = backends.chosen;
      changed();
    });
    database.onFailure((reason) => {
      this.#databaseStatus = {
        ...quiet,
        state: 'down',
        since: clock.now(),
        reason: `${reason} Start ReelMetrics again.`,
        code: 'database_failed',
      };
      changed();
    });
  }

  #mark(kind: SystemStatus['marks'][number]['kind'], text: string): void {
    this.#marks.add({ at: this.#parts.clock.now(), kind, text });
  }

  #changed(): void {
    for (const listener of [...this.#statusListeners]) {
      try {
        listener();
      } catch (error) {
        // It is called from within the consumer and the simulator, which must go on whatever it does.
        this.#parts.options.logger.error('a listener of the status failed', { error });
      }
    }
  }

  /** One at a time, in the order of the calls. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Work that takes the consumer away; a second one is refused, not queued: it was asked for in view of other data. */
  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#changing) {
      throw new AppError('not_available', 'A rebuild or a reset is under way.', {
        hint: 'Wait for it to end; the status bar shows its progress.',
      });
    }
    this.#changing = true;
    try {
      await this.#inTurn(work);
    } finally {
      this.#changing = false;
    }
  }

  async #rebuilding(
    what: RebuildStatus['what'],
    work: (onProgress: (done: number, total: number) => void) => Promise<void>,
  ): Promise<void> {
    const progress = (done: number, total: number) => {
      this.#rebuild = { what, done, total };
      this.#changed();
    };
    await this.#alone(async () => {
      progress(0, 1);
      try {
        await this.#withoutConsumer(() => work(progress));
      } finally {
        this.#rebuild = null;
        this.#changed();
      }
    });
  }

  /** Stops storing, does the work, and starts everything derived over: read model, answers, live totals. */
  async #withoutConsumer(work: () => Promise<void>): Promise<void> {
    const { options, consumer, backends, reseed } = this.#parts;
    await consumer.stop();
    try {
      await work();
      await backends.clear();
      await reseed(this.#parts.calendar());
      this.#reconciler.forget();
    } finally {
      if (options.consume && !this.#closing) consumer.start();
    }
  }
}

const quiet = { state: 'off', reason: null, code: null, nextAttemptAt: null } as const;
