const lowest = 0.1;
const highest = 5000;
const span = Math.log10(highest / lowest);

/** Positions of the slider, 0..1000. */
export const ratePositions = 1000;

/** Position of a rate (events/s) on the logarithmic slider. */
export function positionOf(rate: number): number {
  const clamped = Math.min(highest, Math.max(lowest, rate));
  return Math.round((Math.log10(clamped / lowest) / span) * ratePositions);
}

/** The rate at a position, to two significant digits, so that one gets 16 and not 15.96. */
export function rateAt(position: number): number {
  const rate = lowest * 10 ** ((position / ratePositions) * span);
  return Math.min(highest, Math.max(lowest, Number(rate.toPrecision(2))));
}

/** Figures under the slider. */
export const rateMarks = [
  { rate: 0.1, label: '0.1' },
  { rate: 1, label: '1' },
  { rate: 10, label: '10' },
  { rate: 100, label: '100' },
  { rate: 1000, label: '1k' },
  { rate: 5000, label: '5k' },
] as const;
