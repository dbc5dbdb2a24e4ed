import { Amount } from './amount.tsx';

interface DayTotalProps {
  /** Business day whose gross it is. */
  readonly day: string | null;
  /** Version of the day that it holds. */
  readonly version: number | null;
  readonly cents: bigint;
  readonly compact?: boolean;
}

/** The gross of a whole business day, marked with the version it is of: equal versions must show equal totals. */
export function DayTotal({ day, version, cents, compact = false }: DayTotalProps) {
  return (
    <span data-total-of={day ?? undefined} data-version={version ?? undefined}>
      <Amount cents={cents} compact={compact} />
    </span>
  );
}
