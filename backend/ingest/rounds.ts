/** Rounds: the batches of one poll are decoded, stored behind the fence, told of, and projected. */
import { AppError } from '../lib/app-error.ts';
import type { LogBatch } from '../ports/event-log.ts';
import type { CommittedBatch, StoreBatch } from '../ports/sale-store.ts';
import type { CommitFeed } from './commit-feed.ts';
import type { ConsumerParts, Session } from './consumer-parts.ts';
import { decodeBatch } from './decode-slices.ts';
import type { LagTracker } from './lag-tracker.ts';
import { runLanes } from './lanes.ts';

/** What a round has just done with a batch; times in ms. */
export type RoundStep =
  | { readonly kind: 'read'; readonly batch: LogBatch }
  | { readonly kind: 'decoded'; readonly ms: number }
  | { readonly kind: 'written'; readonly ms: number };

type DecodedBatch = Omit<StoreBatch, 'expectedOffset'>;

export interface RoundParts
  extends Pick<ConsumerParts, 'log' | 'store' | 'projector' | 'decode' | 'shared' | 'clock' | 'logger'> {
  readonly parallel: number;
  readonly lag: LagTracker;
  readonly feed: CommitFeed;
  /** Called whenever an offset has moved. */
  readonly onProgress: () => void;
}

export class Rounds {
  readonly #parts: RoundParts;
  readonly #stepListeners = new Set<(step: RoundStep) => void>();
  #projecting = false;
  /** null until they were read. */
  #counts: { readonly duplicates: number; readonly deadLettered: number } | null = null;
  /** Batches being stored, and those that were: what is read meanwhile may or may not hold them. */
  #storing = 0;
  #stored = 0;

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  /** Whether what was committed is being projected, or will be at the end of the round in hand. */
  get projecting(): boolean {
    return this.#projecting;
  }

  /** Of all events stored so far, whoever stored them; null until they were read. */
  get counts(): { readonly duplicates: number | null; readonly deadLettered: number | null } {
    return this.#counts ?? { duplicates: null, deadLettered: null };
  }

  /** Calls back after each step of a round, for measuring. Returns the unsubscriber. */
  onStep(listener: (step: RoundStep) => void): () => void {
    this.#stepListeners.add(listener);
    return () => this.#stepListeners.delete(listener);
  }

  /** Reads the counts anew, as others store, too. false: left as they are, because a batch was stored here meanwhile. */
  async readCounters(): Promise<boolean> {
    const stored = this.#stored;
    if (this.#storing > 0) return false;
    const { duplicates, deadLettered } = await this.#parts.store.counters(this.#parts.log.topic);
    if (this.#storing > 0 || this.#stored !== stored) return false;
    this.#counts = { duplicates, deadLettered };
    return true;
  }

  /**
   * Stores and projects the batches of a poll. Where several are stored at a time, projecting goes on beside it.
   * @param goesOn asked before each batch
   */
  async run(session: Session, batches: readonly LogBatch[], goesOn: () => boolean): Promise<void> {
    const { projector, clock, lag, parallel } = this.#parts;
    for (const batch of batches) {
      lag.observeRead(batch, clock.now());
      this.#step({ kind: 'read', batch });
    }
    const committed: CommittedBatch[] = [];
    let projected = 0;
    let projecting = Promise.resolve();
    const project = () => {
      projecting = projecting.then(() => {
        const from = projected;
        projected = committed.length;
        return projector.project(committed.slice(from));
      });
    };
    this.#projecting = true;
    try {
      await runLanes(batches, parallel, {
        decode: (batch) => this.#decode(batch),
        store: async (batch, decoded) => {
          const result = await this.#apply(session, batch, decoded);
          if (result) committed.push(result);
          if (result && parallel > 1) project();
          return result !== undefined;
        },
        goesOn,
      });
    } finally {
      // What was committed before a failure is projected all the same.
      project();
      await projecting;
      this.#projecting = false;
    }
    for (const batch of committed) await session.reader.commit(batch.partition, batch.nextOffset);
  }

  async #decode(batch: LogBatch): Promise<DecodedBatch> {
    const { decode, shared, clock } = this.#parts;
    const started = performance.now();
    // As it is before the first event is decoded: if it changes meanwhile, the batch is refused.
    const generation = shared?.generation() ?? null;
    const decoded = await decodeBatch(batch, decode, () => clock.now());
    this.#step({ kind: 'decoded', ms: performance.now() - started });
    return { ...decoded, generation };
  }

  /**
   * undefined when the batch was fenced off, or the session was given up meanwhile. Errors: `AppError` `data_changed`
   * when it was made for another generation of the data; `log_failed`; those of the store.
   */
  async #apply(session: Session, batch: LogBatch, decoded: DecodedBatch): Promise<CommittedBatch | undefined> {
    const { store, projector, logger, lag, feed } = this.#parts;
    const { partition } = batch;
    const first = batch.startOffset;
    const expectedOffset = lag.storedOffset(partition) ?? first;
    if (first > expectedOffset) {
      logger.error('Events are missing in the log', { partition, from: String(expectedOffset), to: String(first) });
    }
    if (first < expectedOffset) {
      if (batch.endOffset < expectedOffset) {
        throw new AppError(
          'log_failed',
          `Partition ${partition} of the log ends at ${batch.endOffset}, and ${expectedOffset} is stored.`,
        );
      }
      // Read before another member of the group, which had the partition, stored it.
      session.reader.seek(partition, expectedOffset);
      return undefined;
    }
    const started = performance.now();
    this.#storing += 1;
    const result = await store.apply({ ...decoded, expectedOffset }).finally(() => {
      this.#storing -= 1;
      this.#stored += 1;
    });
    this.#step({ kind: 'written', ms: performance.now() - started });
    if (result.kind === 'committed') feed.tell(result.batch);
    if (session.ended) {
      // The session that follows has replayed the outbox already, perhaps without this one.
      projector.markBehind();
      return undefined;
    }
    switch (result.kind) {
      case 'outdated':
        throw dataChanged();
      case 'fenced':
        logger.warn('Another consumer has moved the offset', { partition, storedOffset: String(result.storedOffset) });
        session.reader.seek(partition, result.storedOffset);
        lag.advance(partition, result.storedOffset, null);
        feed.compare(new Map([[partition, result.storedOffset]]));
        await this.readCounters();
        return undefined;
      case 'committed':
        if (this.#counts) {
          const { duplicates, deadLettered } = this.#counts;
          this.#counts = {
            duplicates: duplicates + result.batch.duplicates,
            deadLettered: deadLettered + result.batch.deadLetters,
          };
        }
        this.#parts.onProgress();
        lag.advance(partition, result.batch.nextOffset, batch.records.at(-1)?.timestamp ?? null);
        return result.batch;
    }
  }

  #step(step: RoundStep): void {
    for (const listener of this.#stepListeners) listener(step);
  }
}

/** Ends a session; the next one takes over what is stored. */
export function dataChanged(): AppError {
  return new AppError('data_changed', 'Another program has recomputed or deleted what is stored.');
}
