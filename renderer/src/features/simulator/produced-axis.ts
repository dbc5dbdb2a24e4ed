/** Round upper end and ticks for a rate, at least 1. */
export function rateAxis(highest: number): { readonly max: number; readonly ticks: readonly number[] } {
  const wanted = Math.max(1, highest) / 4;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= wanted) ?? 10;
  const step = factor * power;
  const count = Math.ceil(Math.max(1, highest) / step);
  return {
    max: count * step,
    ticks: Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6))),
  };
}
