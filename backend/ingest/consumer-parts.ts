/** What a consumer is made of. */
import type { Clock } from '../ports/clock.ts';
import type { EventLog, LogReader } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import type { SaleStore } from '../ports/sale-store.ts';
import type { Decode } from './decode-slices.ts';
import type { Projector } from './projector.ts';

export interface ConsumerParts {
  readonly log: EventLog;
  readonly store: SaleStore;
  readonly projector: Projector;
  readonly decode: Decode;
  /** Where other programs store too; else nobody recomputes or deletes anything while it runs. */
  readonly shared?: SharedData | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
  /** Others store: nothing is read, stored or projected here, but what they store is watched. */
  readonly observeOnly?: boolean;
  /** Reads outside of the group, all partitions: no member loses one. What others store meanwhile is fenced off. */
  readonly alone?: boolean;
  readonly tuning?: Partial<ConsumerTuning>;
}

/** Data that other programs may recompute (rebuild, another calendar) or delete: then they are of another generation. */
export interface SharedData {
  /** The generation that `decode`, and all that is derived here, goes by. */
  generation(): number;
  /** The generation of what is stored. */
  storedGeneration(): Promise<number>;
  /** Goes by what is stored from now on. Does nothing when it does already. */
  takeOver(): Promise<void>;
}

export interface ConsumerTuning {
  /** Partitions whose batches are stored at the same time; each wants a connection of its own. */
  readonly parallel: number;
  /** Records of one poll for each of them, all partitions together. */
  readonly pollRecords: number;
  /** How long a poll waits for the first record, ms. */
  readonly pollWaitMs: number;
  /** Shortest time between the starts of two rounds while little waits, ms: small batches cost the database most. */
  readonly lingerMs: number;
  /** No offset moved for so long although events wait: the session is given up, ms. */
  readonly stallMs: number;
  /** How often the log is asked for its ends, ms. */
  readonly observeMs: number;
  /** How long `stop` waits for the batch in hand, ms. A batch that did not commit by then is stored after the next start. */
  readonly stopMs: number;
  /** Events that may wait before producers of this program are asked to. */
  readonly roomEvents: number;
}

export const defaultTuning: ConsumerTuning = {
  parallel: 1,
  pollRecords: 8_000,
  pollWaitMs: 500,
  lingerMs: 40,
  stallMs: 10_000,
  observeMs: 1_000,
  stopMs: 5_000,
  roomEvents: 10_000,
};

/** One reader's life, from the store's offsets on. */
export interface Session {
  readonly reader: LogReader;
  ended: boolean;
}
