/** One span of the revenue chart. Cents are exact; null means unknown or not reached yet, never zero. */
export interface RevenueBucket {
  /** Start, epoch ms. */
  readonly at: number;
  readonly grossCents: bigint | null;
  /** The day compared with, at the same time of day. */
  readonly ghostCents: bigint | null;
  readonly sales: number | null;
  readonly ghostSales: number | null;
  readonly admits: number | null;
}

/** What the revenue chart draws: at most 300 buckets of equal width, one after the other. */
export interface RevenuePicture {
  readonly buckets: readonly RevenueBucket[];
  readonly bucketMs: number;
  /** Start of the bucket that is still filling; null when none is. */
  readonly openAt: number | null;
}

/** A moment above the plot. */
export interface ChartMark {
  readonly at: number;
  readonly kind: 'simulator-started' | 'simulator-stopped' | 'backend-switched' | 'consumer-down' | 'no-picture';
  readonly text: string;
}

/** A span behind the lines: `outage` is over, `no-picture` goes on to the right edge. */
export interface ChartBand {
  readonly kind: 'outage' | 'no-picture';
  readonly from: number;
  readonly to: number;
}

/** How the chart writes figures and times; stable, or everything is drawn anew. */
export interface ChartWords {
  readonly cents: (cents: bigint) => string;
  /** Minor units in one unit of money. */
  readonly unit: number;
  /** Width of the axis of amounts, px: as its longest figure, as money is never cut. */
  readonly axisWidth: number;
  /** Cents at an axis tick, short. */
  readonly axis: (cents: number) => string;
  readonly tick: (at: number) => string;
  /** A bucket by its bounds. */
  readonly span: (from: number, to: number) => string;
  /** Minutes since local midnight. */
  readonly localMinute: (at: number) => number;
}

export interface SeriesNames {
  readonly now: string;
  /** null hides the comparison. */
  readonly ghost: string | null;
}

/** A vertex for Recharts, in cents as numbers (drawing needs no more than 2^53). */
export interface PlotRow {
  readonly at: number;
  readonly now?: number;
  readonly open?: number;
  readonly ghost?: number;
}

/**
 * Vertices of the stepped lines: one per bucket, and one that closes the last, as a step after the last vertex has no
 * width. The open bucket is a series of its own that starts at the height of the line before it.
 */
export function plotRows({ buckets, bucketMs, openAt }: RevenuePicture): PlotRow[] {
  const rows: PlotRow[] = [];
  let last: { now?: number; ghost?: number } = {};
  let closed: number | undefined;
  for (const { at, grossCents, ghostCents } of buckets) {
    const ghost = ghostCents === null ? {} : { ghost: Number(ghostCents) };
    const value = grossCents === null ? undefined : Number(grossCents);
    if (at === openAt && value !== undefined) {
      // The line ends where the open bucket starts; then the edge down (or up) to what it holds so far.
      const join = closed ?? 0;
      rows.push({ at, now: join, open: join, ...ghost }, { at, open: value, ...ghost });
      rows.push({ at: at + bucketMs, open: value, ...ghost });
      closed = undefined;
      last = {};
      continue;
    }
    // Where the line stops before the last bucket, the step of its last bucket still has to be closed.
    const end = value === undefined && closed !== undefined ? { now: closed } : {};
    rows.push({ at, ...(value === undefined ? end : { now: value }), ...ghost });
    closed = value;
    last = { ...(value === undefined ? {} : { now: value }), ...ghost };
  }
  const tail = buckets.at(-1);
  if (tail !== undefined && Object.keys(last).length > 0) rows.push({ at: tail.at + bucketMs, ...last });
  return rows;
}

/** Lowest and highest value of all series, in cents; 0 and 0 without any. */
export function extent(buckets: readonly RevenueBucket[], withGhost: boolean): { lowest: number; highest: number } {
  let lowest = 0;
  let highest = 0;
  const take = (cents: bigint | null): void => {
    if (cents === null) return;
    const value = Number(cents);
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  };
  for (const { grossCents, ghostCents } of buckets) {
    take(grossCents);
    if (withGhost) take(ghostCents);
  }
  return { lowest, highest };
}
