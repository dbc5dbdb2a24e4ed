import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BusinessCalendar } from '../domain/business-day.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import type { BackfillStatus } from '../domain/status.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLog } from '../ports/event-log.ts';
import { appendUntilAcknowledged } from './appender.ts';
import { type GeneratedMessage, SaleGenerator } from './generator.ts';
import { expectedArrivals, historyProfile } from './rate-profile.ts';

const chunkSize = 1000;
/** Events made before other work gets its turn: about 2 ms. */
const sliceSize = 250;

export interface BackfillOptions {
  readonly days: number;
  /** Days that have sales: they are left alone, so that no day has two histories. Of today, see `firstToday`. */
  readonly present: ReadonlySet<BusinessDay>;
  /** When today's first sale was sold, epoch ms: what comes before is made. null: none has been. */
  readonly firstToday: number | null;
  readonly seed: number;
  readonly log: EventLog;
  readonly calendar: BusinessCalendar;
  readonly catalogue: Catalogue;
  readonly currency: string;
  readonly clock: Clock;
  /** null when the consumer has room, else a promise of it. */
  readonly waitForRoom: () => Promise<void> | null;
  readonly signal: AbortSignal;
  readonly onProgress: (status: BackfillStatus) => void;
  readonly onRetry: (reason: string) => void;
}

/**
 * Makes the sales of today so far and of those of the `days` business days before it that have none. Resolves when all are acknowledged, or at the next slice after `signal`
 * aborted; rejects with the log's error.
 */
export async function runBackfill(options: BackfillOptions): Promise<void> {
  const { calendar, clock, signal } = options;
  const startedAt = clock.now();
  const started = performance.now();
  const today = calendar.dayOf(startedAt);
  const missing = historyDays(today, options.days, calendar).filter((day) => !options.present.has(day));
  const plan = [today, ...missing].map((day) => {
    const begun = day === today ? Math.min(startedAt, (options.firstToday ?? startedAt) - 1) : startedAt;
    const until = Math.min(calendar.endOf(day), begun);
    const profile = historyProfile(calendar, day, options.seed);
    const start = calendar.startOf(day);
    return { start, until, profile, expected: expectedArrivals(profile, start, until) };
  });

  let produced = 0;
  const report = (index: number, toCome: number) => {
    const seconds = (performance.now() - started) / 1000;
    options.onProgress({
      days: missing.length,
      // Today so far goes with the first day.
      day: Math.max(1, index),
      produced,
      total: Math.max(produced, Math.round(produced + toCome)),
      secondsLeft: produced === 0 || seconds < 0.5 ? null : Math.round((toCome / produced) * seconds),
    });
  };

  for (const [index, day] of plan.entries()) {
    const later = plan.slice(index + 1).reduce((sum, { expected }) => sum + expected, 0);
    const producedBefore = produced;
    const generator = new SaleGenerator({
      seed: options.seed,
      start: day.start,
      profile: day.profile,
      mix: { scenario: 'weekday', faults: { duplicates: 0, late: 0, outOfOrder: 0, malformed: 0 } },
      calendar,
      catalogue: options.catalogue,
      currency: options.currency,
    });
    while (generator.position <= day.until) {
      if (!(await room(options.waitForRoom, signal))) return;
      const chunk = await takeChunk(generator, day.until, signal);
      if (signal.aborted) return;
      await appendUntilAcknowledged(options.log, chunk, options);
      produced += chunk.length;
      report(index, later + Math.max(0, day.expected - (produced - producedBefore)));
    }
  }
}

/** The `days` business days before today: first the one that today is compared with, then back in time. */
export function historyDays(today: BusinessDay, days: number, calendar: BusinessCalendar): readonly BusinessDay[] {
  const back = Array.from({ length: days }, (_, index) => index + 1);
  const order = days >= 7 ? [7, ...back.filter((count) => count !== 7)] : back;
  return order.map((count) => calendar.addDays(today, -count));
}

async function takeChunk(generator: SaleGenerator, until: number, signal: AbortSignal): Promise<GeneratedMessage[]> {
  const chunk: GeneratedMessage[] = [];
  while (chunk.length < chunkSize && !signal.aborted) {
    const slice = generator.take(until, sliceSize);
    if (slice.length === 0) break;
    chunk.push(...slice);
    await nextTurn();
  }
  return chunk;
}

/** Waits until there is room; false when the signal aborted first. */
async function room(waitForRoom: () => Promise<void> | null, signal: AbortSignal): Promise<boolean> {
  const waiting = waitForRoom();
  if (waiting !== null) await untilAborted(waiting, signal);
  return !signal.aborted;
}

/** Resolves with the promise or when the signal aborts, whichever is first. */
export async function untilAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let stop: () => void = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([waiting, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
