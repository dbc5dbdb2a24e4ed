import type pg from 'pg';
import type { BusinessDay } from '../domain/rollup.ts';
import type { Reconciliation } from '../domain/status.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import type { SaleStore } from '../ports/sale-store.ts';
import { producedOf } from '../postgres/check.ts';
import { rollupTotalsByDay, saleTotalsByDay, type Totals } from '../postgres/totals.ts';

export interface ReconciledParts {
  readonly pool: pg.Pool;
  readonly log: EventLog;
  readonly store: SaleStore;
  readonly reader: RollupReader;
  readonly readModel: ReadModel;
  readonly clock: Clock;
  /** The live window's own account. */
  readonly ledger: () => { readonly events: number; readonly grossCents: bigint };
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

  /** Call it while nothing is being stored. `window`: what the asking window shows; null when it shows nothing. */
  async run(window: Totals | null): Promise<Reconciliation> {
    const { pool, log, store, reader, readModel, clock, ledger } = this.#parts;
    const startedAt = clock.now();
    const counters = await store.counters(log.topic);
    const days = await reader.days();
    const versions = await store.dayVersions(days);
    const stored = await this.#storedTotals(days, versions);
    const rollupsByDay = await rollupTotalsByDay(pool, days);
    const rollups = sum([...rollupsByDay.values()]);
    const held = sum(
      await Promise.all(days.map((day) => heldTotals(readModel, day, rollupsByDay.get(day) ?? noTotals))),
    );
    const { produced, inFlight } = await producedOf(pool, log.topic, await log.partitions());
    const own = ledger();

    const differences: string[] = [];
    const differ = (place: string, totals: Totals) => {
      if (totals.events === stored.events && totals.grossCents === stored.grossCents) return;
      const events = totals.events - stored.events;
      const cents = totals.grossCents - stored.grossCents;
      differences.push(`${place}: ${signed(events)} events, ${signed(cents)} cents against the stored sales.`);
    };
    const accounted = counters.stored + counters.duplicates + counters.deadLettered + inFlight;
    if (accounted !== produced) {
      differences.push(`Produced ${produced}, accounted for ${accounted}: ${signed(accounted - produced)} events.`);
    }
    if (counters.stored !== stored.events) {
      differences.push(`Counted as stored ${counters.stored}, found ${stored.events}.`);
    }
    differ('Rollups', rollups);
    differ('Read model', held);
    differ('Live totals', own);
    // The window shows a moment that has passed; it is right when the ledger was exactly so at that moment.
    const windowTrails = window !== null && window.events !== own.events;
    if (window !== null && !windowTrails) differ('Window', window);
    if (window !== null && windowTrails && this.#ledgerStates.get(window.events) !== window.grossCents) {
      differ('Window', window);
    }

    const now = clock.now();
    const place = (name: Reconciliation['places'][number]['place'], totals: Totals | null) => ({
      place: name,
      events: totals?.events ?? null,
      grossCents: totals?.grossCents ?? null,
    });
    return {
      at: now,
      tookMs: now - startedAt,
      produced,
      stored: counters.stored,
      duplicates: counters.duplicates,
      deadLettered: counters.deadLettered,
      inFlight,
      places: [place('stored', stored), place('rollups', rollups), place('read-model', held), place('window', window)],
      verdict: differences.length > 0 ? 'broken' : inFlight > 0 || windowTrails ? 'in-flight' : 'reconciled',
      differences,
    };
  }

  async #storedTotals(days: readonly BusinessDay[], versions: ReadonlyMap<BusinessDay, number>): Promise<Totals> {
    const changed = days.filter((day) => this.#known.get(day)?.version !== versions.get(day));
    const fresh =
      changed.length === 0 ? new Map<BusinessDay, Totals>() : await saleTotalsByDay(this.#parts.pool, changed);
    for (const day of changed) {
      this.#known.set(day, { version: versions.get(day) ?? 0, stored: fresh.get(day) ?? noTotals });
    }
    return sum(days.map((day) => this.#known.get(day)?.stored ?? noTotals));
  }
}

/** A day as the read model answers for it: its own rows, or PostgreSQL's while it does not hold the day. */
async function heldTotals(readModel: ReadModel, day: BusinessDay, rollups: Totals): Promise<Totals> {
  const held = await readModel.days(day);
  if (!held) return rollups;
  return sum(
    held.rows.map(({ measures }) => ({
      events: measures.sales + measures.refunds,
      grossCents: measures.grossCents,
    })),
  );
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
