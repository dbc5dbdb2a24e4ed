/** What a bench measured, for people (a table) and for machines (JSON). */
export interface Figure {
  /** Dotted name, stable between versions. */
  readonly name: string;
  readonly value: number;
  readonly unit: 'events/s' | 'ms' | 'ratio' | 'bytes' | 'events' | '1/s' | 'rows/s';
}

/** Runs once and hands over its figures. */
export type Bench = () => Promise<readonly Figure[]>;

/** The value below which `share` of the samples lie; NaN when there are none. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function formatFigure({ name, value, unit }: Figure): string {
  const digits = value >= 1_000 ? 0 : value >= 10 ? 1 : 2;
  return `${name.padEnd(52)} ${value.toFixed(digits).padStart(12)} ${unit}`;
}
