import type { ApiKey, AuditEntry, AuditOutcome, Role, User } from '../../backend/domain/account.ts';
import type { ServiceName } from '../../backend/domain/connection.ts';
import type {
  DeadLetterPage,
  DeadLetterQuery,
  RedriveReport,
  RedriveRequest,
} from '../../backend/domain/dead-letters.ts';
import type { LiveFrame } from '../../backend/domain/live.ts';
import type { Answer, BackendName, Comparison, Movie, Question, Theater } from '../../backend/domain/question.ts';
import type {
  Reconciliation,
  ServiceState,
  ServiceTest,
  SimulatorSettings,
  SystemStatus,
} from '../../backend/domain/status.ts';
import type { SaleLine } from '../../backend/domain/ticket-sale.ts';
import type { Profile, SaslMechanism, TlsSettings } from '../../backend/settings/profile.ts';
import type { Settings } from '../../backend/settings/settings.ts';
import type { CommandId } from './commands.ts';
import type { FeedName, RequestName } from './names.ts';

export type { Profile, SaslMechanism, Settings, TlsSettings };

export interface AppInfo {
  readonly version: string;
  readonly electron: string;
  readonly chrome: string;
  readonly node: string;
  /** False when the window runs on the stand-in runtime meant for building and testing only. */
  readonly supportedRuntime: boolean;
  readonly packaged: boolean;
  readonly platform: string;
  readonly hostZone: string;
  readonly dataFolder: string;
  readonly logFile: string;
  /** True in a `--smoke` run: the page then measures itself and reports when asked. */
  readonly diagnostic: boolean;
  /** What the user should be told once (a corrupt settings file was set aside, …). */
  readonly notices: readonly string[];
}

/** A live frame as the window is sent it. */
export interface WindowFrame extends LiveFrame {
  /** Up to when what it holds is complete, epoch ms: its age is that of the figures. null: not known since the start. */
  readonly completeUntil: number | null;
}

/** Whether there is a backend to ask. */
export type AppState =
  | { readonly phase: 'no-source' }
  | {
      readonly phase: 'starting';
      /** 'embedded', or the id of a profile. */
      readonly source: string;
      readonly step: string;
      readonly share: number | null;
      /** Services that are waited for, and why; empty for the embedded data. */
      readonly services: readonly ServiceState[];
      /** It is the source of before that is taken again, as another one could not be used. */
      readonly goingBack?: true;
    }
  | { readonly phase: 'running'; readonly source: string }
  | { readonly phase: 'stopping'; readonly step: string }
  | { readonly phase: 'failed'; readonly error: RequestFailure };

export interface RequestFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly canRetry: boolean;
}

/** What the page knows of itself at the end of a diagnostic run. */
export interface DiagnosticsReport {
  /** From the store: what the window holds. Cents as decimal text. */
  readonly grossCents: string;
  readonly events: number;
  readonly firstPaintAt: number | null;
  readonly firstSaleAt: number | null;
  readonly produceToRendererMs: { readonly p50: number; readonly p99: number; readonly samples: number } | null;
  readonly frames: { readonly count: number; readonly p95Ms: number; readonly longestTaskMs: number };
  /** Times the day's version or the ledger went down (I6 wants 0). */
  readonly versionsWentDown: number;
  readonly liveFrames: number;
}

/** The interface over HTTP, as it is now. */
export interface LocalApiState {
  /** 'waiting': it is on, and there is no data source yet. */
  readonly state: 'off' | 'waiting' | 'listening' | 'failed';
  /** Why it does not listen. */
  readonly failure: RequestFailure | null;
  /** Answered over the last seconds, both ports together. */
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** The last answer of status 500 or above: when, and what. */
  readonly lastError: { readonly at: number; readonly message: string } | null;
  readonly listeners: number;
}

export interface LocalApiAccounts {
  readonly users: readonly User[];
  readonly keys: readonly ApiKey[];
}

/** The profile's name as it was typed to confirm; left out for the built-in data. See `SimulationPermit.confirm`. */
export interface Confirmed {
  readonly profile?: string;
}

type SettingsPatch = Partial<
  Omit<Settings, 'version' | 'dataSource' | 'profiles' | 'zone' | 'cutoverHour' | 'currency'>
>;

/** A profile before main gave it an id. */
export type ProfileDraft = Omit<Profile, 'id'>;

/** Where a password is: encrypted on the disk, in memory until ReelMetrics closes, or nowhere. It is never told itself. */
export type SecretState = 'stored' | 'session' | 'none';

/** New passwords: text sets one, null forgets it, what is left out stays as it is. */
export type SecretChanges = { readonly [S in ServiceName]?: string | null };

export interface ProfileEntry {
  readonly profile: Profile;
  /** Comes with the program: it can be used and copied, not changed. */
  readonly builtIn: boolean;
  readonly secrets: Readonly<Record<ServiceName, SecretState>>;
}

export interface ProfileList {
  readonly profiles: readonly ProfileEntry[];
  /** What becomes of a password that is entered now: 'session' where the system has nothing to encrypt it with. */
  readonly newSecrets: 'stored' | 'session';
}

/** Every request: what goes in and what comes back. Handlers, bridge and schemas derive from this map. */
export interface Requests {
  'app.info': { input: undefined; output: AppInfo };
  'app.state': { input: undefined; output: AppState };
  'app.startEmbedded': { input: { history: boolean }; output: undefined };
  'app.quit': { input: undefined; output: undefined };
  'settings.get': { input: undefined; output: Settings };
  'settings.update': { input: SettingsPatch; output: Settings };
  'profiles.list': { input: undefined; output: ProfileList };
  /** `id` null makes a new profile. The id of the profile saved. */
  'profiles.save': {
    input: { id: string | null; profile: ProfileDraft; secrets: SecretChanges };
    output: { id: string };
  };
  /** With its passwords. The id of the copy. */
  'profiles.copy': { input: { id: string }; output: { id: string } };
  /** Refused while it is in use. */
  'profiles.delete': { input: { id: string }; output: undefined };
  /** Save dialog; the path chosen, or null when cancelled. Holds no passwords. */
  'profiles.export': { input: { id: string }; output: string | null };
  /** Open dialog; the id of the new profile, or null when cancelled. */
  'profiles.import': { input: undefined; output: { id: string } | null };
  /** Tries the given services. Passwords that are left out are those of the profile `id`, if any. */
  'profiles.test': {
    input: {
      id: string | null;
      settings: { readonly [S in ServiceName]?: Profile[S] };
      secrets: SecretChanges;
    };
    output: readonly ServiceTest[];
  };
  /**
   * Leaves the present source and starts another; the one in use starts again with its settings of now. Resolves when
   * it runs. When something ran before and the new source does not start in time, that is started again, and the reason
   * is the error; when nothing ran, it waits for the services until another source is chosen (`cancelled`).
   */
  'dataSource.switch': { input: { id: string }; output: Settings };
  'catalogue.get': { input: undefined; output: { theaters: readonly Theater[]; movies: readonly Movie[] } };
  'query.ask': { input: Question; output: Answer<unknown> };
  'query.compare': { input: Question; output: Comparison };
  'backend.switch': { input: { backend: BackendName }; output: undefined };
  'sales.recent': { input: { theaterId?: number; limit: number }; output: readonly SaleLine[] };
  'live.snapshot': { input: undefined; output: WindowFrame };
  'status.get': { input: undefined; output: SystemStatus };
  'simulator.start': { input: Required<Confirmed> | undefined; output: undefined };
  'simulator.stop': { input: undefined; output: undefined };
  'simulator.pause': { input: undefined; output: undefined };
  'simulator.resume': { input: undefined; output: undefined };
  /** Kept in settings, and applied to the run in progress. */
  'simulator.update': { input: SimulatorSettings; output: undefined };
  'simulator.burst': { input: { rate: number; seconds: number }; output: undefined };
  /** With `extend` only days that have no sales are made; else the request is refused where one has. */
  'simulator.startBackfill': { input: Confirmed & { days: number; extend?: boolean }; output: undefined };
  'simulator.cancelBackfill': { input: undefined; output: undefined };
  'consumer.retry': { input: undefined; output: undefined };
  'consumer.pause': { input: undefined; output: undefined };
  'consumer.resume': { input: undefined; output: undefined };
  'deadLetters.list': { input: DeadLetterQuery; output: DeadLetterPage };
  'deadLetters.redrive': { input: RedriveRequest; output: RedriveReport };
  /** Resolves when it is done; progress is in the status. */
  'data.rebuild': { input: { what: 'rollups' | 'read-model' }; output: undefined };
  /** zone: IANA name or 'host'. Resolves when the rebuild is done. */
  'calendar.change': { input: { zone: string; cutoverHour: number }; output: Settings };
  /** Of the data, while no sale is stored; and of data made from now on. */
  'currency.change': { input: { currency: string }; output: Settings };
  'data.reset': { input: Confirmed & { confirmation: 'RESET' }; output: undefined };
  'reconcile.run': { input: { events: number; grossCents: bigint } | null; output: Reconciliation };
  'localApi.state': { input: undefined; output: LocalApiState };
  'localApi.accounts': { input: undefined; output: LocalApiAccounts };
  'localApi.addUser': { input: { name: string; role: Role; password: string }; output: undefined };
  'localApi.setUserDisabled': { input: { name: string; disabled: boolean }; output: undefined };
  /** Ends what wrong passwords have locked. */
  'localApi.unlockUser': { input: { name: string }; output: undefined };
  /** The key itself, which is told only now. */
  'localApi.createKey': { input: { name: string; role: Role }; output: { id: string; key: string } };
  'localApi.revokeKey': { input: { id: string }; output: undefined };
  /** Who did what, newest first: 50 entries. `before` is the id of the last one of the page before. */
  'localApi.audit': {
    input: { words?: string; outcome?: AuditOutcome; before?: string };
    output: readonly AuditEntry[];
  };
  /** Save dialog; the path chosen, or null when cancelled. At most 16 MB of text. */
  'file.save': { input: { suggestedName: string; content: string }; output: string | null };
  'link.open': { input: { url: string }; output: undefined };
  'folder.open': { input: { which: 'data' | 'logs' }; output: undefined };
  'window.fullscreen': { input: { on: boolean }; output: undefined };
  'diagnostics.report': { input: DiagnosticsReport; output: undefined };
}

/** Every feed: what main sends without being asked. */
export interface Feeds {
  app: AppState;
  live: WindowFrame;
  status: SystemStatus;
  /** Sent when the window enters or leaves full screen, by whatever means. */
  window: { readonly fullScreen: boolean };
  /** A command chosen in the native menu. */
  command: { readonly id: CommandId };
  /** Main asks the page for its DiagnosticsReport. */
  diagnostics: { readonly ask: 'report' };
}

export type RequestInput<N extends RequestName> = Requests[N]['input'];
export type RequestOutput<N extends RequestName> = Requests[N]['output'];

/** What comes back over the bridge: never a rejected promise, so that the code and hint survive the boundary. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: RequestFailure };

/** `window.reelmetrics`. */
export interface Bridge {
  request<N extends RequestName>(name: N, input: RequestInput<N>): Promise<Reply<RequestOutput<N>>>;
  /** Returns the unsubscriber. The listener gets the payload only, never the event. */
  subscribe<N extends FeedName>(name: N, listener: (payload: Feeds[N]) => void): () => void;
}
