import type { EventLog, LogMessage, LogReader, PartitionOffsets } from '../ports/event-log.ts';
import type { LogBases } from '../ports/log-bases.ts';
import type { Logger } from '../ports/logger.ts';

/**
 * A log whose topic may be deleted and made anew. Its offsets then start again at 0, but what is stored is counted by
 * offsets that never move back: so a base is added to the log's own, and the new topic goes on where the old one was
 * stored up to. A topic that was made anew shows itself when a session begins and the log ends before what is stored;
 * one that has already grown beyond that cannot be told from the old one.
 */
export class ContinuedLog implements EventLog {
  readonly topic: string;
  readonly #log: EventLog;
  readonly #kept: LogBases;
  readonly #logger: Logger;
  #bases: ReadonlyMap<number, bigint> | undefined;

  constructor(log: EventLog, bases: LogBases, logger: Logger) {
    this.topic = log.topic;
    this.#log = log;
    this.#kept = bases;
    this.#logger = logger;
  }

  async partitions(): Promise<readonly PartitionOffsets[]> {
    this.#bases ??= await this.#kept.read(this.topic);
    return this.#shifted(await this.#log.partitions());
  }

  append(messages: readonly LogMessage[]): Promise<void> {
    return this.#log.append(messages);
  }

  async open(...[offsets, options]: Parameters<EventLog['open']>): Promise<LogReader> {
    this.#bases = await this.#continue(offsets);
    const own = (all: ReadonlyMap<number, bigint>) =>
      new Map([...all].map(([partition, offset]) => [partition, offset - this.#base(partition)]));
    const base = (partition: number) => this.#base(partition);
    const storedOffsets = options?.storedOffsets;
    const reader = await this.#log.open(own(offsets), {
      ...options,
      ...(storedOffsets ? { storedOffsets: async () => own(await storedOffsets()) } : {}),
    });
    return {
      get assigned() {
        return reader.assigned;
      },
      get held() {
        return reader.held?.map((held) => ({ ...held, offset: held.offset + base(held.partition) })) ?? [];
      },
      poll: async (maxRecords, waitMs) => {
        const batches = await reader.poll(maxRecords, waitMs);
        return batches.map((batch) => {
          const base = this.#base(batch.partition);
          if (base === 0n) return batch;
          return {
            ...batch,
            startOffset: batch.startOffset + base,
            records: batch.records.map((record) => ({ ...record, offset: record.offset + base })),
            nextOffset: batch.nextOffset + base,
            endOffset: batch.endOffset + base,
          };
        });
      },
      seek: (partition, offset) => reader.seek(partition, offset - this.#base(partition)),
      commit: (partition, offset) => reader.commit(partition, offset - this.#base(partition)),
      close: () => reader.close(),
    };
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #base(partition: number): bigint {
    return this.#bases?.get(partition) ?? 0n;
  }

  #shifted(partitions: readonly PartitionOffsets[]): readonly PartitionOffsets[] {
    return partitions.map(({ partition, start, end }) => {
      const base = this.#base(partition);
      return { partition, start: start + base, end: end + base };
    });
  }

  async #continue(stored: ReadonlyMap<number, bigint>): Promise<ReadonlyMap<number, bigint>> {
    const bases = await this.#kept.read(this.topic);
    let moved = false;
    for (const { partition, start, end } of await this.#log.partitions()) {
      const base = bases.get(partition) ?? 0n;
      const upTo = stored.get(partition);
      if (upTo === undefined || upTo <= base + end) continue;
      this.#logger.warn('The topic was made anew: its offsets go on from what is stored', {
        topic: this.topic,
        partition,
        end: String(end),
        stored: String(upTo),
      });
      await this.#kept.move(this.topic, partition, base, start);
      moved = true;
    }
    return moved ? this.#kept.read(this.topic) : bases;
  }
}
