import { AppError } from '../lib/app-error.ts';
import type { EventLog, LogBatch, LogMessage, LogReader, PartitionOffsets } from '../ports/event-log.ts';
import type { LogBases } from '../ports/log-bases.ts';
import type { Logger } from '../ports/logger.ts';

/** The log as it was found, and what is added to its offsets. */
interface Reading {
  readonly identity: string | null;
  readonly bases: ReadonlyMap<number, bigint>;
}

/**
 * A log whose topic may be deleted and made anew. Its offsets then start again at 0, but what is stored is counted by
 * offsets that never move back: so a base is added to the log's own, and the new topic goes on where the old one was
 * stored up to. A topic that was made anew shows itself by its identity, however far it has grown; where the brokers do
 * not tell it, only when a session begins and the log ends before what is stored.
 *
 * What was read of the new topic before that was noticed is read again: its events are duplicates then.
 */
export class ContinuedLog implements EventLog {
  readonly topic: string;
  readonly #log: EventLog;
  readonly #kept: LogBases;
  readonly #logger: Logger;
  /** Of the log that is read; undefined until something is. */
  #reading: Reading | undefined;

  constructor(log: EventLog, bases: LogBases, logger: Logger) {
    this.topic = log.topic;
    this.#log = log;
    this.#kept = bases;
    this.#logger = logger;
  }

  async partitions(): Promise<readonly PartitionOffsets[]> {
    const partitions = await this.#log.partitions();
    // Where others store, they move the bases.
    if (!this.#reading) return shifted(partitions, await this.#kept.read(this.topic));
    const identity = this.#log.identity ?? null;
    if (identity !== null && identity !== this.#reading.identity) await this.#read(identity, partitions);
    return shifted(partitions, this.#reading.bases);
  }

  append(messages: readonly LogMessage[]): Promise<void> {
    return this.#log.append(messages);
  }

  async open(...[offsets, options]: Parameters<EventLog['open']>): Promise<LogReader> {
    const reading = await this.#continue(offsets);
    const base = (partition: number) => reading.bases.get(partition) ?? 0n;
    const own = (all: ReadonlyMap<number, bigint>) =>
      new Map([...all].map(([partition, offset]) => [partition, offset - base(partition)]));
    const storedOffsets = options?.storedOffsets;
    const reader = await this.#log.open(own(offsets), {
      ...options,
      ...(storedOffsets ? { storedOffsets: async () => own(await storedOffsets()) } : {}),
    });
    const assertSame = () => {
      if (this.#reading?.identity !== reading.identity) throw madeAnew(this.topic);
    };
    return {
      get assigned() {
        return reader.assigned;
      },
      get held() {
        return reader.held?.map((held) => ({ ...held, offset: held.offset + base(held.partition) })) ?? [];
      },
      poll: async (maxRecords, waitMs) => {
        assertSame();
        const batches = await reader.poll(maxRecords, waitMs);
        assertSame();
        return batches.map((batch) => moved(batch, base(batch.partition)));
      },
      seek: (partition, offset) => reader.seek(partition, offset - base(partition)),
      commit: (partition, offset) => reader.commit(partition, offset - base(partition)),
      close: () => reader.close(),
    };
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  /** Takes the log as the one that is read from now on. Readers of another one end. */
  async #read(identity: string | null, partitions: readonly PartitionOffsets[]): Promise<Reading> {
    if (identity !== null && (await this.#kept.identify(this.topic, identity, partitions))) this.#warn({ identity });
    this.#reading = { identity, bases: await this.#kept.read(this.topic) };
    return this.#reading;
  }

  async #continue(stored: ReadonlyMap<number, bigint>): Promise<Reading> {
    const partitions = await this.#log.partitions();
    const identity = this.#log.identity ?? this.#reading?.identity ?? null;
    const reading = await this.#read(identity, partitions);
    const { bases } = reading;
    const anew = partitions.filter(({ partition, end }) => {
      const upTo = stored.get(partition);
      return upTo !== undefined && upTo > (bases.get(partition) ?? 0n) + end;
    });
    for (const { partition, start, end } of anew) {
      this.#warn({ partition, end: String(end), stored: String(stored.get(partition)) });
      await this.#kept.move(this.topic, partition, bases.get(partition) ?? 0n, start);
    }
    return anew.length === 0 ? reading : this.#read(identity, partitions);
  }

  #warn(seen: Readonly<Record<string, unknown>>): void {
    this.#logger.warn('The topic was made anew: its offsets go on from what is stored', { topic: this.topic, ...seen });
  }
}

function moved(batch: LogBatch, base: bigint): LogBatch {
  if (base === 0n) return batch;
  return {
    ...batch,
    startOffset: batch.startOffset + base,
    records: batch.records.map((record) => ({ ...record, offset: record.offset + base })),
    nextOffset: batch.nextOffset + base,
    endOffset: batch.endOffset + base,
  };
}

function shifted(
  partitions: readonly PartitionOffsets[],
  bases: ReadonlyMap<number, bigint>,
): readonly PartitionOffsets[] {
  return partitions.map(({ partition, start, end }) => {
    const base = bases.get(partition) ?? 0n;
    return { partition, start: start + base, end: end + base };
  });
}

function madeAnew(topic: string): AppError {
  return new AppError('log_failed', `The topic ${topic} was deleted and made again.`, {
    hint: 'Reading begins again by itself at the start of the new topic.',
  });
}
