/** The vertical range of a chart: round bounds, and a tick at every step. */
export interface ValueAxis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** Bounds that a chart showed, and since when (epoch ms) something smaller would have done. */
export interface HeldAxis {
  readonly axis: ValueAxis;
  readonly smallerSince: number | null;
}

/** How long a smaller range has to last before the axis follows it, ms. */
export const shrinkAfterMs = 60_000;

const mostSteps = 6;
/** What the axis spans when there is nothing to show: $10 in cents. */
const emptySpan = 1000;

/**
 * Round bounds around 0 and the values: steps of 1, 1.5, 2, 3 or 5 times a power of ten, at most six of them.
 * `smallest` is the finest step that makes sense (100: whole units of money).
 */
export function valueAxis(lowest: number, highest: number, smallest = 100): ValueAxis {
  const low = Math.min(0, lowest);
  const high = Math.max(0, highest, low + Math.min(emptySpan, smallest * 10));
  let step = roundStep(Math.max((high - low) / mostSteps, smallest));
  while (stepsOf(low, high, step) > mostSteps) step = roundStep(step * 1.01);
  const first = Math.floor(low / step);
  const count = stepsOf(low, high, step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => (first + index) * step);
  return { min: first * step, max: (first + count) * step, ticks };
}

/** The axis to show for what `valueAxis` wants now: it grows at once and shrinks only when less was enough for 60 s. */
export function holdAxis(held: HeldAxis | null, wanted: ValueAxis, now: number): HeldAxis {
  if (held === null) return { axis: wanted, smallerSince: null };
  const { axis } = held;
  if (wanted.max > axis.max || wanted.min < axis.min) {
    // One end may grow while the other could shrink: cover both, so that nothing shown before is cut off.
    const cover = valueAxis(Math.min(wanted.min, axis.min), Math.max(wanted.max, axis.max));
    return { axis: cover, smallerSince: null };
  }
  if (wanted.max === axis.max && wanted.min === axis.min) return held.smallerSince === null ? held : { axis, smallerSince: null };
  const since = held.smallerSince ?? now;
  if (now - since >= shrinkAfterMs) return { axis: wanted, smallerSince: null };
  return held.smallerSince === since ? held : { axis, smallerSince: since };
}

function stepsOf(low: number, high: number, step: number): number {
  return Math.ceil(high / step) - Math.floor(low / step);
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  for (const factor of [1, 1.5, 2, 3, 5]) if (factor * power >= least) return Math.round(factor * power);
  return Math.round(10 * power);
}
