import type { Worker } from 'node:worker_threads';
import type { DeadLetterPage, DeadLetterQuery, RedriveReport, RedriveRequest } from '../domain/dead-letters.ts';
import type { LiveFrame } from '../domain/live.ts';
import type { Answer, BackendName, Comparison, Movie, Question, Theater } from '../domain/question.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import type {
  CheckReport,
  Mark,
  Reconciliation,
  ServiceState,
  SimulatorSettings,
  SystemStatus,
} from '../domain/status.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { AccountStore } from '../ports/account-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { SaleArchive } from '../ports/sale-archive.ts';
import type { Profile, ProfileSecrets } from '../settings/profile.ts';

/** A step of start-up, for the progress line: words, and the share done when it is known (0..1). */
export interface StartProgress {
  readonly step: string;
  readonly share: number | null;
  /** The services and their states, where there are any. */
  readonly services?: readonly ServiceState[];
}

/** Where the data is. */
export type DataSource =
  | {
      readonly kind: 'embedded';
      /** Folder of the embedded database; made when missing (0700). */
      readonly dataDir: string;
      /** Starts the worker thread that holds the embedded PostgreSQL (its module is known to the program, not to the backend). */
      readonly startWorker: () => Worker;
    }
  | { readonly kind: 'services'; readonly profile: Profile; readonly secrets: ProfileSecrets };

export interface RuntimeOptions {
  readonly source: DataSource;
  /** Zone (IANA name) and cut-over hour for data that this start makes; null: the host's zone and 0. Other data keep theirs. */
  readonly calendar: { readonly zone: string; readonly cutoverHour: number } | null;
  /** ISO 4217 code for data that this start makes; other data keep theirs. */
  readonly currency: string;
  /** Refuses data that hold amounts in another currency; data without amounts change to it. */
  readonly requiredCurrency?: string | undefined;
  /** Takes the place of the data's calendar when this runtime does not know its zone; else such a start is refused. */
  readonly insteadOfUnknown?: { readonly zone: string; readonly cutoverHour: number } | undefined;
  readonly backend: BackendName;
  readonly fallback: boolean;
  readonly simulator: SimulatorSettings;
  readonly logger: Logger;
  /** Whether to run the consumer (false for tools that only look). */
  readonly consume: boolean;
  /** Stores outside of the consumer group, and only in `catchUp`. */
  readonly alone?: boolean;
  readonly onProgress?: (progress: StartProgress) => void;
  /** Marks of the charts from an earlier life of the same source. */
  readonly marks?: readonly Mark[];
  /** Ends a start that waits for services. */
  readonly signal?: AbortSignal;
}

/** The whole backend, started. Every method may throw `AppError`. */
export interface Runtime {
  readonly catalogue: { readonly theaters: readonly Theater[]; readonly movies: readonly Movie[] };
  /** Whether the database was made by this start. */
  readonly createdDatabase: boolean;
  /** The current one: the status tells it too, at a hundred times the cost. */
  businessDay(): BusinessDay;
  /** Up to when all that reached the log is stored, epoch ms; null until that was known once. */
  completeUntil(): number | null;
  /** ISO 4217 code of all amounts. */
  currency(): string;
  status(): SystemStatus;
  /** Calls back after any change of status (often; the caller throttles). Returns the unsubscriber. */
  onStatus(listener: () => void): () => void;
  /** Asks the chosen backend, as the window does. */
  query(question: Question): Promise<Answer<unknown>>;
  /** Asks this backend, whichever is chosen; the other one never steps in. */
  ask(backend: BackendName, question: Question): Promise<Answer<unknown>>;
  /** See `QueryBackend.versionOf`. */
  versionOf(backend: BackendName, day: BusinessDay): Promise<number | null>;
  compare(question: Question): Promise<Comparison>;
  switchBackend(name: BackendName): void;
  setFallback(allowed: boolean): void;
  recentSales(filter: { theaterId?: number; limit: number }): Promise<readonly SaleLine[]>;
  readonly live: {
    /** Everything. `sequence` is the caller's to set (the feed counts per window). */
    snapshot(): LiveFrame;
    /** What changed after `revision`, and the revision to pass next time; null when nothing did. */
    changesSince(revision: number): { frame: LiveFrame; revision: number } | null;
    revision(): number;
    /** Calls back after each committed batch. */
    onChange(listener: () => void): () => void;
  };
  readonly simulator: {
    start(settings?: SimulatorSettings): void;
    /** Stops producing; resolves when all that was handed to the log is acknowledged. */
    stop(): Promise<void>;
    pause(): void;
    resume(): void;
    /** New settings for the run in progress (rate, scenario, faults) or the next one. */
    update(settings: SimulatorSettings): void;
    burst(rate: number, seconds: number): void;
    /** See `Simulator.startBackfill`; progress is in the status. */
    startBackfill(days: number, existing?: 'refuse' | 'extend'): Promise<void>;
    cancelBackfill(): Promise<void>;
  };
  /** Tries at once to bring a stopped or failing consumer back. */
  retryConsumer(): void;
  /** Reads nothing more until `resumeConsumer`; what arrives stays in the log. Throws `consumed_elsewhere` where others store. */
  pauseConsumer(): void;
  resumeConsumer(): void;
  /** Users and keys of the interface over HTTP. */
  readonly accounts: AccountStore;
  /** Sales of whole days kept in files. */
  readonly archive: SaleArchive;
  /** Events that could not be counted, a page at a time, newest first. */
  deadLetters(query: DeadLetterQuery): Promise<DeadLetterPage>;
  /** Sends dead letters again that are valid by today's rules, or says what would happen. */
  redrive(request: RedriveRequest): Promise<RedriveReport>;
  /** New zone and cut-over: recomputes business days and rollups with progress in the status. */
  changeCalendar(zone: string, cutoverHour: number): Promise<void>;
  /** Of data without amounts. Errors: `AppError` bad_settings once sales are stored, or for an unknown currency. */
  changeCurrency(currency: string): Promise<void>;
  rebuild(what: 'rollups' | 'read-model'): Promise<void>;
  /** Deletes all events, sales, rollups and dead letters. Throws `simulation_not_allowed` where it may not. */
  reset(): Promise<void>;
  /** Resolves when every appended event is stored and projected. Errors: `AppError` cancelled once `signal` aborts. */
  drain(signal?: AbortSignal): Promise<void>;
  /**
   * Like `drain`, for tools beside other programs: leaves storing to these, stores only where no offset moves, and waits no
   * longer than for what still moves. Returns early when the signal aborts. Errors: those of the database.
   * @returns whether all that could be read of the log at the call is stored
   */
  catchUp(signal?: AbortSignal): Promise<boolean>;
  /** Compares the places that hold the totals; `window` is what the asking window shows. */
  reconcile(window: { events: number; grossCents: bigint } | null): Promise<Reconciliation>;
  /** Recomputes I1-I5 from the sales, also while others store. What cannot be told is not decided. */
  check(): Promise<CheckReport>;
  /** Business days that have sales, ascending. */
  days(): Promise<readonly string[]>;
  /** Stops the simulator, drains what was acknowledged to a batch's end, closes everything. Once. */
  close(): Promise<void>;
}
