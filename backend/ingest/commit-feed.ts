/**
 * Tells listeners of every committed batch once, in the order of the commits, and of gaps: batches that are in the
 * store but were not told of.
 */
import { messageOf } from '../lib/app-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { CommittedBatch } from '../ports/sale-store.ts';

export class CommitFeed {
  readonly #logger: Logger;
  readonly #commitListeners = new Set<(batch: CommittedBatch) => void>();
  readonly #gapListeners = new Set<() => void>();
  /** Per partition, the offset up to which commits were told. */
  readonly #told = new Map<number, bigint>();
  /** As last compared; undefined before the first time. */
  #others: bigint | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  onCommitted(listener: (batch: CommittedBatch) => void): () => void {
    this.#commitListeners.add(listener);
    return () => this.#commitListeners.delete(listener);
  }

  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener);
    return () => this.#gapListeners.delete(listener);
  }

  tell(batch: CommittedBatch): void {
    // A commit that comes late may have been found in the store, and reported as a gap, in the meantime.
    if (batch.nextOffset <= (this.#told.get(batch.partition) ?? -1n)) return;
    this.#told.set(batch.partition, batch.nextOffset);
    for (const listener of this.#commitListeners) this.#call(() => listener(batch));
  }

  /**
   * The store's offsets as just read: reports a gap when they are not those told of. The first reading is the beginning.
   * @returns whether there was one
   */
  compare(stored: ReadonlyMap<number, bigint>): boolean {
    let gap = false;
    for (const [partition, offset] of stored) {
      const told = this.#told.get(partition);
      gap ||= told !== undefined && told !== offset;
      this.#told.set(partition, offset);
    }
    if (gap) for (const listener of this.#gapListeners) this.#call(listener);
    return gap;
  }

  /** The store's `offsetsOfOthers` as just read: what is stored of other topics is not told of, either. */
  compareOthers(stored: bigint): void {
    const moved = this.#others !== undefined && this.#others !== stored;
    this.#others = stored;
    if (moved) for (const listener of this.#gapListeners) this.#call(listener);
  }

  /** A listener's fault is not a fault of the stream. */
  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#logger.error('A listener of committed batches failed', { error: messageOf(error) });
    }
  }
}
