import type { Measures } from './measures.ts';
import type { SeriesPoint } from './question.ts';
import type { BusinessDay } from './rollup.ts';
import type { SaleLine } from './ticket-sale.ts';

/** One second of the live window, by the instant of sale. */
export interface SecondBucket {
  /** Start of the second, epoch ms. */
  readonly at: number;
  readonly grossCents: bigint;
  readonly sales: number;
  readonly admits: number;
}

/** Order of lists of sales: by the instant of sale, the newest first. */
export function newestFirst(a: Pick<SaleLine, 'soldAt' | 'id'>, b: Pick<SaleLine, 'soldAt' | 'id'>): number {
  return b.soldAt - a.soldAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export interface LiveLeader {
  readonly id: number;
  readonly grossCents: bigint;
  readonly admits: number;
}

/** p50, p95, p99 of recent samples in ms; null when there were none. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly samples: number;
}

/**
 * What the window is told. A snapshot holds everything; a tick holds the totals and only the buckets and sales that
 * changed since the frame before it. Absolute values throughout, so a lost tick is mended by the next snapshot.
 */
export interface LiveFrame {
  readonly kind: 'snapshot' | 'tick';
  /** Grows by one per frame sent to a window; a gap asks for a snapshot. */
  readonly sequence: number;
  /** When main made it, epoch ms. */
  readonly at: number;
  /** The current business day. */
  readonly day: BusinessDay;
  /** Version of that day (see Watermark.version). */
  readonly dayVersion: number;
  /** Totals of the business day. */
  readonly totals: Measures;
  /** Everything ever stored, all days: events counted (sales + refunds) and their gross, kept by addition of committed batches. */
  readonly ledger: { readonly events: number; readonly grossCents: bigint };
  /** When the last batch was committed, epoch ms; null before the first. */
  readonly committedAt: number | null;
  /** Events stored per second over the last 5 s, and sales in the last 60 s. */
  readonly eventsPerSecond: number;
  readonly salesPerMinute: number;
  readonly seconds: readonly SecondBucket[];
  /** Minutes of the current business day, absolute. */
  readonly minutes: readonly SeriesPoint[];
  readonly topTheaters: readonly LiveLeader[];
  readonly topMovies: readonly LiveLeader[];
  /** By the instant of sale, newest first: 50 in a snapshot, at most 20 in a tick. */
  readonly recent: readonly SaleLine[];
  /** Sold-at instants of up to 8 events stored since the last frame: the renderer measures produce -> screen with them. */
  readonly latencySample: readonly number[];
}
