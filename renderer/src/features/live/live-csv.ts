import { useMemo, useRef } from 'react';
import type { RevenuePicture, SeriesNames } from '../../charts/revenue-picture.ts';
import { toCsv } from '../../store/csv.ts';
import { type CsvFile, useScreenActions } from '../../store/screen-actions.ts';
import { useAmounts } from '../../ui/amount.tsx';

/** The revenue chart's figures as a file: start of each bucket in UTC, both days, sales and admits. */
function revenueCsv(
  day: string,
  picture: RevenuePicture,
  names: SeriesNames,
  amount: (cents: bigint) => string,
): CsvFile {
  const decimal = (cents: bigint | null): string | null => (cents === null ? null : amount(cents));
  const head = [
    'Bucket start (UTC)',
    'Seconds',
    `Gross ${names.now}`,
    `Gross ${names.ghost ?? 'compared day'}`,
    'Sales',
    'Admits',
  ];
  const rows = picture.buckets.map(({ at, grossCents, ghostCents, sales, admits }) => [
    new Date(at).toISOString(),
    picture.bucketMs / 1000,
    decimal(grossCents),
    decimal(ghostCents),
    sales,
    admits,
  ]);
  return { suggestedName: `reelmetrics-revenue-${day}.csv`, content: toCsv(head, rows) };
}

/** Offers what the revenue chart shows for export. */
export function useRevenueExport(day: string, picture: RevenuePicture | null, names: SeriesNames): void {
  const { decimal } = useAmounts();
  const shown = useRef({ day, picture, names, decimal });
  shown.current = { day, picture, names, decimal };
  const known = picture !== null;
  useScreenActions(
    useMemo(
      () =>
        known
          ? {
              exportCsv: () =>
                revenueCsv(
                  shown.current.day,
                  shown.current.picture ?? { buckets: [], bucketMs: 0, openAt: null },
                  shown.current.names,
                  shown.current.decimal,
                ),
            }
          : {},
      [known],
    ),
  );
}
