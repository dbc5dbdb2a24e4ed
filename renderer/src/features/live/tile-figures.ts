import { type Change, changeOf, unknownChange } from '../../../../backend/domain/change.ts';
import type { Measures } from '../../../../backend/domain/measures.ts';
import type { DaySeries } from './day-series.ts';
import type { ComparedDay } from './revenue-spans.ts';

const minuteMs = 60_000;
const sparkPoints = 30;
/** How far back transactions are counted, ms. */
const windowMs = 15 * minuteMs;

/** Changes against the same weekday last week. */
export interface TileChanges {
  readonly gross: Change;
  /** What was gained or lost of the gross, in minor units; null where nothing is compared. */
  readonly gap: bigint | null;
  readonly admits: Change;
  readonly price: Change;
  readonly sales: Change;
}

const noChanges: TileChanges = {
  gross: unknownChange,
  gap: null,
  admits: unknownChange,
  price: unknownChange,
  sales: unknownChange,
};

/** Shapes of the tiles, oldest first. */
export interface TileShapes {
  readonly gross: readonly (number | null)[];
  readonly admits: readonly (number | null)[];
  readonly price: readonly (number | null)[];
  readonly sales: readonly (number | null)[];
}

/**
 * Both days up to the same whole minute, so that like is compared with like and anyone can check it; sales of the window
 * of `salesInWindow` on both days. `minute` is the start of the minute that is open.
 */
export function changesAt({ now, ghost }: ComparedDay, minute: number): TileChanges {
  if (ghost === null) return noChanges;
  const { series, sameTime } = ghost;
  const from = windowStart(now, minute);
  return {
    ...changesOf(now.before(minute), series.before(sameTime(minute))),
    sales: changeOf('sales', between(now, from, minute), between(series, sameTime(from), sameTime(minute))),
  };
}

/** Sales of the last 15 whole minutes before `minute`; of fewer while the business day is younger. */
export function salesInWindow(now: DaySeries, minute: number): number {
  return between(now, windowStart(now, minute), minute).sales;
}

/** Changes of whole days. */
export function changesOf(now: Measures, before: Measures): TileChanges {
  return {
    gross: changeOf('gross', now, before),
    gap: now.grossCents - before.grossCents,
    admits: changeOf('admits', now, before),
    price: changeOf('price', now, before),
    sales: changeOf('sales', now, before),
  };
}

function windowStart(now: DaySeries, minute: number): number {
  return Math.max(now.start, minute - windowMs);
}

function between(series: DaySeries, from: number, to: number): Pick<Measures, 'grossCents' | 'sales' | 'admits'> {
  const a = series.before(from);
  const b = series.before(to);
  return { grossCents: b.grossCents - a.grossCents, sales: b.sales - a.sales, admits: b.admits - a.admits };
}

/** Shapes of the last 30 whole minutes before `minute`. */
export function shapesBefore(series: DaySeries, minute: number): TileShapes {
  return shapes(series, minute - sparkPoints * minuteMs, minuteMs, sparkPoints);
}

/** Shapes of a whole day, by the hour. */
export function shapesOfDay(series: DaySeries): TileShapes {
  const hours = Math.round((series.end - series.start) / (60 * minuteMs));
  return shapes(series, series.start, 60 * minuteMs, hours);
}

function shapes(series: DaySeries, from: number, step: number, count: number): TileShapes {
  const gross: (number | null)[] = [];
  const admits: (number | null)[] = [];
  const price: (number | null)[] = [];
  const sales: (number | null)[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = from + index * step;
    if (at < series.start) {
      for (const list of [gross, admits, price, sales]) list.push(null);
      continue;
    }
    const a = series.before(at);
    const b = series.before(at + step);
    const cents = b.grossCents - a.grossCents;
    const people = b.admits - a.admits;
    gross.push(Number(cents));
    admits.push(people);
    price.push(people > 0 ? Number(cents) / people : null);
    sales.push(b.sales - a.sales);
  }
  return { gross, admits, price, sales };
}
