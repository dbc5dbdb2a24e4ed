import type pg from 'pg';
import type { QuestionName, QuestionParams } from '../domain/question.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import type { CheckReport } from '../domain/status.ts';
import type { Decode } from '../ingest/decode-slices.ts';
import { walkRetainedEvents } from '../ingest/retained-events.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import type { SaleStore } from '../ports/sale-store.ts';
import { checkStore, findMissing } from '../postgres/check.ts';
import { readModelDifferences } from '../query/read-model-check.ts';

export interface CheckedParts {
  readonly pool: pg.Pool;
  readonly log: EventLog;
  readonly store: SaleStore;
  readonly decode: Decode;
  readonly now: () => number;
  readonly reader: RollupReader;
  readonly readModel: ReadModel;
  readonly sql: QueryBackend;
  readonly materialized: QueryBackend;
}

/**
 * Recomputes I1-I5 from the sales. Call it while nothing is being stored. Each gross is read from its own source: the
 * sales, the rollup tables, the rows of the read model, and both backends' answers, day by day.
 */
export async function checkInvariants(parts: CheckedParts): Promise<CheckReport> {
  const { pool, log, store, reader, readModel, sql, materialized } = parts;
  const found = await checkStore(pool, log.topic, () => log.partitions());
  const I1 = await missingEvents(parts, await store.offsets(log.topic));
  const outbox = await store.outboxDays();
  const days = await reader.days();
  const I5 = outbox.map((day) => `I5: ${day} waits to be projected.`);
  let heldCents = 0n;
  for (const day of days) {
    // Answering makes the read model hold the day; a long history passes through it day by day.
    await materialized.answer('summary', { day });
    for (const row of (await readModel.theaterMovies(day))?.rows ?? []) heldCents += row.measures.grossCents;
  }
  I5.push(...(await readModelDifferences(readModel, reader)).map((difference) => `I5: ${difference}`));
  const grossCents = {
    recomputed: found.grossCents.recomputed,
    rollups: found.grossCents.rollups,
    readModel: heldCents,
    sql: await grossOf(sql, days, 'theaterLeaderboard'),
    materialized: await grossOf(materialized, days, 'theaterLeaderboard'),
  };
  for (const place of ['readModel', 'sql', 'materialized'] as const) {
    if (grossCents[place] !== grossCents.recomputed) {
      I5.push(`I5: the gross of ${place} is ${grossCents[place]} cents, the sales have ${grossCents.recomputed}.`);
    }
  }
  const { I2, I3, I4 } = found.problems;
  const problems = [...I1, ...I2, ...I3, ...I4, ...I5];
  const invariants = {
    I1: I1.length === 0,
    I2: I2.length === 0,
    I3: I3.length === 0,
    I4: I4.length === 0 && found.stored + found.duplicates + found.deadLettered + found.inFlight === found.produced,
    I5: I5.length === 0,
  };
  const { produced, stored, duplicates, deadLettered, inFlight } = found;
  return {
    ok: Object.values(invariants).every(Boolean),
    produced,
    stored,
    duplicates,
    deadLettered,
    inFlight,
    grossCents,
    invariants,
    problems,
  };
}

/** I1: every valid event that the log still holds and that was consumed is stored. */
async function missingEvents(parts: CheckedParts, consumed: ReadonlyMap<number, bigint>): Promise<string[]> {
  const { log, pool } = parts;
  const problems: string[] = [];
  const starts = new Map((await log.partitions()).map(({ partition, start }) => [partition, start]));
  const upTo = new Map([...starts].map(([partition, start]) => [partition, consumed.get(partition) ?? start]));
  await walkRetainedEvents(
    parts,
    async ({ partition, events }) => {
      for (const { id, offset } of await findMissing(pool, log.topic, partition, events)) {
        problems.push(`I1: event ${id} of partition ${partition}, offset ${offset}, is not stored.`);
      }
    },
    upTo,
  );
  return problems;
}

async function grossOf(
  backend: QueryBackend,
  days: readonly BusinessDay[],
  question: Extract<QuestionName, 'theaterLeaderboard'>,
): Promise<bigint> {
  let sum = 0n;
  for (const day of days) {
    const params: QuestionParams<typeof question> = { day };
    const { value } = await backend.answer(question, params);
    for (const { measures } of value) sum += measures.grossCents;
  }
  return sum;
}
