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
const shrinkAfterMs = 60_000;

const mostSteps = 6;
/** What the axis spans when there is nothing to show, in units of money. */
const emptyUnits = 10;
/** Room for a small dip below zero grows in eighths of a step. */
const dipParts = 8;

/**
 * Round bounds around 0 and the values: steps of 1, 1.5, 2, 3 or 5 times a power of ten, at most six of them.
 * `unit` is the finest step that makes sense: the minor units in one unit of money.
 */
export function valueAxis(lowest: number, highest: number, unit: number): ValueAxis {
  const high = Math.max(highest, emptyUnits * unit);
  const above = stepsBetween(0, high, unit);
  if (lowest >= 0) return axisOf(0, above.last, above.step);
  // A dip far smaller than a step gets room below zero, but no tick of its own.
  if (-lowest <= above.step / 2) {
    const part = above.step / dipParts;
    return { ...axisOf(0, above.last, above.step), min: -Math.ceil(-lowest / part) * part };
  }
  const { first, last, step } = stepsBetween(lowest, Math.max(0, highest), unit);
  return axisOf(first, last, step);
}

/** The axis to show for what `valueAxis` wants now: it grows at once and shrinks only when less was enough for 60 s. */
export function holdAxis(held: HeldAxis | null, wanted: ValueAxis, now: number, unit: number): HeldAxis {
  if (held === null) return { axis: wanted, smallerSince: null };
  const { axis } = held;
  if (wanted.max > axis.max || wanted.min < axis.min) {
    // One end may grow while the other could shrink: cover both, so that nothing shown before is cut off.
    const cover = valueAxis(Math.min(wanted.min, axis.min), Math.max(wanted.max, axis.max), unit);
    return { axis: cover, smallerSince: null };
  }
  if (wanted.max === axis.max && wanted.min === axis.min)
    return held.smallerSince === null ? held : { axis, smallerSince: null };
  const since = held.smallerSince ?? now;
  if (now - since >= shrinkAfterMs) return { axis: wanted, smallerSince: null };
  return held.smallerSince === since ? held : { axis, smallerSince: since };
}

/** The finest round step of which at most six cover the range, and the multiples of it at both ends. */
function stepsBetween(low: number, high: number, smallest: number): { first: number; last: number; step: number } {
  let step = roundStep(Math.max((high - low) / mostSteps, smallest));
  while (Math.ceil(high / step) - Math.floor(low / step) > mostSteps) step = roundStep(step * 1.01);
  return { first: Math.floor(low / step), last: Math.ceil(high / step), step };
}

function axisOf(first: number, last: number, step: number): ValueAxis {
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { min: first * step, max: last * step, ticks };
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  for (const factor of [1, 1.5, 2, 3, 5]) if (factor * power >= least) return Math.round(factor * power);
  return Math.round(10 * power);
}
