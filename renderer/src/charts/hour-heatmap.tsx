import { memo } from 'react';
import classes from './charts.module.css';
import { heatStep, heatSteps } from './heat-steps.ts';

export interface HeatCell {
  /** Start of the hour, epoch ms. */
  readonly at: number;
  /** null: not asked or not known. */
  readonly cents: bigint | null;
  readonly when: 'past' | 'current' | 'future';
}

interface HeatRow {
  readonly label: string;
  readonly strong: boolean;
  readonly cells: readonly HeatCell[];
}

interface HourHeatmapProps {
  readonly caption: string;
  readonly rows: readonly HeatRow[];
  /** One per column: the hour on the local clock. */
  readonly hours: readonly string[];
  readonly most: bigint;
  readonly exact: (cents: bigint) => string;
}

/** Gross by day and hour. A table underneath, so that every figure can be read without the colours. */
export const HourHeatmap = memo(function HourHeatmap({ caption, rows, hours, most, exact }: HourHeatmapProps) {
  return (
    <table className={classes.heat}>
      <caption className={classes.unseen}>{caption}</caption>
      <colgroup>
        <col className={classes.heatDay} />
        {hours.map((_, column) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity and keep their place.
          <col key={column} />
        ))}
      </colgroup>
      <thead className={classes.unseenRows}>
        <tr>
          <th scope="col">Day</th>
          {hours.map((hour, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity and keep their place.
            <th key={column} scope="col">
              {hour}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.label}>
            <th scope="row" data-strong={row.strong || undefined}>
              {row.label}
            </th>
            {row.cells.map((cell, column) => (
              <Cell key={cell.at} cell={cell} hour={hours[column] ?? ''} day={row.label} most={most} exact={exact} />
            ))}
          </tr>
        ))}
      </tbody>
      <tfoot aria-hidden="true">
        <tr>
          <td />
          {hours.map((hour, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <td key={column}>{column % 3 === 0 ? hour : ''}</td>
          ))}
        </tr>
      </tfoot>
    </table>
  );
});

interface CellProps {
  readonly cell: HeatCell;
  readonly hour: string;
  readonly day: string;
  readonly most: bigint;
  readonly exact: (cents: bigint) => string;
}

function Cell({ cell, hour, day, most, exact }: CellProps) {
  const { cents, when } = cell;
  const words = when === 'future' ? 'not yet' : cents === null ? 'unknown' : exact(cents);
  const step = when === 'future' || cents === null ? undefined : heatStep(cents, most);
  return (
    <td title={`${day}, ${hour}:00: ${words}`}>
      <i data-step={step} data-when={when} />
      <span className={classes.unseen}>{words}</span>
    </td>
  );
}

/** The scale of the heatmap, printed: nothing to the most. */
export function HeatScale({ least, most }: { readonly least: string; readonly most: string }) {
  return (
    <span className={classes.heatScale}>
      {least}
      <span aria-hidden="true">
        {Array.from({ length: heatSteps }, (_, step) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a fixed scale.
          <i key={step} data-step={step} />
        ))}
      </span>
      {most}
    </span>
  );
}
