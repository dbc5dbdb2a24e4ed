import { createBusinessCalendar } from '../domain/business-day.ts';
import { Projector } from '../ingest/projector.ts';
import type { AnswerCache } from '../ports/answer-cache.ts';
import { systemClock } from '../ports/clock.ts';
import { silentLogger } from '../ports/logger.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { CommittedBatch } from '../ports/sale-store.ts';
import { NaiveRollups } from './naive-rollups.ts';
import { saleLine } from './sale-line.ts';

const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const theaters = [{ id: 1, name: 'One', city: 'Town', screens: 1, seats: 10, showingsPerScreen: 1 }];

export const day = '2026-11-22';
const noon = Date.parse(`${day}T12:00:00Z`);

/** Rollups and an outbox in memory, to project from without a database: `commit` stores, `projector` is a real one. */
export class StoredBatches {
  readonly rollups = new NaiveRollups(calendar, theaters);
  readonly outbox = new Map<string, number>();
  #sales = 0;

  /** Stores a few sales of one partition as a transaction would. */
  commit(partition = 0): CommittedBatch {
    const inserted = [0, 1, 2].map(() => {
      this.#sales += 1;
      return saleLine(this.#sales, { soldAt: noon + (this.#sales % 600) * 60_000 }, calendar);
    });
    const changes = this.rollups.store(partition, inserted);
    for (const row of changes.days) this.outbox.set(`${row.day} ${row.partition}`, row.version);
    return {
      ...{ topic: 'ticket-sales', partition, nextOffset: BigInt(this.#sales), inserted, changes },
      ...{ duplicates: 0, deadLetters: 0, committedAt: Date.now() },
    };
  }

  projector(readModel: ReadModel, answers: AnswerCache): Projector {
    const store = {
      outboxDays: async () => [...new Set([...this.outbox.keys()].map((key) => key.split(' ')[0]!))],
      dayVersions: async (days: readonly string[]) =>
        new Map(days.map((of) => [of, this.rollups.version(of)] as const).filter(([, version]) => version > 0)),
      clearOutbox: async ({ days }: CommittedBatch['changes']) => {
        for (const row of days) {
          const key = `${row.day} ${row.partition}`;
          if ((this.outbox.get(key) ?? 0) <= row.version) this.outbox.delete(key);
        }
      },
    };
    return new Projector({
      ...{ store, rollups: this.rollups, readModel, answers },
      ...{ clock: systemClock, logger: silentLogger },
    });
  }
}
