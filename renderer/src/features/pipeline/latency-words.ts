/** A duration of a stage as `0.2 ms`, `19 ms`, `41.2 s`: two or three digits that count. */
export function msWords(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Ends of the scale, ms: 0.1 ms to 100 s, six decades. */
const least = 0.1;
const decades = 6;

/** Where a duration stands on the logarithmic scale, 0..1. */
export function placeOf(ms: number): number {
  return Math.min(1, Math.max(0, Math.log10(Math.max(ms, least) / least) / decades));
}

export const scaleTicks: readonly { readonly words: string; readonly place: number }[] = [
  { words: '0.1 ms', place: 0 },
  { words: '10 ms', place: placeOf(10) },
  { words: '1 s', place: placeOf(1000) },
  { words: '100 s', place: 1 },
];
