import { toCsv } from '../../store/csv.ts';
import type { CsvFile } from '../../store/screen-actions.ts';
import type { TheatreRow } from './theatre-rows.ts';

interface CsvOptions {
  readonly day: string;
  /** Head of the change: up to when it holds. */
  readonly changeHead: string;
  /** An amount as decimal text. */
  readonly decimal: (cents: bigint) => string;
}

/** The table as a file: the rows shown, in their order, amounts exact, ratios as fractions. */
export function theatresCsv(rows: readonly TheatreRow[], { day, changeHead, decimal }: CsvOptions): CsvFile {
  const head = [
    'Rank',
    'Theatre',
    'City',
    'Gross',
    'Gap',
    changeHead,
    'Admits',
    'ATP',
    'Occupancy of showings begun',
    'Refunds',
    'Share',
    'Sales',
    'Refund count',
  ];
  const lines = rows.map(({ rank, theater, measures, gap, change, price, occupancy, share }) => [
    rank,
    theater.name,
    theater.city,
    decimal(measures.grossCents),
    gap === null ? null : decimal(gap),
    change.kind === 'known' ? change.ratio.toFixed(6) : null,
    measures.admits,
    price === null ? null : decimal(price),
    'ratio' in occupancy ? occupancy.ratio.toFixed(6) : null,
    decimal(-measures.refundCents),
    share === null ? null : share.toFixed(6),
    measures.sales,
    measures.refunds,
  ]);
  return { suggestedName: `reelmetrics-theatres-${day}.csv`, content: toCsv(head, lines) };
}
