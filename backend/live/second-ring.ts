import type { SecondBucket } from '../domain/live.ts';
import type { TicketSale } from '../domain/ticket-sale.ts';

/** Length of the live window, in seconds. */
const windowSeconds = 300;

interface Slot {
  at: number;
  grossCents: bigint;
  sales: number;
  admits: number;
  revision: number;
}

/** The last 300 seconds by the instant of sale; a slot is reused when its second has left the window. */
export class SecondRing {
  readonly #slots: Slot[] = Array.from({ length: windowSeconds }, () => emptySlot(Number.NEGATIVE_INFINITY));

  /** Adds a sale to its second; false when that second is outside the window that ends at `now` (epoch ms). */
  add(sale: TicketSale, amount: bigint, now: number, revision: number): boolean {
    const slot = this.#slotAt(sale.soldAt, now);
    if (!slot) return false;
    slot.grossCents += sale.kind === 1 ? amount : -amount;
    slot.admits += sale.kind * sale.tickets;
    if (sale.kind === 1) slot.sales += 1;
    slot.revision = revision;
    return true;
  }

  /** Takes a second as stored. */
  seed(second: SecondBucket, now: number, revision: number): void {
    const slot = this.#slotAt(second.at, now);
    if (slot) Object.assign(slot, { ...second, at: slot.at, revision });
  }

  /** Seconds of the window that ends at `now`, changed after `revision`, in the order of time. */
  changedSince(revision: number, now: number): { bucket: SecondBucket; slot: { revision: number } }[] {
    const first = firstSecond(now);
    return this.#slots
      .filter((slot) => slot.at >= first && slot.at <= now && slot.revision > revision)
      .sort((a, b) => a.at - b.at)
      .map((slot) => ({
        bucket: { at: slot.at, grossCents: slot.grossCents, sales: slot.sales, admits: slot.admits },
        slot,
      }));
  }

  /** Sales in the last `seconds` seconds, the current one included. */
  salesInLast(seconds: number, now: number): number {
    const first = secondOf(now) - (seconds - 1) * 1000;
    let sales = 0;
    for (const slot of this.#slots) if (slot.at >= first && slot.at <= now) sales += slot.sales;
    return sales;
  }

  clear(): void {
    for (const slot of this.#slots) Object.assign(slot, emptySlot(Number.NEGATIVE_INFINITY));
  }

  #slotAt(at: number, now: number): Slot | undefined {
    const second = secondOf(at);
    if (second < firstSecond(now) || second > now) return undefined;
    const slot = this.#slots[(second / 1000) % windowSeconds];
    if (slot && slot.at !== second) Object.assign(slot, emptySlot(second));
    return slot;
  }
}

function emptySlot(at: number): Slot {
  return { at, grossCents: 0n, sales: 0, admits: 0, revision: 0 };
}

function secondOf(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

function firstSecond(now: number): number {
  return secondOf(now) - (windowSeconds - 1) * 1000;
}
