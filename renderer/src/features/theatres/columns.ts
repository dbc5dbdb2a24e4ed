/** Columns of the table, in their order. */
export const columns = [
  'rank', 'theatre', 'city', 'gross', 'change', 'admits', 'price', 'occupancy', 'refunds', 'share', 'hours',
] as const;
export type Column = (typeof columns)[number];

/** What yields first when width is short. */
const yielding: readonly Column[] = ['hours', 'refunds', 'occupancy', 'share', 'city'];

const leastTheatre = 134;
const cellPadding = 12;
/** Advance of a tabular figure at 13 px and weight 560, rounded up. */
const figureWidth = 7.8;

const fixed: Readonly<Record<Exclude<Column, 'theatre'>, number>> = {
  rank: 36,
  city: 98,
  gross: 98,
  change: 78,
  admits: 58,
  price: 62,
  occupancy: 50,
  refunds: 78,
  share: 50,
  hours: 52,
};

/** Longest texts of the columns whose figures may outgrow their width: money is never cut. */
export interface LongestTexts {
  readonly gross: number;
  readonly refunds: number;
  readonly admits: number;
}

/** The columns that fit in a width in px, and their widths; the theatre's name takes the rest. */
export function fitColumns(width: number, longest: LongestTexts): { shown: readonly Column[]; widthOf: (column: Column) => number | undefined } {
  const widthOf = (column: Column): number | undefined => {
    if (column === 'theatre') return undefined;
    const characters = column === 'gross' || column === 'refunds' || column === 'admits' ? longest[column] : 0;
    return Math.max(fixed[column], Math.ceil(characters * figureWidth) + cellPadding);
  };
  let shown: readonly Column[] = columns;
  for (const column of yielding) {
    const needed = shown.reduce((sum, each) => sum + (widthOf(each) ?? leastTheatre), 0);
    if (needed <= width) break;
    shown = shown.filter((each) => each !== column);
  }
  return { shown, widthOf };
}
