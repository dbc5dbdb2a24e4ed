import type { BusinessCalendar } from '../domain/business-day.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import type { FaultShares, SimulatorSettings } from '../domain/status.ts';
import { type Channel, channels, encodeTicketSale, type TicketSaleEvent } from '../domain/ticket-sale.ts';
import { Demand } from './demand.ts';
import { spoil } from './malformed.ts';
import { ticketCents } from './prices.ts';
import { Random, runningSums, uuidV7 } from './random.ts';
import type { RateProfile } from './rate-profile.ts';
import { Showtimes } from './showtimes.ts';

export type Fault = keyof FaultShares;

/** A message for the log, with the fault that was made on purpose. */
export interface GeneratedMessage {
  readonly key: string;
  readonly value: Uint8Array;
  readonly fault: Fault | null;
}

/** What can change while events are generated. */
export type GeneratorMix = Pick<SimulatorSettings, 'scenario' | 'faults'>;

export interface GeneratorOptions {
  readonly seed: number;
  /** First possible arrival, epoch ms. */
  readonly start: number;
  readonly profile: RateProfile;
  readonly mix: GeneratorMix;
  readonly calendar: BusinessCalendar;
  readonly catalogue: Catalogue;
  readonly currency: string;
}

interface RefundableSale {
  readonly event: TicketSaleEvent;
  readonly soldAt: number;
}

interface Held {
  readonly release: number;
  readonly message: GeneratedMessage;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Sales that a refund may refer to, and messages that may be sent again. */
const refundableSales = 4096;
const resendable = 256;
const refundShare = { usual: 0.03, storm: 0.25 };
const complimentaryShare = 0.005;
const faultOrder = ['duplicates', 'late', 'malformed', 'outOfOrder'] as const satisfies readonly Fault[];
const channelSums = runningSums([0.52, 0.24, 0.17, 0.07]);
const ticketSums = runningSums([0.28, 0.42, 0.14, 0.1, 0.04, 0.02]);

/**
 * Ticket sales as a Poisson process: pure, and fixed by its options. The same seed, start, profile and mix give the
 * same messages, whatever slices they are taken in. Times are epoch ms.
 */
export class SaleGenerator {
  readonly #options: GeneratorOptions;
  readonly #random: Random;
  readonly #demand: Demand;
  readonly #showtimes: Showtimes;
  readonly #refundable: RefundableSale[] = [];
  readonly #recent: GeneratedMessage[] = [];
  #recentTurn = 0;
  #held: Held[] = [];
  #profile: RateProfile;
  #mix: GeneratorMix;
  #faultSums: readonly number[];
  #next: number;
  #midnightTurn = 0;
  /** The business day of the last arrival in the midnight scenario. */
  #dayStart = 0;
  #dayEnd = 0;
  #malformedTurn = 0;

  constructor(options: GeneratorOptions) {
    this.#options = options;
    // The start is part of the seed, so that two runs of one seed never make the same id twice.
    this.#random = new Random(options.seed, options.start, Math.floor(options.start / 0x1_0000_0000));
    this.#demand = new Demand(options.catalogue, options.seed);
    this.#showtimes = new Showtimes(options.calendar.zone);
    this.#profile = options.profile;
    this.#mix = options.mix;
    this.#faultSums = faultSums(options.mix.faults);
    this.#next = this.#arrivalAfter(options.start);
  }

  /** When the next message is due. */
  get position(): number {
    return Math.min(this.#next, this.#held[0]?.release ?? Number.POSITIVE_INFINITY);
  }

  /** At most `limit` messages that are due by `until`, in the order in which they are to be sent. */
  take(until: number, limit: number): GeneratedMessage[] {
    const messages: GeneratedMessage[] = [];
    while (messages.length < limit && this.position <= until) {
      const held = this.#held[0];
      if (held !== undefined && held.release <= this.#next) {
        this.#held.shift();
        messages.push(this.#sent(held.message));
        continue;
      }
      const at = this.#next;
      this.#next = this.#arrivalAfter(at);
      const message = this.#arrive(at);
      if (message !== null) messages.push(message);
    }
    return messages;
  }

  /** Messages held back to be out of order, for a run that ends. */
  takeHeld(): GeneratedMessage[] {
    const held = this.#held;
    this.#held = [];
    return held.map(({ message }) => this.#sent(message));
  }

  /** Moves everything still to come by `ms`. */
  shift(ms: number): void {
    this.#next += ms;
    this.#held = this.#held.map((held) => ({ ...held, release: held.release + ms }));
  }

  /** Goes on from `now` with another rate or mix. Arrivals have no memory, so the next one is drawn anew. */
  change(now: number, profile: RateProfile, mix: GeneratorMix): void {
    this.#profile = profile;
    this.#mix = mix;
    this.#faultSums = faultSums(mix.faults);
    this.#next = this.#arrivalAfter(now);
  }

  #arrivalAfter(ms: number): number {
    for (let at = ms; ; ) {
      const { perSecond, until } = this.#profile(at);
      const next = perSecond > 0 ? at + (this.#random.exponential() * 1000) / perSecond : Number.POSITIVE_INFINITY;
      if (next < until || until === Number.POSITIVE_INFINITY) return next;
      at = until;
    }
  }

  /** The arrival's message, or null when it is held back. */
  #arrive(at: number): GeneratedMessage | null {
    const fault = faultOrder[this.#random.weighted(this.#faultSums)] ?? null;
    if (fault === 'duplicates') {
      const again = this.#recent[this.#random.below(this.#recent.length)];
      if (again !== undefined) return { ...again, fault };
      return this.#sent(message(this.#makeEvent(Math.floor(at)), null));
    }
    if (fault === 'late') {
      // Two minutes to six hours, evenly on a logarithmic scale.
      const delay = 2 * minuteMs * 180 ** this.#random.unit();
      return this.#sent(message(this.#makeEvent(Math.floor(at - delay)), fault));
    }
    if (fault === 'malformed') {
      const spoilt = spoil(this.#makeSale(Math.floor(at)), this.#malformedTurn++);
      return { ...spoilt, fault };
    }
    if (fault === 'outOfOrder') {
      this.#hold(message(this.#makeEvent(Math.floor(at)), fault), at + 500 + 2500 * this.#random.unit());
      return null;
    }
    return this.#sent(message(this.#makeEvent(Math.floor(at)), null));
  }

  #sent(sent: GeneratedMessage): GeneratedMessage {
    this.#recent[this.#recentTurn++ % resendable] = sent;
    return sent;
  }

  #hold(held: GeneratedMessage, release: number): void {
    let index = this.#held.length;
    while (index > 0 && (this.#held[index - 1]?.release ?? 0) > release) index--;
    this.#held.splice(index, 0, { release, message: held });
  }

  #makeEvent(at: number): TicketSaleEvent {
    const storm = this.#mix.scenario === 'refund-storm';
    const isRefund = this.#random.unit() < (storm ? refundShare.storm : refundShare.usual);
    const refund = isRefund ? this.#makeRefund(at) : null;
    if (refund !== null) return refund;

    const event = this.#makeSale(at);
    const refundable = { event, soldAt: Date.parse(event.soldAt) };
    if (this.#refundable.length < refundableSales) this.#refundable.push(refundable);
    else this.#refundable[this.#random.below(refundableSales)] = refundable;
    return event;
  }

  #makeSale(at: number): TicketSaleEvent {
    const random = this.#random;
    const soldAt = this.#soldAt(at);
    const premiere = this.#mix.scenario === 'premiere';
    const day = Math.floor(soldAt / dayMs);
    const { theater, movie } = this.#demand.pick(random, day, { premiere });
    const { showtime, hour } = this.#showtimes.pick(random, theater, movie.id, soldAt);
    const channel: Channel = channels[random.weighted(channelSums)] ?? 'online';
    const tickets = 1 + random.weighted(ticketSums);
    const weekday = new Date(showtime).getUTCDay();
    const price = ticketCents(theater, channel, hour, weekday === 0 || weekday === 6);
    const complimentary = random.unit() < complimentaryShare;
    return {
      v: 1,
      id: uuidV7(soldAt, random),
      type: 'sale',
      theaterId: theater.id,
      movieId: movie.id,
      showtime: new Date(showtime).toISOString(),
      channel,
      tickets,
      amountCents: complimentary ? 0 : tickets * price,
      currency: this.#options.currency,
      soldAt: new Date(soldAt).toISOString(),
    };
  }

  /** Gives back all or some of the tickets of an earlier sale, which is then not refunded again; null when there is none. */
  #makeRefund(at: number): TicketSaleEvent | null {
    const index = this.#random.below(this.#refundable.length);
    const sale = this.#refundable[index];
    const last = this.#refundable.pop();
    if (sale === undefined || last === undefined) return null;
    if (sale !== last) this.#refundable[index] = last;

    const soldAt = Math.max(this.#soldAt(at), sale.soldAt + 1);
    const { event } = sale;
    const whole = this.#random.unit() < 0.7;
    const tickets = whole ? event.tickets : 1 + this.#random.below(event.tickets);
    return {
      v: 1,
      id: uuidV7(soldAt, this.#random),
      type: 'refund',
      refundOf: event.id,
      theaterId: event.theaterId,
      movieId: event.movieId,
      showtime: event.showtime,
      channel: event.channel,
      tickets,
      amountCents: (event.amountCents / event.tickets) * tickets,
      currency: event.currency,
      soldAt: new Date(soldAt).toISOString(),
    };
  }

  /** The instant of sale; in the midnight scenario, by turns just before and just after the nearest cut-over. */
  #soldAt(at: number): number {
    if (this.#mix.scenario !== 'midnight') return at;
    if (at < this.#dayStart || at >= this.#dayEnd) {
      const { calendar } = this.#options;
      const day = calendar.dayOf(at);
      this.#dayStart = calendar.startOf(day);
      this.#dayEnd = calendar.endOf(day);
    }
    // The nearer one, which is never more than half a day ahead: the console refuses what is a day ahead.
    const boundary = this.#dayEnd - at < 12 * hourMs ? this.#dayEnd : this.#dayStart;
    const distance = this.#random.below(5 * minuteMs);
    return this.#midnightTurn++ % 2 === 0 ? boundary - 1 - distance : boundary + distance;
  }
}

function message(event: TicketSaleEvent, fault: Fault | null): GeneratedMessage {
  return { key: String(event.theaterId), value: encodeTicketSale(event), fault };
}

/** For a draw from `faultOrder`, and beyond it for no fault. Shares of more than everything are scaled down to it. */
function faultSums(shares: FaultShares): readonly number[] {
  const weights = faultOrder.map((fault) => shares[fault]);
  const faulty = weights.reduce((sum, share) => sum + share, 0);
  return runningSums([...weights, Math.max(0, 1 - faulty)]);
}
