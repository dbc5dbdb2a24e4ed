import { centsAsDecimal, toCsv } from '../../store/csv.ts';
import type { CsvFile } from '../../store/screen-actions.ts';
import type { TheatreRow } from './theatre-rows.ts';

const head = [
  'Rank',
  'Theatre',
  'City',
  'Gross',
  'Change',
  'Admits',
  'ATP',
  'Occupancy',
  'Refunds',
  'Share',
  'Sales',
  'Refund count',
];

/** The table as a file: the rows shown, in their order, amounts exact, ratios as fractions. */
export function theatresCsv(day: string, rows: readonly TheatreRow[]): CsvFile {
  const lines = rows.map(({ rank, theater, measures, change, price, occupancy, share }) => [
    rank,
    theater.name,
    theater.city,
    centsAsDecimal(measures.grossCents),
    change === null ? null : change.toFixed(6),
    measures.admits,
    price === null ? null : centsAsDecimal(price),
    occupancy === null ? null : occupancy.toFixed(6),
    centsAsDecimal(-measures.refundCents),
    share === null ? null : share.toFixed(6),
    measures.sales,
    measures.refunds,
  ]);
  return { suggestedName: `reelmetrics-theatres-${day}.csv`, content: toCsv(head, lines) };
}
