/** A partition of `sale` for each business day that is stored. */
import type pg from 'pg';
import type { BusinessDay } from '../domain/rollup.ts';
import { sql, textArray } from '../lib/sql.ts';
import type { Queryable } from './select.ts';

const addPartitions = sql`select add_sale_partition(day) from unnest($1::date[]) as day order by day`;

/** Makes the partitions that these days still need; an archived day gets none. */
export async function addSalePartitions(connection: Queryable, days: readonly BusinessDay[]): Promise<void> {
  await connection.query(addPartitions, [textArray(days)]);
}

interface DatedSale {
  readonly businessDay: BusinessDay;
}

/** Days that were seen to have their partitions, so that a batch of known days costs no question. */
export class SalePartitions {
  readonly #pool: pg.Pool;
  readonly #known = new Set<BusinessDay>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Makes sure of the partitions of a batch. */
  async hold(sales: readonly DatedSale[]): Promise<void> {
    const missing = new Set<BusinessDay>();
    let last: BusinessDay | undefined;
    for (const { businessDay } of sales) {
      if (businessDay !== last && !this.#known.has(businessDay)) missing.add(businessDay);
      last = businessDay;
    }
    if (missing.size === 0) return;
    await addSalePartitions(this.#pool, [...missing]);
    for (const day of missing) this.#known.add(day);
  }

  /**
   * The same after a batch was refused, whatever is known: a reset brings days back into use that were archived.
   * @param isRefusal says of an error that the day itself is at fault: it is left out
   */
  async renew(sales: readonly DatedSale[], isRefusal: (error: unknown) => boolean): Promise<void> {
    this.#known.clear();
    for (const businessDay of new Set(sales.map((sale) => sale.businessDay))) {
      try {
        await this.hold([{ businessDay }]);
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
  }
}
