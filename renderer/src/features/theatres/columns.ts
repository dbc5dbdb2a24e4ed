/** Columns of the table, in their order. */
export const columns = [
  'rank',
  'theatre',
  'city',
  'gross',
  'gap',
  'change',
  'admits',
  'price',
  'occupancy',
  'refunds',
  'share',
  'hours',
] as const;
export type Column = (typeof columns)[number];

/** What yields first when width is short. */
const yielding: readonly Column[] = ['hours', 'refunds', 'occupancy', 'share', 'gap', 'city'];

const cellPadding = 12;
/** What the cells at both ends have more. */
const edgePadding = 6;
/** Advance of a tabular figure at 13 px and weight 560, rounded up. */
const figureWidth = 8;
/** Advance of a letter of a head at 12 px, rounded up. */
const headWidth = 6.6;
/** The arrow before a change, or after a head that is sorted by. */
const arrowWidth = 16;

/** Least width of each column, px. */
const least: Readonly<Record<Column, number>> = {
  rank: 36,
  theatre: 134,
  city: 98,
  gross: 98,
  gap: 66,
  change: 80,
  admits: 54,
  price: 60,
  occupancy: 52,
  refunds: 78,
  share: 52,
  hours: 52,
};

/** How what is left over is shared out: names and shapes gain most from it. */
const shares: Readonly<Record<Column, number>> = {
  rank: 0,
  theatre: 6,
  city: 3,
  gross: 2,
  gap: 2,
  change: 2,
  admits: 2,
  price: 2,
  occupancy: 2,
  refunds: 2,
  share: 2,
  hours: 7,
};

/** Characters of the longest figures, in the columns that may outgrow their width: money is never cut. */
interface LongestTexts {
  readonly gross: number;
  readonly gap: number;
  readonly refunds: number;
  readonly admits: number;
  readonly price: number;
  readonly change: number;
  /** Of the head of the change, which says up to when. */
  readonly changeHead: number;
  readonly occupancy: number;
}

/** The columns that fit in a width in px, and how wide each is; together they fill it. */
export function fitColumns(
  width: number,
  longest: LongestTexts,
): { readonly shown: readonly Column[]; readonly widthOf: (column: Column) => number } {
  const leastOf = (column: Column): number => Math.max(least[column], textWidth(column, longest) + cellPadding);
  const neededBy = (list: readonly Column[]): number =>
    list.reduce((sum, column) => sum + leastOf(column), edgePadding);
  let shown: readonly Column[] = columns;
  for (const column of yielding) {
    if (neededBy(shown) <= width) break;
    shown = shown.filter((each) => each !== column);
  }
  const spare = Math.max(0, width - neededBy(shown));
  const parts = shown.reduce((sum, column) => sum + shares[column], 0);
  const edgeOf = (column: Column): number => (column === shown.at(-1) ? edgePadding : 0);
  return {
    shown,
    widthOf: (column) => leastOf(column) + edgeOf(column) + Math.floor((spare * shares[column]) / parts),
  };
}

function textWidth(column: Column, longest: LongestTexts): number {
  switch (column) {
    case 'gross':
    case 'gap':
    case 'refunds':
    case 'admits':
    case 'price':
    case 'occupancy':
      return Math.ceil(longest[column] * figureWidth);
    case 'change':
      return Math.max(Math.ceil(longest.change * figureWidth), Math.ceil(longest.changeHead * headWidth)) + arrowWidth;
    default:
      return 0;
  }
}
