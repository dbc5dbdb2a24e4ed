import type { Measures } from '../../../../backend/domain/measures.ts';
import { averageTicketPrice, change } from '../../../../backend/domain/money.ts';
import type { DaySeries } from './day-series.ts';
import type { ComparedDay } from './revenue-spans.ts';

const minuteMs = 60_000;
const sparkPoints = 30;

/** Changes against the same weekday last week; null where there is nothing to compare with. */
export interface TileChanges {
  readonly gross: number | null;
  readonly admits: number | null;
  readonly price: number | null;
  readonly sales: number | null;
}

/** Shapes of the tiles, oldest first. */
export interface TileShapes {
  readonly gross: readonly (number | null)[];
  readonly admits: readonly (number | null)[];
  readonly price: readonly (number | null)[];
  readonly sales: readonly (number | null)[];
}

/**
 * Both days up to the same whole minute, so that like is compared with like and anyone can check it; sales of the last
 * whole minute. `minute` is the start of the minute that is open.
 */
export function changesAt({ now, ghost }: ComparedDay, minute: number): TileChanges {
  if (ghost === null) return { gross: null, admits: null, price: null, sales: null };
  const { series, sameTime } = ghost;
  return {
    ...changesOf(now.before(minute), series.before(sameTime(minute))),
    sales: change(
      BigInt(salesIn(now, minute - minuteMs, minute)),
      BigInt(salesIn(series, sameTime(minute - minuteMs), sameTime(minute))),
    ),
  };
}

/** Changes of whole days. */
export function changesOf(now: Measures, before: Measures): TileChanges {
  const price = averageTicketPrice(now);
  const priceBefore = averageTicketPrice(before);
  return {
    gross: change(now.grossCents, before.grossCents),
    admits: change(BigInt(now.admits), BigInt(before.admits)),
    price: price === null || priceBefore === null ? null : change(price, priceBefore),
    sales: change(BigInt(now.sales), BigInt(before.sales)),
  };
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

function salesIn(series: DaySeries, from: number, to: number): number {
  return series.before(to).sales - series.before(from).sales;
}
