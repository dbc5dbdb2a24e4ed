import { type LiveLeader, newestFirst, type SecondBucket } from '../../../backend/domain/live.ts';
import type { Measures } from '../../../backend/domain/measures.ts';
import type { SeriesPoint } from '../../../backend/domain/question.ts';
import type { SaleLine } from '../../../backend/domain/ticket-sale.ts';
import type { WindowFrame } from '../../../electron/contract/signatures.ts';

/** Seconds kept, the current one included: 5 minutes. */
const keptSeconds = 300;
/** Sales kept. */
const keptSales = 50;
const secondMs = 1000;

/** What the window knows of the live day. Immutable: a new picture per change. */
export interface LivePicture {
  readonly sequence: number;
  /** When main made the newest frame, epoch ms. */
  readonly at: number;
  /** Up to when the figures are complete, epoch ms: their age is counted from it. null: not known. */
  readonly completeUntil: number | null;
  readonly day: string;
  readonly dayVersion: number;
  readonly totals: Measures;
  readonly ledger: { readonly events: number; readonly grossCents: bigint };
  readonly committedAt: number | null;
  readonly eventsPerSecond: number;
  readonly salesPerMinute: number;
  /** The last 300 seconds on the clock, ascending, without gaps: a second without sales is a measured zero. */
  readonly seconds: readonly SecondBucket[];
  /** Minutes of the business day that have sales, ascending. */
  readonly minutes: readonly SeriesPoint[];
  readonly topTheaters: readonly LiveLeader[];
  readonly topMovies: readonly LiveLeader[];
  /** By the instant of sale, newest first, at most 50. */
  readonly recent: readonly SaleLine[];
}

/** The picture after a frame. A snapshot replaces it, a tick (or the first frame after another day) changes it. */
export function applyFrame(before: LivePicture | null, frame: WindowFrame): LivePicture {
  const base = frame.kind === 'tick' && before !== null && before.day === frame.day ? before : null;
  const seconds = base?.seconds ?? (frame.kind === 'tick' ? before?.seconds : undefined) ?? [];
  return {
    sequence: frame.sequence,
    at: frame.at,
    completeUntil: frame.completeUntil,
    day: frame.day,
    dayVersion: frame.dayVersion,
    totals: frame.totals,
    ledger: frame.ledger,
    committedAt: frame.committedAt,
    eventsPerSecond: frame.eventsPerSecond,
    salesPerMinute: frame.salesPerMinute,
    seconds: alignSeconds(seconds, frame.seconds, frame.at),
    minutes: mergeMinutes(base?.minutes ?? [], frame.minutes),
    topTheaters: keepWhenSame(before?.topTheaters, frame.topTheaters),
    topMovies: keepWhenSame(before?.topMovies, frame.topMovies),
    recent: mergeRecent(frame.kind === 'tick' ? (before?.recent ?? []) : [], frame.recent),
  };
}

/** The 300 seconds up to `at`, with the changed ones in place. */
function alignSeconds(
  held: readonly SecondBucket[],
  changed: readonly SecondBucket[],
  at: number,
): readonly SecondBucket[] {
  const last = Math.floor(at / secondMs) * secondMs;
  const first = last - (keptSeconds - 1) * secondMs;
  const heldFrom = held[0]?.at;
  if (changed.length === 0 && heldFrom === first && held.length === keptSeconds) return held;

  const aligned: SecondBucket[] = new Array<SecondBucket>(keptSeconds);
  const shift = heldFrom === undefined ? held.length : (first - heldFrom) / secondMs;
  for (let index = 0; index < keptSeconds; index += 1) {
    aligned[index] = held[index + shift] ?? {
      at: first + index * secondMs,
      grossCents: 0n,
      sales: 0,
      admits: 0,
    };
  }
  for (const second of changed) {
    const index = (second.at - first) / secondMs;
    if (index >= 0 && index < keptSeconds) aligned[index] = second;
  }
  return aligned;
}

function mergeMinutes(held: readonly SeriesPoint[], changed: readonly SeriesPoint[]): readonly SeriesPoint[] {
  if (changed.length === 0) return held;
  const merged = held.slice();
  for (const minute of changed) {
    // Nearly always one of the last minutes.
    let index = merged.length - 1;
    while (index >= 0 && (merged[index]?.at ?? 0) > minute.at) index -= 1;
    if (merged[index]?.at === minute.at) merged[index] = minute;
    else merged.splice(index + 1, 0, minute);
  }
  return merged;
}

function mergeRecent(held: readonly SaleLine[], newest: readonly SaleLine[]): readonly SaleLine[] {
  if (newest.length === 0) return held;
  const seen = new Set(newest.map((sale) => sale.id));
  return [...newest, ...held.filter((sale) => !seen.has(sale.id))].sort(newestFirst).slice(0, keptSales);
}

/** The held array when the new one says the same, so that what shows it is not drawn again. */
function keepWhenSame(held: readonly LiveLeader[] | undefined, next: readonly LiveLeader[]): readonly LiveLeader[] {
  if (held === undefined || held.length !== next.length) return next;
  const same = next.every((leader, index) => {
    const before = held[index];
    return before?.id === leader.id && before.grossCents === leader.grossCents && before.admits === leader.admits;
  });
  return same ? held : next;
}
