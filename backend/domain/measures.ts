/**
 * What every rollup row, leaderboard row and series point counts.
 * Money is integer cents as bigint (a day of 10^9-cent events passes 2^53); counts are safe integers.
 */
export interface Measures {
  /** Sales minus refunds, in cents. */
  readonly grossCents: bigint;
  /** What was given back, in cents, as a positive number. */
  readonly refundCents: bigint;
  /** Events of type sale. */
  readonly sales: number;
  /** Events of type refund. */
  readonly refunds: number;
  /** Tickets sold minus tickets refunded. */
  readonly admits: number;
}

export const noMeasures: Measures = { grossCents: 0n, refundCents: 0n, sales: 0, refunds: 0, admits: 0 };

/** The sum of two measures, field by field. */
export function addMeasures(a: Measures, b: Measures): Measures {
  return {
    grossCents: a.grossCents + b.grossCents,
    refundCents: a.refundCents + b.refundCents,
    sales: a.sales + b.sales,
    refunds: a.refunds + b.refunds,
    admits: a.admits + b.admits,
  };
}

/** Whether two measures agree to the cent and to the ticket. */
export function sameMeasures(a: Measures, b: Measures): boolean {
  return (
    a.grossCents === b.grossCents &&
    a.refundCents === b.refundCents &&
    a.sales === b.sales &&
    a.refunds === b.refunds &&
    a.admits === b.admits
  );
}
