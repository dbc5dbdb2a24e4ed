import type pg from 'pg';
import type { BusinessDay } from '../domain/rollup.ts';
import type { Reconciliation, TopicAccount } from '../domain/status.ts';
import { messageOf } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { SaleStore } from '../ports/sale-store.ts';
import { type ConsumedRange, consumedRanges, producedUpTo, topicAccounts, versionsOfDays } from '../postgres/check.ts';
import { storedOffsetsOfOthers } from '../postgres/offsets.ts';
import { rollupTotalsByDay, saleTotalsByDay, type Totals } from '../postgres/totals.ts';
import { inSnapshot } from '../postgres/transaction.ts';

export interface ReconciledParts {
  readonly pool: pg.Pool;
  readonly log: Pick<EventLog, 'topic' | 'partitions'>;
  readonly store: Pick<SaleStore, 'outboxDays'>;
  readonly readModel: ReadModel;
  readonly clock: Clock;
  /** Whether other programs store, too; and whether an offset of the log may hold no event. */
  readonly shared: boolean;
  /** The live window's own account. */
  readonly ledger: () => { readonly events: number; readonly grossCents: bigint };
  /** Up to where the live window has counted; null while it is being read anew. */
  readonly ledgerPlace: () => {
    readonly offsets: ReadonlyMap<number, bigint>;
    readonly offsetsOfOthers: bigint;
  } | null;
  /** The live window has not counted all that is stored: it is to be read anew. */
  readonly onBehind: () => void;
}

/** What PostgreSQL holds at one moment. */
interface StoredState {
  readonly ranges: readonly ConsumedRange[];
  readonly offsetsOfOthers: bigint;
  readonly topics: readonly TopicAccount[];
  readonly versions: ReadonlyMap<BusinessDay, number>;
  readonly stored: Totals;
  readonly rollups: Totals;
  readonly rollupsByDay: ReadonlyMap<BusinessDay, Totals>;
}

/** Where the places stand against the stored sales, sentence by sentence. */
interface Judgement {
  readonly differences: string[];
  readonly unknown: string[];
  /** A place is of another moment, as others store. */
  moving: boolean;
}

interface KnownDay {
  readonly version: number;
  readonly stored: Totals;
}

const noTotals: Totals = { events: 0, grossCents: 0n };
/** States of the ledger that a window may still show: a tick is at most a second old. */
const keptStates = 256;

/**
 * Compares the places that hold the totals. The sales of a day are added up again only when the day's version has
 * changed since they were last added up, so that a long history costs nothing each time.
 */
export class Reconciler {
  readonly #parts: ReconciledParts;
  readonly #known = new Map<BusinessDay, KnownDay>();
  /** The ledger's recent states: events -> gross. */
  readonly #ledgerStates = new Map<number, bigint>();

  constructor(parts: ReconciledParts) {
    this.#parts = parts;
    this.noteLedger();
  }

  /** Notes a state of the ledger that windows are told of. */
  noteLedger(): void {
    const { events, grossCents } = this.#parts.ledger();
    this.#ledgerStates.delete(events);
    this.#ledgerStates.set(events, grossCents);
    for (const oldest of this.#ledgerStates.keys()) {
      if (this.#ledgerStates.size <= keptStates) break;
      this.#ledgerStates.delete(oldest);
    }
  }

  /** After a reset or a rebuild nothing that was added up before holds. A window may show it for a moment all the same. */
  forget(): void {
    this.#known.clear();
    this.noteLedger();
  }

  /**
   * Call it while this program stores nothing; others may. `window`: what the asking window shows; null when it shows
   * nothing. Errors: those of the database.
   */
  async run(window: Totals | null): Promise<Reconciliation> {
    const { log, clock, shared } = this.#parts;
    const startedAt = performance.now();
    const state = await this.#storedState();
    const judgement: Judgement = { differences: [], unknown: [], moving: false };
    const account = state.topics.find(({ topic }) => topic === log.topic) ?? {
      ...{ topic: log.topic, stored: 0, duplicates: 0, deadLettered: 0, empty: 0, unexplained: 0 },
    };
    const { produced, inFlight } = await this.#produced(state, judgement);
    const held = await this.#held(state, judgement);
    this.#judge(state, window, judgement);
    if (produced !== null && inFlight !== null) {
      const accounted = account.stored + account.duplicates + account.deadLettered + inFlight;
      if (accounted !== produced) {
        const off = signed(accounted - produced);
        judgement.differences.push(`Produced ${produced}, accounted for ${accounted}: ${off} events.`);
      }
    }
    const { differences, unknown, moving } = judgement;
    const now = clock.now();
    const place = (name: Reconciliation['places'][number]['place'], totals: Totals | null) => ({
      place: name,
      events: totals?.events ?? null,
      grossCents: totals?.grossCents ?? null,
    });
    // Of what waits nobody knows how many are events before it is read.
    const unread = inFlight === null || account.unexplained > 0 || (shared && inFlight > 0);
    return {
      at: now,
      tookMs: performance.now() - startedAt,
      produced: unread ? null : produced,
      stored: account.stored,
      duplicates: account.duplicates,
      deadLettered: account.deadLettered,
      inFlight,
      places: [
        place('stored', state.stored),
        place('rollups', state.rollups),
        place('read-model', held),
        place('window', window),
      ],
      verdict:
        differences.length > 0
          ? 'broken'
          : unknown.length > 0
            ? 'unknown'
            : moving || (inFlight ?? 0) > 0
              ? 'in-flight'
              : 'reconciled',
      differences,
      unknown,
    };
  }

  /** All in one snapshot; sales are added up again only where the day has changed. */
  #storedState(): Promise<StoredState> {
    const { pool, log } = this.#parts;
    return inSnapshot(pool, async (connection) => {
      const versions = await versionsOfDays(connection);
      const days = [...versions.keys()];
      const changed = days.filter((day) => this.#known.get(day)?.version !== versions.get(day));
      const fresh = changed.length === 0 ? new Map<BusinessDay, Totals>() : await saleTotalsByDay(connection, changed);
      for (const day of changed) {
        this.#known.set(day, { version: versions.get(day) ?? 0, stored: fresh.get(day) ?? noTotals });
      }
      const rollupsByDay = await rollupTotalsByDay(connection, days);
      return {
        ranges: await consumedRanges(connection, log.topic),
        offsetsOfOthers: await storedOffsetsOfOthers(connection, log.topic),
        topics: await topicAccounts(connection),
        versions,
        stored: sum(days.map((day) => this.#known.get(day)?.stored ?? noTotals)),
        rollups: sum([...rollupsByDay.values()]),
        rollupsByDay,
      };
    });
  }

  async #produced({ ranges }: StoredState, { unknown }: Judgement) {
    const count = ranges.reduce((total, { unexplained }) => total + unexplained, 0n);
    if (count > 0n) {
      unknown.push(
        `${count} offsets, consumed by a version that did not count empty ones, hold no event or a lost one: "reelmetrics check" looks into the log.`,
      );
    }
    try {
      return producedUpTo(await this.#parts.log.partitions(), ranges);
    } catch (error) {
      unknown.push(`The log does not tell what was produced: ${messageOf(error)}`);
      return { produced: null, inFlight: null };
    }
  }

  /** The read model's totals; a day that it does not hold is answered from the rollups. null when it does not tell. */
  async #held({ versions, rollupsByDay, stored }: StoredState, judgement: Judgement): Promise<Totals | null> {
    const { readModel, store } = this.#parts;
    try {
      let moving = false;
      const totals: Totals[] = [];
      for (const [day, version] of versions) {
        const held = await heldTotals(readModel, day);
        totals.push(held?.totals ?? rollupsByDay.get(day) ?? noTotals);
        if (!held || held.version === version) continue;
        // What was projected since is newer; what is older has to be in the outbox still.
        if (held.version > version || (await store.outboxDays()).includes(day)) moving = true;
        else judgement.differences.push(`Read model: ${day} is at version ${held.version}, PostgreSQL at ${version}.`);
      }
      const all = sum(totals);
      if (moving) judgement.moving = true;
      else differ(judgement, 'Read model', all, stored);
      return all;
    } catch (error) {
      judgement.unknown.push(`The read model does not tell its totals: ${messageOf(error)}`);
      return null;
    }
  }

  #judge(state: StoredState, window: Totals | null, judgement: Judgement): void {
    const counted = state.topics.reduce((total, topic) => total + topic.stored, 0);
    if (counted !== state.stored.events) {
      judgement.differences.push(`Counted as stored ${counted}, found ${state.stored.events}.`);
    }
    differ(judgement, 'Rollups', state.rollups, state.stored);
    const own = this.#parts.ledger();
    const whole = this.#isAt(state);
    if (whole) differ(judgement, 'Live totals', own, state.stored);
    else judgement.moving = true;
    if (!whole && this.#parts.ledgerPlace() !== null) this.#parts.onBehind();
    if (window === null) return;
    // The window shows a moment that has passed; it is right when the ledger was exactly so at that moment.
    if (window.events === own.events) {
      differ(judgement, 'Window', window, whole ? state.stored : own);
      return;
    }
    judgement.moving = true;
    if (this.#ledgerStates.get(window.events) !== window.grossCents) differ(judgement, 'Window', window, state.stored);
  }

  /** Whether the live totals hold exactly what is stored: what others have stored comes into them a moment later. */
  #isAt({ ranges, offsetsOfOthers }: StoredState): boolean {
    const place = this.#parts.ledgerPlace();
    if (place === null || place.offsetsOfOthers !== offsetsOfOthers) return false;
    return ranges.every(({ partition, first, next }) => (place.offsets.get(partition) ?? first) === next);
  }
}

function differ({ differences }: Judgement, place: string, totals: Totals, stored: Totals): void {
  if (totals.events === stored.events && totals.grossCents === stored.grossCents) return;
  const events = signed(totals.events - stored.events);
  const cents = signed(totals.grossCents - stored.grossCents);
  differences.push(`${place}: ${events} events, ${cents} cents against the stored sales.`);
}

/** A day's totals as the read model holds them; undefined when it does not. */
async function heldTotals(readModel: ReadModel, day: BusinessDay) {
  const held = await readModel.days(day);
  if (!held) return undefined;
  const totals = held.rows.map(({ measures }) => ({
    events: measures.sales + measures.refunds,
    grossCents: measures.grossCents,
  }));
  return { totals: sum(totals), version: held.version };
}

function sum(totals: readonly Totals[]): Totals {
  let events = 0;
  let grossCents = 0n;
  for (const each of totals) {
    events += each.events;
    grossCents += each.grossCents;
  }
  return { events, grossCents };
}

function signed(value: number | bigint): string {
  return value > 0 ? `+${value}` : String(value);
}
