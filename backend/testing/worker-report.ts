import type { PartState } from '../domain/status.ts';

/** Moments between fetching a batch and committing its offset to Kafka at which a worker can be made to die. */
export const killPoints = [
  'after-fetch',
  'after-insert',
  'before-commit',
  'after-commit',
  'after-projection',
  'before-kafka-commit',
] as const;
export type KillPoint = (typeof killPoints)[number];

/** What a worker of the fault suite tells its parent, four times a second. */
export interface WorkerReport {
  readonly states: {
    readonly database: PartState;
    readonly log: PartState;
    readonly readModel: PartState;
    readonly consumer: PartState;
  };
  readonly reason: string | null;
  readonly lagEvents: number | null;
  readonly restarts: number;
  /** After a garbage collection. */
  readonly heapBytes: number;
}

/** What the parent tells a worker. */
export interface WorkerMessage {
  /** Puts its clock so much forward, ms; back if negative. */
  readonly clockStepMs: number;
}
