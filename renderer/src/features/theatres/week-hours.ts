import type { BusinessCalendar } from '../../../../backend/domain/business-day.ts';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';
import type { HeatCell } from '../../charts/hour-heatmap.tsx';

const hourMs = 3_600_000;

/**
 * The cells of one business day, one per column. Hours are told by their place in the day, so that days on which the
 * clock changes keep to the columns; the hour that is too many joins the last one. `points` null: not known yet.
 */
export function dayCells(
  calendar: BusinessCalendar,
  day: string,
  points: readonly SeriesPoint[] | null,
  now: number,
  columnCount: number,
): HeatCell[] {
  const start = calendar.startOf(day);
  const end = calendar.endOf(day);
  const cents = new Array<bigint>(columnCount).fill(0n);
  for (const { at, measures } of points ?? []) {
    const column = Math.min(Math.max(0, Math.floor((at - start) / hourMs)), columnCount - 1);
    cents[column] = (cents[column] ?? 0n) + measures.grossCents;
  }
  return cents.map((value, column) => {
    const at = start + column * hourMs;
    const last = column === columnCount - 1 ? end : at + hourMs;
    return { at, cents: points === null ? null : value, when: now < at ? 'future' : now < last ? 'current' : 'past' };
  });
}

/** The largest cell, at least one cent so that the scale has a length. */
export function mostOf(rows: readonly (readonly HeatCell[])[]): bigint {
  let most = 1n;
  for (const { cents } of rows.flat()) if (cents !== null && cents > most) most = cents;
  return most;
}
