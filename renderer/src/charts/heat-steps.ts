/** Steps of the heat scale: 0 is none, 6 the most. */
export const heatSteps = 7;

/** The step of a value on the scale that ends at `most`: 0 for nothing, then six equal parts. */
export function heatStep(cents: bigint, most: bigint): number {
  if (cents <= 0n || most <= 0n) return 0;
  const parts = BigInt(heatSteps - 1);
  const step = (cents * parts + most - 1n) / most;
  return Number(step > parts ? parts : step);
}
