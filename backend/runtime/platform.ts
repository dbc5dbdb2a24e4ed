import type pg from 'pg';
import type { PartStatus } from '../domain/status.ts';
import type { AppError } from '../lib/app-error.ts';
import type { AnswerCache } from '../ports/answer-cache.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { PostgresSaleStore } from '../postgres/sale-store.ts';

/** What differs between the embedded default and real services. Everything else is built on either alike. */
export interface Platform {
  /** 'embedded', or the id of the connection profile. */
  readonly profile: string;
  readonly pool: pg.Pool;
  /** For work that may take minutes. */
  readonly longPool: pg.Pool;
  readonly store: PostgresSaleStore;
  readonly log: EventLog;
  readonly readModel: ReadModel;
  readonly answers: AnswerCache;
  /** Whether this start made the database. */
  readonly created: boolean;
  /** Whether other programs store, and may recompute or delete what is stored, at the same time. */
  readonly shared: boolean;
  /** Batches of different partitions that may be stored at the same time. */
  readonly parallel: number;
  /** `readModel` is null where it has no connection of its own: then it is what the projector says of it. */
  states(): { readonly database: PartStatus; readonly log: PartStatus; readonly readModel: PartStatus | null };
  /** Calls back after a change of any state. Returns the unsubscriber. */
  onStatus(listener: () => void): () => void;
  /** Calls back, also when it is so already, when nothing is stored until a person does something. Returns the unsubscriber. */
  onStuck(listener: (error: AppError) => void): () => void;
  /** Deletes everything stored and every record of the log. Call it while nothing is produced or stored. */
  reset(): Promise<void>;
  /** Begins to drop what the log need not hold any more, where that is ours to do. Returns the stop. */
  keepRetention(): () => Promise<void>;
}
