import type { Measures } from '../domain/measures.ts';
import type { TicketSale } from '../domain/ticket-sale.ts';

/** Measures that are added to in place: a batch of hundreds of sales must not make as many objects. */
export class Tally {
  grossCents = 0n;
  refundCents = 0n;
  sales = 0;
  refunds = 0;
  admits = 0;
  /** The live window's revision at which it last changed. */
  revision = 0;

  static of(measures: Measures): Tally {
    const tally = new Tally();
    tally.addMeasures(measures);
    return tally;
  }

  /** Adds a sale or takes off a refund; `amount` is its amountCents as a bigint. */
  add(sale: TicketSale, amount: bigint): void {
    if (sale.kind === 1) {
      this.grossCents += amount;
      this.sales += 1;
      this.admits += sale.tickets;
    } else {
      this.grossCents -= amount;
      this.refundCents += amount;
      this.refunds += 1;
      this.admits -= sale.tickets;
    }
  }

  addMeasures(measures: Measures): void {
    this.grossCents += measures.grossCents;
    this.refundCents += measures.refundCents;
    this.sales += measures.sales;
    this.refunds += measures.refunds;
    this.admits += measures.admits;
  }

  measures(): Measures {
    const { grossCents, refundCents, sales, refunds, admits } = this;
    return { grossCents, refundCents, sales, refunds, admits };
  }
}

/** The tally of a key, made when it is new. */
export function tallyAt(tallies: Map<number, Tally>, key: number): Tally {
  let tally = tallies.get(key);
  if (!tally) {
    tally = new Tally();
    tallies.set(key, tally);
  }
  return tally;
}
