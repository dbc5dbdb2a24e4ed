import { useState } from 'react';
import { inHeldOrder, orderChanges, type TheatreRow } from './theatre-rows.ts';

interface RowOrder {
  readonly rows: readonly TheatreRow[];
  /** Rows that would stand elsewhere if they might move. */
  readonly changes: number;
  /** Lets them move now. */
  apply(): void;
}

/**
 * The rows in the order wanted; while `held` (pointer or focus is in the table) in the order they had, with the figures
 * of now. `reason` is what the user chose (sorting, filter, day): when it changes, rows move at once.
 */
export function useRowOrder(wanted: readonly TheatreRow[], held: boolean, reason: string): RowOrder {
  const [kept, setKept] = useState<{ ids: readonly number[]; reason: string } | null>(null);
  const take = (): { ids: readonly number[]; reason: string } => ({
    ids: wanted.map(({ theater }) => theater.id),
    reason,
  });
  if (held && kept?.reason !== reason) setKept(take());
  if (!held && kept !== null) setKept(null);
  const rows = held && kept?.reason === reason ? inHeldOrder(wanted, kept.ids) : wanted;
  return { rows, changes: orderChanges(rows, wanted), apply: () => setKept(take()) };
}
