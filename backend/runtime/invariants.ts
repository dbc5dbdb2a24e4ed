import type pg from 'pg';
import type { BusinessDay } from '../domain/rollup.ts';
import type { CheckReport, InvariantName } from '../domain/status.ts';
import type { Decode } from '../ingest/decode-slices.ts';
import { type RetainedEvents, walkRetainedEvents } from '../ingest/retained-events.ts';
import { messageOf } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLog, PartitionOffsets } from '../ports/event-log.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import type { SaleStore } from '../ports/sale-store.ts';
import { type ConsumedRange, checkStore, explainOffsets, findMissing, type StoreCheck } from '../postgres/check.ts';
import { readStoredCalendar } from '../postgres/rebuild.ts';
import { type ProofParts, proveAnswers, proveHeldDay } from '../query/read-model-proof.ts';

export interface CheckedParts {
  readonly pool: pg.Pool;
  readonly log: EventLog;
  readonly store: SaleStore;
  readonly decode: Decode;
  readonly clock: Clock;
  readonly reader: RollupReader;
  readonly readModel: ReadModel;
  readonly sql: QueryBackend;
  readonly materialized: QueryBackend;
}

/** What was found of the invariants; sentences begin with the name of theirs. */
class Findings {
  readonly problems: string[] = [];
  readonly undecided: string[] = [];
  readonly notes: string[] = [];

  /** false: broken; null: not decided. */
  verdict(name: InvariantName): boolean | null {
    const names = (sentence: string) => sentence.startsWith(`${name}:`);
    if (this.problems.some(names)) return false;
    return this.undecided.some(names) ? null : true;
  }
}

/** Most differences listed of one kind. */
const maxListed = 20;
/** So often, over all days, a place that is behind is looked at again. */
const mostLooks = 100;
const placeWords = { materialized: 'the materialized backend', readModel: 'the read model', sql: 'the sql backend' };

/**
 * Recomputes I1-I5 from the sales. Others may store meanwhile: what PostgreSQL holds is read in one snapshot, the log up to
 * what it held then, and the other places version by version. What cannot be told is not decided. Each gross is read from
 * its own source: the sales, the rollup tables, the rows of the read model, and both backends' answers, day by day.
 */
export async function checkInvariants(parts: CheckedParts): Promise<CheckReport> {
  const { pool, log } = parts;
  const generation = await generationOf(pool);
  const findings = new Findings();
  let ends: readonly PartitionOffsets[] | null = null;
  const found = await checkStore(pool, log.topic, async () => {
    try {
      ends = await log.partitions();
    } catch (error) {
      findings.undecided.push(`I1: the log cannot be read: ${messageOf(error)}`);
      findings.undecided.push('I3: the ends of the log are unknown.');
    }
    return ends;
  });
  findings.problems.push(...found.problems.I2, ...found.problems.I3, ...found.problems.I4);
  const walked = ends === null ? null : await walkLog(parts, found, ends, findings);
  noteOthers(found, findings);
  const grossCents = { ...found.grossCents, ...(await checkReadModel(parts, found.versions, findings)) };
  if ((await generationOf(pool)) !== generation) {
    findings.problems.length = 0;
    for (const name of ['I1', 'I2', 'I3', 'I4', 'I5'])
      findings.undecided.push(`${name}: another program has recomputed or deleted what is stored meanwhile.`);
  }
  const invariants = {
    I1: findings.verdict('I1'),
    I2: findings.verdict('I2'),
    I3: findings.verdict('I3'),
    I4: findings.verdict('I4'),
    I5: findings.verdict('I5'),
  };
  const { topic, stored, duplicates, deadLettered, others } = found;
  return {
    ok: Object.values(invariants).every((verdict) => verdict === true),
    ...producedOf(found, walked),
    ...{ topic, stored, duplicates, deadLettered, empty: found.empty + (walked?.explained ?? 0) },
    unexplained: found.unexplained - (walked?.explained ?? 0),
    ...{ others, grossCents, invariants },
    ...{ problems: findings.problems, undecided: findings.undecided, notes: findings.notes },
  };
}

async function generationOf(pool: pg.Pool): Promise<number> {
  return (await readStoredCalendar(pool))?.generation ?? 0;
}

interface Walked {
  /** Events that wait to be consumed. */
  readonly waiting: number;
  /** Offsets that were unexplained, and hold no event. */
  readonly explained: number;
}

/** Exact as far as the log could be read; what is not known of it is null. */
function producedOf(found: StoreCheck, walked: Walked | null): Pick<CheckReport, 'produced' | 'inFlight'> {
  const { produced, inFlight, unexplained } = found;
  if (produced === null || inFlight === null) return { produced: null, inFlight: null };
  const waiting = inFlight === 0 ? 0 : (walked?.waiting ?? null);
  const known = waiting !== null && unexplained === (walked?.explained ?? 0);
  return { produced: known ? produced - inFlight + waiting : null, inFlight: waiting };
}

/**
 * I1: every valid event that the log still holds and that was consumed is stored. On the way the events that wait are
 * counted, and the offsets of partitions with unexplained ones that hold none. null when the log could not be read.
 */
async function walkLog(
  parts: CheckedParts,
  found: StoreCheck,
  ends: readonly PartitionOffsets[],
  findings: Findings,
): Promise<Walked | null> {
  const { log, pool, decode, clock } = parts;
  const consumed = new Map(found.partitions.map((range) => [range.partition, range]));
  const seen = new Map(ends.map(({ partition, start }) => [partition, { to: start, empty: 0, whole: true }]));
  let waiting = 0;
  const missing: string[] = [];
  try {
    await walkRetainedEvents({ log, decode, now: () => clock.now() }, ends, async (batch) => {
      const { partition, from, to } = batch;
      const range = consumed.get(partition);
      const next = range?.next ?? from;
      waiting += batch.records.filter((offset) => offset >= next).length;
      const place = seen.get(partition);
      if (range && place) {
        place.empty += emptyWithin(batch, range);
        place.whole &&= from === place.to;
        place.to = to;
      }
      const events = batch.events.filter((event) => event.offset < next);
      if (events.length === 0 || missing.length >= maxListed) return;
      for (const { id, offset } of await findMissing(pool, log.topic, partition, events))
        missing.push(`I1: event ${id} of partition ${partition}, offset ${offset}, is not stored.`);
    });
  } catch (error) {
    findings.undecided.push(`I1: the log could not be read: ${messageOf(error)}`);
    if (found.unexplained > 0)
      findings.undecided.push(unexplainedWords(found.unexplained, 'the log could not be read'));
    return null;
  } finally {
    findings.problems.push(...missing);
  }
  let explained = 0;
  for (const range of found.partitions.filter((each) => each.unexplained > 0n)) {
    const start = ends.find((each) => each.partition === range.partition)?.start;
    const place = seen.get(range.partition);
    const empty = place?.whole && start !== undefined && start <= range.first ? place.empty : null;
    explained += await explain(parts, range, empty, findings);
  }
  return { waiting, explained };
}

/** Offsets of a batch that were consumed and hold no event. */
function emptyWithin({ from, to, records }: RetainedEvents, { first, next }: ConsumedRange): number {
  const begin = from > first ? from : first;
  const end = to < next ? to : next;
  if (end <= begin) return 0;
  return Number(end - begin) - records.filter((offset) => offset >= begin && offset < end).length;
}

/**
 * @param empty consumed offsets of the partition that hold no event by the log; null when it no longer holds them all
 * @returns how many of the unexplained offsets are known now to hold no event
 */
async function explain(
  { pool, log }: CheckedParts,
  range: ConsumedRange,
  empty: number | null,
  findings: Findings,
): Promise<number> {
  const { partition, unexplained } = range;
  const count = Number(unexplained);
  if (empty === null) {
    findings.undecided.push(unexplainedWords(count, `the log no longer holds those of partition ${partition}`));
    return 0;
  }
  const counted = count + Number(range.empty);
  if (counted !== empty) {
    findings.problems.push(
      `I4: partition ${partition} does not account for ${counted} offsets; by the log ${empty} hold no event.`,
    );
    return 0;
  }
  if (!(await explainOffsets(pool, log.topic, range))) return 0;
  findings.notes.push(
    `${count} offsets of partition ${partition}, consumed by a version that did not count empty ones, hold no event. The account has them now.`,
  );
  return count;
}

function unexplainedWords(count: number, why: string): string {
  return `I4: ${count} offsets, consumed by a version that did not count empty ones, hold no event or a lost one: ${why}.`;
}

function noteOthers({ others }: StoreCheck, findings: Findings): void {
  for (const { topic, unexplained } of others) {
    if (unexplained > 0)
      findings.notes.push(`${topic} has ${unexplained} unexplained offsets: a check of that topic looks into its log.`);
  }
}

/** I5, and the gross of each place; null where a place was of another moment than the sales. */
async function checkReadModel(
  parts: CheckedParts,
  versions: ReadonlyMap<BusinessDay, number>,
  findings: Findings,
): Promise<Pick<CheckReport['grossCents'], 'readModel' | 'sql' | 'materialized'>> {
  const { readModel: model, reader, store, clock, sql, materialized } = parts;
  const proof: ProofParts = { model, reader, store, clock, looks: { left: mostLooks } };
  const places = {
    // Answering makes the read model hold the day; a long history passes through it day by day.
    materialized: (day: BusinessDay) => proveAnswers(proof, materialized, day),
    readModel: (day: BusinessDay) => proveHeldDay(proof, day),
    sql: (day: BusinessDay) => proveAnswers(proof, sql, day),
  };
  const gross: Record<keyof typeof places, bigint | null> = { readModel: 0n, sql: 0n, materialized: 0n };
  const away = new Set<keyof typeof places>();
  for (const [day, version] of versions) {
    for (const place of ['materialized', 'readModel', 'sql'] as const) {
      if (away.has(place)) continue;
      try {
        const { problems, undecided, last } = await places[place](day);
        findings.problems.push(...problems.map((problem) => `I5: ${problem}`));
        if (undecided !== null) findings.undecided.push(`I5: ${placeWords[place]}: ${undecided}.`);
        const sum = gross[place];
        gross[place] = sum === null || last?.version !== version ? null : sum + last.grossCents;
      } catch (error) {
        away.add(place);
        gross[place] = null;
        findings.undecided.push(`I5: ${placeWords[place]} cannot be read: ${messageOf(error)}`);
      }
    }
  }
  for (const day of await store.outboxDays()) {
    if (!versions.has(day)) findings.undecided.push(`I5: ${day} waits to be projected.`);
  }
  return gross;
}
