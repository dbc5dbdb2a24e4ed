import { createContext, type ReactNode, useContext, useMemo } from 'react';
import {
  decimalAmount,
  formatCents,
  formatCompactCents,
  formatGap,
  formatWholeUnits,
  unitOf,
} from '../../../backend/domain/money.ts';

interface AmountsState {
  /** ISO 4217 code. */
  readonly currency: string;
  /** Whether amounts are covered. */
  readonly hidden: boolean;
}

const AmountsContext = createContext<AmountsState>({ currency: 'USD', hidden: false });

/** Says in which currency amounts stand, and whether they are covered, for all below. */
export function AmountsProvider({ currency, hidden, children }: AmountsState & { readonly children: ReactNode }) {
  const value = useMemo(() => ({ currency, hidden }), [currency, hidden]);
  return <AmountsContext value={value}>{children}</AmountsContext>;
}

const covered = '\u2022\u2022\u2022\u2022';

export interface Amounts {
  readonly hidden: boolean;
  /** Minor units in one unit of the currency: 100 for USD, 1 for JPY. */
  readonly unit: number;
  readonly exact: (cents: bigint | number) => string;
  readonly compact: (cents: bigint | number) => string;
  /** Rounded to whole units. */
  readonly whole: (cents: bigint | number) => string;
  /** Gained or lost, signed and short. */
  readonly gap: (cents: bigint) => string;
  /** For files: text with a point and the digits of the currency, also while amounts are covered. */
  readonly decimal: (cents: bigint | number) => string;
}

/** Formatters that respect the covered mode: for charts and text. */
export function useAmounts(): Amounts {
  const { currency, hidden } = useContext(AmountsContext);
  return useMemo(
    () => ({
      hidden,
      exact: (cents) => (hidden ? covered : formatCents(cents, currency)),
      unit: Number(unitOf(currency)),
      compact: (cents) => (hidden ? covered : formatCompactCents(cents, currency)),
      whole: (cents) => (hidden ? covered : formatWholeUnits(cents, currency)),
      gap: (cents) => (hidden ? covered : formatGap(cents, currency)),
      decimal: (cents) => decimalAmount(cents, currency),
    }),
    [currency, hidden],
  );
}

interface AmountProps {
  /** null is unknown and shows a dash. */
  readonly cents: bigint | number | null;
  readonly compact?: boolean;
}

/** An amount: exact in tables; compact in tiles, with the exact figure on hover and for screen readers. */
export function Amount({ cents, compact = false }: AmountProps) {
  const amounts = useAmounts();
  if (cents === null)
    return (
      <span role="img" aria-label="unknown">
        {'\u2014'}
      </span>
    );
  if (amounts.hidden)
    return (
      <span aria-label="amount hidden" role="img">
        {covered}
      </span>
    );
  const exact = amounts.exact(cents);
  if (!compact) return <>{exact}</>;
  return (
    <span title={exact} role="img" aria-label={exact}>
      {amounts.compact(cents)}
    </span>
  );
}
