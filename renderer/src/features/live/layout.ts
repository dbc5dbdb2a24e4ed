/** Height of a row of the sales list, px. */
export const saleRowHeight = 24;

/** Head of the card, head of the table, and the two edges. */
const salesFrame = 40 + 29 + 2;
const gap = 12;
const preferredChart = 394;
const leastChart = 300;
const preferredRows = 6;
const leastRows = 3;
const mostRows = 50;

/**
 * Rows of the sales list that fit under the chart in a column of that height, px: the list gives way first, down to
 * three rows, then the chart down to its least height, then the list goes (0). Whole rows, so that nothing looks clipped.
 */
export function salesRowsFor(height: number): number {
  if (height === 0) return preferredRows;
  const fits = (chart: number): number => Math.floor((height - chart - gap - salesFrame) / saleRowHeight);
  return Math.min(
    Math.max(fits(Math.max(preferredChart, height * 0.6)), Math.min(leastRows, fits(leastChart)), 0),
    mostRows,
  );
}
