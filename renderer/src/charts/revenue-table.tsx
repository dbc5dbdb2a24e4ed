import { memo } from 'react';
import { Delta } from '../ui/delta.tsx';
import tables from '../ui/table.module.css';
import { countWords } from '../ui/time-words.ts';
import { bucketChange } from './bucket-change.ts';
import classes from './charts.module.css';
import type { ChartWords, RevenueBucket, RevenuePicture, SeriesNames } from './revenue-picture.ts';

interface RevenueTableProps {
  readonly picture: RevenuePicture;
  readonly names: SeriesNames;
  readonly words: ChartWords;
}

const unknown = '\u2014';

function isKnown({ grossCents }: RevenueBucket): boolean {
  return grossCents !== null;
}

/** The chart's numbers as a table: newest first, then what is still to come. */
export const RevenueTable = memo(function RevenueTable({ picture, names, words }: RevenueTableProps) {
  const { buckets, bucketMs, openAt } = picture;
  return (
    <section
      className={classes.tableScroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached by the keyboard.
      tabIndex={0}
      aria-label="Revenue as a table"
    >
      <table className={`${tables.table} ${tables.compact}`}>
        <thead>
          <tr>
            <th scope="col">Bucket</th>
            <th scope="col" className={tables.figure}>
              {names.now}
            </th>
            {names.ghost === null ? null : (
              <>
                <th scope="col" className={tables.figure}>
                  {names.ghost}
                </th>
                <th scope="col" className={tables.figure}>
                  Change
                </th>
              </>
            )}
            <th scope="col" className={tables.figure}>
              Sales
            </th>
            <th scope="col" className={tables.figure}>
              Admits
            </th>
          </tr>
        </thead>
        <tbody>
          {[...buckets.filter(isKnown).toReversed(), ...buckets.filter((bucket) => !isKnown(bucket))].map((bucket) => {
            const { at, grossCents, ghostCents, sales, admits } = bucket;
            return (
              <tr key={at}>
                <td className={tables.name}>
                  {words.span(at, at + bucketMs)}
                  {at === openAt ? ' (open)' : ''}
                </td>
                <td className={`${tables.figure} ${tables.strong}`}>
                  {grossCents === null ? unknown : words.cents(grossCents)}
                </td>
                {names.ghost === null ? null : (
                  <>
                    <td className={tables.figure}>{ghostCents === null ? unknown : words.cents(ghostCents)}</td>
                    <td className={tables.figure}>
                      <Delta change={bucketChange(bucket).change} brief />
                    </td>
                  </>
                )}
                <td className={tables.figure}>{sales === null ? unknown : countWords(sales)}</td>
                <td className={tables.figure}>{admits === null ? unknown : countWords(admits)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
});
