import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { formatCents, formatCompactCents } from '../../../backend/domain/money.ts';

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

/** Formatters that respect the covered mode: for charts and text. */
export function useAmounts(): {
  readonly hidden: boolean;
  readonly exact: (cents: bigint | number) => string;
  readonly compact: (cents: bigint | number) => string;
} {
  const { currency, hidden } = useContext(AmountsContext);
  return useMemo(
    () => ({
      hidden,
      exact: (cents) => (hidden ? covered : formatCents(cents, currency)),
      compact: (cents) => (hidden ? covered : formatCompactCents(cents, currency)),
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
