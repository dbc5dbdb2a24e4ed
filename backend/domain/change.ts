import type { Measures } from './measures.ts';
import { averageTicketPrice, change, formatPercent } from './money.ts';

/** With fewer sales on either side chance alone moves a figure by a fifth and more. */
export const leastSales = 30;
/** Above this a percentage says less than a factor. */
const mostRatio = 9.99;

/** How a figure stands to that of the compared span. Both sides count the same window, up to the same instant. */
export type Change =
  | { readonly kind: 'known'; readonly ratio: number }
  /** One of the sides has fewer than `leastSales` sales. */
  | { readonly kind: 'too-few' }
  /** Not compared, not read yet, or nothing to divide by. */
  | { readonly kind: 'unknown' };

export const unknownChange: Change = { kind: 'unknown' };

/** The figures that can be compared. */
export type ComparedFigure = 'gross' | 'admits' | 'price' | 'sales';

/** One side of a comparison. */
export type Side = Pick<Measures, 'grossCents' | 'sales' | 'admits'>;

/** The change of one figure from `before` to `now`. */
export function changeOf(figure: ComparedFigure, now: Side, before: Side): Change {
  if (now.sales < leastSales || before.sales < leastSales) return { kind: 'too-few' };
  const to = figureOf(figure, now);
  const from = figureOf(figure, before);
  // A sum of refunds is no whole that another one could be a share of.
  const ratio = to === null || from === null || from < 0n ? null : change(to, from);
  return ratio === null ? unknownChange : { kind: 'known', ratio };
}

/** `+11.0%`, `−8.8%`, `× 12` from ten times on, `too few to compare`, a dash. */
export function changeWords(of: Change): string {
  switch (of.kind) {
    case 'known':
      return of.ratio > mostRatio
        ? `\u00d7\u00a0${factors.format(of.ratio + 1)}`
        : formatPercent(of.ratio, { signed: true });
    case 'too-few':
      return 'too few to compare';
    case 'unknown':
      return '\u2014';
    default:
      return of satisfies never;
  }
}

const factors = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function figureOf(figure: ComparedFigure, measures: Side): bigint | null {
  switch (figure) {
    case 'gross':
      return measures.grossCents;
    case 'admits':
      return BigInt(measures.admits);
    case 'sales':
      return BigInt(measures.sales);
    case 'price':
      return averageTicketPrice(measures);
    default:
      return figure satisfies never;
  }
}
