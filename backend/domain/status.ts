import type { ServiceName } from './connection.ts';
import type { Percentiles } from './live.ts';
import type { AnswerSource, BackendName } from './question.ts';
import type { BusinessDay } from './rollup.ts';
import type { SimulationPermit } from './simulation.ts';

/** A service that a start waits for, or has found. */
export interface ServiceState {
  readonly service: ServiceName;
  /** host:port, as the profile has it. */
  readonly address: string;
  readonly status: PartStatus;
}

/** What trying a service's settings out has shown. */
export interface ServiceTest {
  readonly service: ServiceName;
  readonly ok: boolean;
  readonly tookMs: number;
  /** What was found, or what went wrong, for a person. */
  readonly detail: string;
  /** Machine code of the cause; null when it passed. */
  readonly code: string | null;
  /** What to do; null when it passed or nobody knows. */
  readonly hint: string | null;
}

/** State of a dependency or a part, with the reason and since when (epoch ms). */
export type PartState = 'off' | 'connecting' | 'up' | 'degraded' | 'down';

export interface PartStatus {
  readonly state: PartState;
  readonly since: number;
  /** What is wrong and what to do, for degraded and down; progress words for connecting. */
  readonly reason: string | null;
  /** Machine code of the cause (SQLSTATE, errno, or ours). */
  readonly code: string | null;
  /** When the next attempt is made, epoch ms. */
  readonly nextAttemptAt: number | null;
}

export type FaultShares = {
  /** Shares of produced events, 0..0.5. */
  readonly duplicates: number;
  readonly late: number;
  readonly outOfOrder: number;
  readonly malformed: number;
};

export const scenarios = ['weekday', 'premiere', 'flash-sale', 'refund-storm', 'midnight'] as const;
export type Scenario = (typeof scenarios)[number];

/** How the simulator is set: same settings and seed, same events. Rate in events/s, 0.1..5,000. */
export interface SimulatorSettings {
  readonly rate: number;
  readonly seed: number;
  readonly scenario: Scenario;
  readonly faults: FaultShares;
}

export interface BackfillStatus {
  readonly days: number;
  readonly day: number;
  readonly produced: number;
  readonly total: number;
  /** Seconds left at the present speed; null while unknown. */
  readonly secondsLeft: number | null;
}

export interface SimulatorStatus {
  readonly state: 'stopped' | 'running' | 'paused' | 'stopping';
  readonly since: number;
  readonly settings: SimulatorSettings;
  /** A burst in progress: its rate and when it ends (epoch ms). */
  readonly burst: { readonly rate: number; readonly until: number } | null;
  /** This run's counters: handed to the log, acknowledged by it, failed. */
  readonly produced: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly faultsSent: {
    readonly duplicates: number;
    readonly late: number;
    readonly outOfOrder: number;
    readonly malformed: number;
  };
  /** Acknowledged events per second, last 5 s. */
  readonly rate: number;
  /** Time spent waiting for the log or the consumer, ms, this run. */
  readonly backPressureMs: number;
  readonly backfill: BackfillStatus | null;
  readonly lastError: string | null;
}

export interface PartitionLag {
  readonly partition: number;
  readonly stored: bigint;
  readonly end: bigint | null;
  /** Events; null when the end is unknown. */
  readonly events: number | null;
  /** Age of the oldest event that waits, seconds; 0 when none does; null when unknown. */
  readonly seconds: number | null;
  readonly timeToClear: TimeToClear;
}

/** Seconds until nothing waits, at the pace of the last seconds; 0 only when nothing does; null while unknown. */
export type TimeToClear = number | 'not-falling' | null;

export interface ConsumerStatus extends PartStatus {
  readonly paused: boolean;
  /** Since when, epoch ms; null while it is not paused. */
  readonly pausedAt: number | null;
  /** Others store; this console only watches. */
  readonly observeOnly: boolean;
  /** Sum over partitions; null when any is unknown. */
  readonly lagEvents: number | null;
  /** Age of the oldest event not stored yet, seconds; 0 when caught up; null when unknown. */
  readonly lagSeconds: number | null;
  readonly timeToClear: TimeToClear;
  readonly partitions: readonly PartitionLag[];
  /** Of all events stored so far, whoever stored them; null until that was read. */
  readonly duplicates: number | null;
  readonly deadLettered: number | null;
  readonly restarts: number;
}

export interface RebuildStatus {
  readonly what: 'business-day' | 'rollups' | 'read-model';
  readonly done: number;
  readonly total: number;
}

/** What has passed a point of the pipeline lately. */
export interface Flow {
  /** Over the last 5 s; null while unknown. */
  readonly perSecond: number | null;
  /** When something passed last, epoch ms; null when nothing has since the start. */
  readonly lastAt: number | null;
}

/** What a query backend has answered since the start. */
export interface QueryFlow extends Flow {
  /** Time to answer, ms. */
  readonly latency: Percentiles | null;
  /** Where the last answer came from; null before the first. */
  readonly source: AnswerSource | null;
  readonly errors: number;
  readonly lastError: { readonly at: number; readonly reason: string } | null;
}

export interface PipelineFlows {
  /** Events that arrived in the log, whoever produced them. */
  readonly appended: Flow;
  /** Events read from the log. */
  readonly read: Flow;
  /** New sales and refunds stored. */
  readonly stored: Flow;
  /** Sales and refunds whose totals reached the read model. */
  readonly projected: Flow;
  readonly duplicates: Flow;
  readonly deadLetters: Flow;
  readonly queries: Readonly<Record<BackendName, QueryFlow>>;
}

export interface StageLatencies {
  /** Written to the log -> read from it, ms. */
  readonly waited: Percentiles | null;
  /** Decoding and checking a batch, ms. */
  readonly decoded: Percentiles | null;
  /** The transaction of a batch, ms. */
  readonly written: Percentiles | null;
  /** Sold at -> committed in PostgreSQL, ms. */
  readonly stored: Percentiles | null;
  /** Committed -> projected to the read model, ms. */
  readonly projected: Percentiles | null;
}

/** Everything the status bar and the Simulator screen show; sent on change, at most twice a second. */
export interface SystemStatus {
  readonly at: number;
  readonly profile: string;
  /** The log's topic. */
  readonly topic: string;
  readonly backend: BackendName;
  readonly businessDay: BusinessDay;
  readonly zone: string;
  readonly cutoverHour: number;
  /** Grows with each recomputing or deleting of what is stored: answers of an earlier one do not hold any more. */
  readonly generation: number;
  /** ISO 4217 code of all amounts: the data's. */
  readonly currency: string;
  readonly database: PartStatus;
  readonly log: PartStatus;
  readonly consumer: ConsumerStatus;
  readonly readModel: PartStatus;
  readonly simulator: SimulatorStatus;
  /** Whether invented sales are allowed here. */
  readonly simulation: SimulationPermit;
  readonly rebuild: RebuildStatus | null;
  readonly latencies: StageLatencies;
  readonly flows: PipelineFlows;
  /** Moments the charts mark. Newest last, at most 50. */
  readonly marks: readonly Mark[];
}

export interface Mark {
  readonly at: number;
  readonly kind: 'simulator-started' | 'simulator-stopped' | 'backend-switched' | 'consumer-down' | 'consumer-up';
  readonly text: string;
}

/** The proof that the console's totals agree. What is not known is null. */
export interface Reconciliation {
  readonly at: number;
  readonly tookMs: number;
  /** null while offsets wait of which some may hold no event, and when the log does not tell. */
  readonly produced: number | null;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLettered: number;
  /** Offsets in the log that are not consumed yet. */
  readonly inFlight: number | null;
  /** Events (sales + refunds) and gross as each place has them; null when it cannot tell. */
  readonly places: readonly {
    readonly place: 'stored' | 'rollups' | 'read-model' | 'window';
    readonly events: number | null;
    readonly grossCents: bigint | null;
  }[];
  /** 'in-flight': a place is of another moment; 'unknown': a place or the log does not tell, the others agree. */
  readonly verdict: 'reconciled' | 'in-flight' | 'unknown' | 'broken';
  /** One sentence per difference. */
  readonly differences: readonly string[];
  /** One sentence per reason why something is not known. */
  readonly unknown: readonly string[];
}

export type InvariantName = 'I1' | 'I2' | 'I3' | 'I4' | 'I5';

/** What became of the events of a topic, as its fenced rows count them. */
export interface TopicAccount {
  readonly topic: string;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLettered: number;
  /** Offsets that hold no event: marks of transactions, aborted records, what compaction has removed. */
  readonly empty: number;
  /** Offsets consumed by a version that did not count empty ones: they are such ones, or lost events. */
  readonly unexplained: number;
}

/** What `check` recomputes; every figure from its own source. Figures are of the profile's topic, and null when unknown. */
export interface CheckReport extends TopicAccount {
  /** Every invariant holds. */
  readonly ok: boolean;
  readonly produced: number | null;
  /** In the log and not consumed yet. */
  readonly inFlight: number | null;
  /** Other topics whose events are in this database: all invariants that PostgreSQL can tell hold for these, too. */
  readonly others: readonly TopicAccount[];
  readonly grossCents: {
    readonly recomputed: bigint;
    readonly rollups: bigint;
    readonly readModel: bigint | null;
    readonly sql: bigint | null;
    readonly materialized: bigint | null;
  };
  /** null: not decided; `undecided` says why. */
  readonly invariants: Readonly<Record<InvariantName, boolean | null>>;
  /** One sentence per difference, beginning with the invariant that it breaks. */
  readonly problems: readonly string[];
  /** One sentence per reason why an invariant could not be decided, beginning with the invariant. */
  readonly undecided: readonly string[];
  /** What else was found. */
  readonly notes: readonly string[];
}
