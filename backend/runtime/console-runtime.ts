import { type BusinessCalendar, createBusinessCalendar } from '../domain/business-day.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import type { DeadLetterPage, DeadLetterQuery, RedriveReport, RedriveRequest } from '../domain/dead-letters.ts';
import type { Answer, BackendName, Comparison, Question } from '../domain/question.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import { requirePermit } from '../domain/simulation.ts';
import type {
  CheckReport,
  PartState,
  PartStatus,
  RebuildStatus,
  Reconciliation,
  SystemStatus,
} from '../domain/status.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { Consumer } from '../ingest/consumer.ts';
import type { Decode } from '../ingest/decode-slices.ts';
import type { Projector } from '../ingest/projector.ts';
import { redrive } from '../ingest/redrive.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import type { LiveWindow } from '../live/live-window.ts';
import type { AccountStore } from '../ports/account-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import type { SaleArchive } from '../ports/sale-archive.ts';
import { PostgresAccountStore } from '../postgres/account-store.ts';
import { PostgresDeadLetters } from '../postgres/dead-letters.ts';
import { changeCalendar, changeCurrency, rebuildRollups } from '../postgres/rebuild.ts';
import { recentSales } from '../postgres/recent-sales.ts';
import { PostgresSaleArchive } from '../postgres/sale-archive.ts';
import { ask } from '../query/ask.ts';
import type { BackendSwitch } from '../query/backend-switch.ts';
import { compareBackends } from '../query/comparison.ts';
import type { MaterializedBackend } from '../query/materialized-backend.ts';
import type { SqlBackend } from '../query/sql-backend.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { CalendarInUse } from './calendar-in-use.ts';
import { catchUp } from './catch-up.ts';
import { checkInvariants } from './invariants.ts';
import { Marks } from './marks.ts';
import { PipelineMeter } from './pipeline-meter.ts';
import type { Platform } from './platform.ts';
import { Reconciler } from './reconciliation.ts';
import { permitOf } from './simulation-permit.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

export interface ConsoleParts
  extends Pick<
    Platform,
    'profile' | 'pool' | 'longPool' | 'shared' | 'log' | 'store' | 'readModel' | 'states' | 'onStatus' | 'onStuck'
  > {
  readonly options: RuntimeOptions;
  readonly clock: Clock;
  readonly createdDatabase: boolean;
  /** Deletes everything stored and every record of the log. */
  readonly resetData: () => Promise<void>;
  readonly reader: RollupReader;
  readonly sql: SqlBackend;
  readonly materialized: MaterializedBackend;
  readonly backends: BackendSwitch;
  readonly projector: Projector;
  readonly consumer: Consumer;
  readonly live: LiveWindow;
  readonly simulator: Simulator;
  readonly releases: ReleaseStack;
  readonly decode: Decode;
  readonly inUse: CalendarInUse;
  readonly catalogue: Catalogue;
  /** Starts the live window over from one snapshot of the database. */
  readonly reseed: (calendar: BusinessCalendar) => Promise<void>;
}

/** The started backend. Built by `startConsole`; what lives here is the coordination between the parts. */
export class ConsoleRuntime implements Runtime {
  readonly catalogue: Runtime['catalogue'];
  readonly createdDatabase: boolean;
  readonly live: Runtime['live'];
  readonly accounts: AccountStore;
  readonly archive: SaleArchive;
  readonly simulator: Runtime['simulator'];
  readonly #parts: ConsoleParts;
  readonly #marks: Marks;
  readonly #meter: PipelineMeter;
  readonly #deadLetters: PostgresDeadLetters;
  readonly #reconciler: Reconciler;
  readonly #statusListeners = new Set<() => void>();
  #rebuild: RebuildStatus | null = null;
  /** Reading the live totals anew: the one under way and the one that waits for it. Never rejects. */
  #reseeding: Promise<void> = Promise.resolve();
  #reseedings = 0;
  /** Whether a rebuild or a reset is under way. */
  #changing = false;
  /** Settles when what looks at everything, or changes everything, may begin. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #closing = false;

  constructor(parts: ConsoleParts) {
    this.#parts = parts;
    this.createdDatabase = parts.createdDatabase;
    this.catalogue = { theaters: parts.catalogue.theaters, movies: parts.catalogue.movies };
    this.live = parts.live;
    this.simulator = parts.simulator;
    this.#marks = new Marks(parts.options.marks);
    this.#meter = new PipelineMeter(parts.clock);
    this.accounts = new PostgresAccountStore(parts.pool);
    this.archive = new PostgresSaleArchive(parts.longPool);
    this.#deadLetters = new PostgresDeadLetters(parts.pool, parts.log.topic);
    this.#reconciler = new Reconciler({
      ...parts,
      ledger: () => parts.live.snapshot().ledger,
      ledgerPlace: () => (this.#reseedings > 0 ? null : parts.live.place()),
      onBehind: () => this.#readLiveAnew(),
    });
    this.#watch();
  }

  businessDay(): BusinessDay {
    return this.#parts.inUse.calendar().dayOf(this.#parts.clock.now());
  }

  completeUntil(): number | null {
    return this.#parts.consumer.completeUntil();
  }

  currency(): string {
    return this.#parts.inUse.currency();
  }

  status(): SystemStatus {
    const { clock, backends, consumer, projector, simulator, live } = this.#parts;
    const { database, log, readModel } = this.#parts.states();
    const calendar = this.#parts.inUse.calendar();
    const now = clock.now();
    return {
      at: now,
      profile: this.#parts.profile,
      topic: this.#parts.log.topic,
      backend: backends.chosen,
      businessDay: calendar.dayOf(now),
      zone: calendar.zone,
      cutoverHour: calendar.cutoverHour,
      generation: this.#parts.inUse.generation(),
      currency: this.currency(),
      database,
      log,
      consumer: consumer.status(),
      readModel: worseOf(projector.status(), readModel),
      simulator: simulator.status(),
      simulation: permitOf(this.#parts.options.source),
      rebuild: this.#rebuild,
      latencies: { ...this.#meter.latencies(), ...live.latencies() },
      flows: this.#meter.flows(consumer.appended()),
      marks: this.#marks.list(),
    };
  }

  onStatus(listener: () => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  ask(backend: BackendName, question: Question): Promise<Answer<unknown>> {
    return ask(this.#parts[backend], question);
  }

  async versionOf(backend: BackendName, day: BusinessDay): Promise<number | null> {
    const asked: QueryBackend = this.#parts[backend];
    return (await asked.versionOf?.(day)) ?? null;
  }

  async query(question: Question): Promise<Answer<unknown>> {
    const { backends } = this.#parts;
    const { chosen } = backends;
    try {
      const answer = await ask(backends, question);
      this.#meter.answered(answer);
      return answer;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'bad_question')) this.#meter.failed(chosen, messageOf(error));
      throw error;
    }
  }

  compare(question: Question): Promise<Comparison> {
    return compareBackends({ ...this.#parts, currency: this.currency() }, question);
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

  pauseConsumer(): void {
    const { consumer, options } = this.#parts;
    if (!options.consume || consumer.status().observeOnly) {
      throw new AppError('consumed_elsewhere', 'There is no consumer here to pause: others store the events.', {
        hint: 'Pause it in the console that consumes, or stop the worker.',
      });
    }
    consumer.pause();
  }

  resumeConsumer(): void {
    this.#parts.consumer.resume();
  }

  deadLetters(query: DeadLetterQuery): Promise<DeadLetterPage> {
    return this.#deadLetters.list(query);
  }

  redrive(request: RedriveRequest): Promise<RedriveReport> {
    const { clock, decode, log } = this.#parts;
    const run = () => redrive({ letters: this.#deadLetters, log, decode, now: () => clock.now() }, request);
    // Not beside a reset: it would begin the emptied log with events of before.
    return request.dryRun ? run() : this.#inTurn(run);
  }

  async changeCalendar(zone: string, cutoverHour: number): Promise<void> {
    const next = createBusinessCalendar({ zone, cutoverHour });
    const { longPool, shared } = this.#parts;
    await this.#rebuilding('business-day', (onProgress) =>
      changeCalendar(longPool, next, { atOnce: shared, onProgress }),
    );
  }

  changeCurrency(currency: string): Promise<void> {
    return this.#alone(() => this.#withoutConsumer(() => changeCurrency(this.#parts.longPool, currency)));
  }

  async rebuild(what: 'rollups' | 'read-model'): Promise<void> {
    const { longPool, materialized } = this.#parts;
    switch (what) {
      case 'rollups':
        return this.#rebuilding(what, (onProgress) => rebuildRollups(longPool, onProgress));
      case 'read-model':
        return this.#rebuilding(
          what,
          async () => {},
          async (onProgress) => materialized.prepare(await this.days(), { onProgress }),
        );
      default:
        return what satisfies never;
    }
  }

  /**
   * Follows another program that has recomputed or deleted what is stored: calendar, read model, answers, live totals.
   * Does nothing when this one is up to date. Errors: those of the database.
   */
  async takeOver(): Promise<void> {
    const { inUse, projector, backends, options } = this.#parts;
    if ((await inUse.storedGeneration()) === inUse.generation()) return;
    options.logger.info('What is stored was recomputed or deleted: everything derived from it starts over');
    await this.#startOver(async () => projector.startOver(() => backends.clear()));
    this.#changed();
  }

  async reset(): Promise<void> {
    const { simulator, resetData, options } = this.#parts;
    requirePermit(permitOf(options.source));
    await this.#alone(async () => {
      await simulator.close();
      await this.#withoutConsumer(resetData);
    });
  }

  async drain(signal?: AbortSignal): Promise<void> {
    const { simulator, consumer, onStuck } = this.#parts;
    let unsubscribe = () => {};
    let giveUp = () => {};
    // Nothing is stored until something is done: waiting for it might never end.
    const died = new Promise<never>((_resolve, reject) => {
      unsubscribe = onStuck(reject);
      giveUp = () => reject(new AppError('cancelled', 'Not all of the log is stored yet.'));
      if (signal?.aborted) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    });
    died.catch(() => undefined);
    try {
      await Promise.race([died, simulator.backfillEnded().then(() => consumer.drained(signal))]);
      // What others have stored comes into the live totals by reading them anew.
      while (this.#reseedings > 0) await this.#reseeding;
    } finally {
      unsubscribe();
      signal?.removeEventListener('abort', giveUp);
    }
  }

  catchUp(signal?: AbortSignal): Promise<boolean> {
    return catchUp(this.#parts, signal);
  }

  reconcile(window: { events: number; grossCents: bigint } | null): Promise<Reconciliation> {
    return this.#inTurn(() => this.#parts.consumer.betweenRounds(() => this.#reconciler.run(window)));
  }

  check(): Promise<CheckReport> {
    const { consumer, longPool } = this.#parts;
    return this.#inTurn(() => consumer.betweenRounds(() => checkInvariants({ ...this.#parts, pool: longPool })));
  }

  days(): Promise<readonly BusinessDay[]> {
    return this.#parts.reader.days();
  }

  close(): Promise<void> {
    this.#closing = true;
    return this.#parts.releases.release();
  }

  #watch(): void {
    const { clock, consumer, projector, simulator, backends, live, states } = this.#parts;
    const changed = () => this.#changed();
    consumer.onStep((step) => this.#meter.step(step));
    consumer.onCommitted((batch) => {
      this.#meter.committed(batch);
      live.committed(batch);
      this.#reconciler.noteLedger();
      changed();
    });
    consumer.onGap(() => this.#readLiveAnew());
    projector.onProjected((batch) => {
      this.#meter.projected(batch);
      live.projected(batch.committedAt, clock.now());
    });
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
    let databaseWas = states().database.state;
    let readModelWas = states().readModel?.state;
    this.#parts.onStatus(() => {
      const { database, readModel } = states();
      // What waits for the end of a backoff need not.
      if (database.state === 'up' && databaseWas !== 'up') consumer.retryNow();
      databaseWas = database.state;
      // What was written while it was away, or lost with it, is written again.
      if (readModel?.state === 'up' && readModelWas !== 'up') projector.markBehind();
      readModelWas = readModel?.state;
      changed();
    });
  }

  /** The store holds what the live totals do not. */
  #readLiveAnew(): void {
    const { reseed, inUse, options } = this.#parts;
    // One that is under way may have read before it: then another one follows, however often it is asked for.
    if (this.#reseedings > 1) return;
    this.#reseedings += 1;
    this.#reseeding = this.#reseeding
      .then(() => reseed(inUse.calendar()))
      .then(() => this.#reconciler.forget())
      .catch((error: unknown) => options.logger.error('live totals could not be read anew', { error }))
      .finally(() => {
        this.#reseedings -= 1;
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

  /** @param afterwards more of it, for which storing may go on */
  async #rebuilding(
    what: RebuildStatus['what'],
    work: (onProgress: (done: number, total: number) => void) => Promise<void>,
    afterwards: (onProgress: (done: number, total: number) => void) => Promise<void> = async () => {},
  ): Promise<void> {
    const progress = (done: number, total: number) => {
      this.#rebuild = { what, done, total };
      this.#changed();
    };
    await this.#alone(async () => {
      progress(0, 1);
      try {
        await this.#withoutConsumer(() => work(progress));
        await afterwards(progress);
      } finally {
        this.#rebuild = null;
        this.#changed();
      }
    });
  }

  /** Stops storing, does the work, and starts everything derived over: read model, answers, live totals. */
  async #withoutConsumer(work: () => Promise<void>): Promise<void> {
    const { options, consumer, backends } = this.#parts;
    await consumer.stop();
    try {
      await work();
      await this.#startOver(() => backends.clear());
    } finally {
      if (options.consume && !this.#closing) consumer.start();
    }
  }

  async #startOver(clear: () => Promise<void>): Promise<void> {
    const { inUse, reseed, simulator } = this.#parts;
    const changed = await inUse.follow(async (calendar) => {
      await clear();
      await reseed(calendar);
      this.#reconciler.forget();
    });
    if (changed) simulator.followData();
  }
}

const severities = ['off', 'up', 'connecting', 'degraded', 'down'] as const satisfies readonly PartState[];

/** What a part is, seen by its user and by its connection: the worse of the two. */
function worseOf(used: PartStatus, connection: PartStatus | null): PartStatus {
  if (connection === null) return used;
  return severities.indexOf(connection.state) > severities.indexOf(used.state) ? connection : used;
}
