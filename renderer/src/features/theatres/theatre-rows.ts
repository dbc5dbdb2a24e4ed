import type { Change } from '../../../../backend/domain/change.ts';
import { addMeasures, type Measures, noMeasures } from '../../../../backend/domain/measures.ts';
import { averageTicketPrice, share } from '../../../../backend/domain/money.ts';
import { type Occupancy, occupancyOf } from '../../../../backend/domain/occupancy.ts';
import type { RankedTheater, Theater } from '../../../../backend/domain/question.ts';

/** A theatre's line of the table. */
export interface TheatreRow {
  readonly theater: Theater;
  /** null: nothing sold that day, so it has no rank. */
  readonly rank: number | null;
  readonly measures: Measures;
  readonly change: Change;
  /** Gained or lost up to the same instant, in minor units; null where nothing is compared. */
  readonly gap: bigint | null;
  readonly price: bigint | null;
  readonly occupancy: Occupancy;
  /** Of the gross of all theatres; null while that is zero. */
  readonly share: number | null;
}

export type SortKey =
  | 'rank'
  | 'theatre'
  | 'city'
  | 'gross'
  | 'gap'
  | 'change'
  | 'admits'
  | 'price'
  | 'occupancy'
  | 'refunds'
  | 'share';

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** What rows are made with beside the leaderboard. */
export interface RowContext {
  readonly changeOf: (theaterId: number) => Change;
  readonly gapOf: (theaterId: number) => bigint | null;
  /** Up to when showings count as begun. */
  readonly showings: Parameters<typeof occupancyOf>[2];
}

/** A row for every theatre of the catalogue; those without a sale have no rank. */
export function theatreRows(
  theaters: Iterable<Theater>,
  leaderboard: readonly RankedTheater[],
  { changeOf, gapOf, showings }: RowContext,
): TheatreRow[] {
  const ranked = new Map(leaderboard.map((row) => [row.theaterId, row]));
  const total = totalOf(leaderboard).grossCents;
  return [...theaters].map((theater) => {
    const row = ranked.get(theater.id);
    const measures = row?.measures ?? noMeasures;
    return {
      theater,
      rank: row?.rank ?? null,
      measures,
      change: changeOf(theater.id),
      gap: gapOf(theater.id),
      price: averageTicketPrice(measures),
      occupancy: occupancyOf(theater, measures.admits, showings),
      share: share(measures.grossCents, total),
    };
  });
}

export function totalOf(rows: readonly { readonly measures: Measures }[]): Measures {
  return rows.reduce((sum, row) => addMeasures(sum, row.measures), noMeasures);
}

/** Rows whose name or city holds every word of the text. */
export function filterRows(rows: readonly TheatreRow[], text: string): readonly TheatreRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter(({ theater }) => {
    const where = `${theater.name} ${theater.city}`.toLowerCase();
    return words.every((word) => where.includes(word));
  });
}

/** Sorted rows; what is unknown comes last in both directions, ties by theatre id. */
export function sortRows(rows: readonly TheatreRow[], { key, descending }: Sort): readonly TheatreRow[] {
  const way = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = sortValue(a, key);
    const right = sortValue(b, key);
    if (left === null || right === null) {
      if (left !== right) return left === null ? 1 : -1;
    } else if (left < right) return -way;
    else if (left > right) return way;
    return a.theater.id - b.theater.id;
  });
}

function sortValue(row: TheatreRow, key: SortKey): string | number | bigint | null {
  switch (key) {
    case 'rank':
      return row.rank;
    case 'theatre':
      return row.theater.name.toLowerCase();
    case 'city':
      return row.theater.city.toLowerCase();
    case 'gross':
      return row.rank === null ? null : row.measures.grossCents;
    case 'gap':
      return row.gap;
    case 'change':
      return row.change.kind === 'known' ? row.change.ratio : null;
    case 'admits':
      return row.measures.admits;
    case 'price':
      return row.price;
    case 'occupancy':
      return 'ratio' in row.occupancy ? row.occupancy.ratio : null;
    case 'refunds':
      return row.measures.refundCents;
    case 'share':
      return row.share;
    default:
      return key satisfies never;
  }
}

/** Rows in the order of the ids held; those that are not among them come last, in their own order. */
export function inHeldOrder(rows: readonly TheatreRow[], held: readonly number[]): readonly TheatreRow[] {
  const place = new Map(held.map((id, index) => [id, index]));
  const placeOf = ({ theater }: TheatreRow): number => place.get(theater.id) ?? held.length;
  return [...rows].sort((a, b) => placeOf(a) - placeOf(b));
}

/** How many rows stand elsewhere than they should. */
export function orderChanges(shown: readonly TheatreRow[], wanted: readonly TheatreRow[]): number {
  return shown.reduce((count, row, index) => count + (row.theater.id === wanted[index]?.theater.id ? 0 : 1), 0);
}
