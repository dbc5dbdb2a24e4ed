import { type Change, changeOf, unknownChange } from '../../../backend/domain/change.ts';
import type { RevenueBucket } from './revenue-picture.ts';

/** How a bucket stands to that of the compared day, and by how much; unknown where one of them is. */
export function bucketChange({ grossCents, ghostCents, sales, ghostSales }: RevenueBucket): {
  readonly change: Change;
  readonly gap?: bigint;
} {
  if (grossCents === null || ghostCents === null || sales === null || ghostSales === null) {
    return { change: unknownChange };
  }
  const change = changeOf(
    'gross',
    { grossCents, sales, admits: 0 },
    { grossCents: ghostCents, sales: ghostSales, admits: 0 },
  );
  return { change, gap: grossCents - ghostCents };
}
