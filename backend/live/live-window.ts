import type { BusinessCalendar } from '../domain/business-day.ts';
import { type LiveFrame, newestFirst, type SecondBucket } from '../domain/live.ts';
import type { SeriesPoint } from '../domain/question.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import type { StageLatencies } from '../domain/status.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommittedBatch } from '../ports/sale-store.ts';
import { DayAccount, type DaySeed, emptyDay } from './day-account.ts';
import { RecentSamples } from './percentiles.ts';
import { RateMeter } from './rate-meter.ts';
import { SecondRing } from './second-ring.ts';
import type { Tally } from './tally.ts';

const recentSales = 50;
const recentSalesInTick = 20;
const leaders = 5;
const latencySamplesInTick = 8;
const latencySamplesKept = 64;
/** An event older than this when it was stored was not produced live and says nothing of our latency. */
const liveLatencyMs = 60_000;
/** What the buckets of a tick may take, in bytes as JSON, so that the whole stays within 16 KB. */
const tickBucketBytes = 7_500;
const secondBytes = 100;
const minuteBytes = 150;
/** Buckets of now come first in a tick, so that a backlog of old ones never holds the picture back. */
const newestSeconds = 10;
const newestMinutes = 2;

/** Everything the window starts from, read in one snapshot of the database. */
export interface LiveSeed {
  /** The store's offset per partition: a batch that ends no further is in this seed already. */
  readonly offsets: ReadonlyMap<number, bigint>;
  /** The store's `offsetsOfOthers`. */
  readonly offsetsOfOthers: bigint;
  /** The current business day, and those after it that hold sales already (a sale may be up to a day ahead). */
  readonly days: readonly DaySeed[];
  /** Seconds of the last 5 minutes. */
  readonly seconds: readonly SecondBucket[];
  /** Newest first. */
  readonly recent: readonly SaleLine[];
  readonly ledger: { readonly events: number; readonly grossCents: bigint };
  /** When the last batch was committed, epoch ms; null when unknown. */
  readonly committedAt: number | null;
}

interface RecentSale {
  readonly sale: SaleLine;
  readonly revision: number;
}

interface Dirty<B> {
  readonly bucket: B;
  /** Where its revision is kept. */
  readonly holder: { revision: number };
}

/**
 * What the Live screen shows, kept by adding up committed batches; it never reads the read model, so that the two can
 * be compared. Each bucket and sale knows the revision at which it last changed, and a frame holds what changed since
 * the revision of the frame before. Business days roll over by the clock, with or without sales.
 */
export class LiveWindow {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #seconds = new SecondRing();
  readonly #rate = new RateMeter();
  readonly #stored = new RecentSamples(2048, 60_000);
  readonly #projected = new RecentSamples(512, 60_000);
  /** Accounts of the current business day and of later ones. */
  readonly #accounts = new Map<BusinessDay, DayAccount>();
  #calendar: BusinessCalendar;
  #current: DayAccount;
  /** When the current business day ends, epoch ms. */
  #dayEnd = 0;
  #ledgerEvents = 0;
  #ledgerCents = 0n;
  #committedAt: number | null = null;
  /** Newest first. */
  #recent: RecentSale[] = [];
  #latencySamples: { readonly soldAt: number; readonly revision: number }[] = [];
  #revision = 1;
  /** Frames older than this cannot be mended by a tick: the day or everything was replaced. */
  #snapshotRevision = 1;
  #shownRates = '';
  /** The offsets of the last seed. */
  #seededOffsets: ReadonlyMap<number, bigint> = new Map();
  /** Per partition up to where it has counted: of the last seed, and of the batches since. */
  #offsets = new Map<number, bigint>();
  #offsetsOfOthers = 0n;
  /** Batches told while a seed is being read: it may or may not hold them. */
  #told: CommittedBatch[] | null = null;
  #seeding: Promise<void> = Promise.resolve();

  constructor(options: { calendar: BusinessCalendar; clock: Clock }) {
    this.#calendar = options.calendar;
    this.#clock = options.clock;
    this.#current = this.#openDay(this.#clock.now());
  }

  /**
   * Starts over from what is stored: at start-up, after a rebuild, a reset or a gap in the batches told, or with another
   * calendar. Batches may go on being committed while `read` reads: each is counted once, whether the seed has it or not.
   * Rejects as `read` does, and then nothing has changed.
   */
  reseed(read: () => Promise<LiveSeed>, calendar: BusinessCalendar = this.#calendar): Promise<void> {
    const seeding = this.#seeding.then(async () => {
      this.#told = [];
      try {
        const seed = await read();
        const told = this.#told;
        this.#told = null;
        this.#seed(seed, calendar);
        for (const batch of told) this.#count(batch);
      } finally {
        this.#told = null;
      }
      this.#tell();
    });
    this.#seeding = seeding.catch(() => undefined);
    return seeding;
  }

  /** Adds a committed batch: about 0.1 ms for 500 sales. */
  committed(batch: CommittedBatch): void {
    this.#told?.push(batch);
    this.#rate.add(batch.inserted.length, this.#clock.now());
    this.#count(batch);
    this.#tell();
  }

  /** A batch committed at `committedAt` is in the read model since `projectedAt` (epoch ms). */
  projected(committedAt: number, projectedAt: number): void {
    this.#projected.add(Math.max(0, projectedAt - committedAt), projectedAt);
  }

  /** Up to where it has counted: what is stored beyond these offsets is not in it yet. */
  place(): { readonly offsets: ReadonlyMap<number, bigint>; readonly offsetsOfOthers: bigint } {
    return { offsets: this.#offsets, offsetsOfOthers: this.#offsetsOfOthers };
  }

  /** Over the last minute at most. */
  latencies(): Pick<StageLatencies, 'stored' | 'projected'> {
    const now = this.#clock.now();
    return { stored: this.#stored.percentiles(now), projected: this.#projected.percentiles(now) };
  }

  /** Everything. `sequence` is 0: the sender counts. */
  snapshot(): LiveFrame {
    const now = this.#advance();
    return {
      ...this.#frame('snapshot', now),
      seconds: this.#seconds.changedSince(0, now).map(({ bucket }) => bucket),
      minutes: this.#changedMinutes(-1).map(({ bucket }) => bucket),
      recent: this.#recent.map(({ sale }) => sale),
      latencySample: [],
    };
  }

  /** Revision of the state; a snapshot taken now holds all up to it. */
  revision(): number {
    this.#advance();
    return this.#revision;
  }

  /**
   * What changed after `revision`, and the revision to pass next time; null when nothing did. A tick is kept within
   * 16 KB: buckets that do not fit are in the next one. After a new business day or a seed it is a snapshot.
   */
  changesSince(revision: number): { frame: LiveFrame; revision: number } | null {
    const now = this.#advance();
    if (revision === this.#revision) return null;
    if (revision < this.#snapshotRevision || revision > this.#revision) {
      return { frame: this.snapshot(), revision: this.#revision };
    }
    const seconds = this.#seconds.changedSince(revision, now).map(({ bucket, slot }) => ({ bucket, holder: slot }));
    const { sentRevision, ...buckets } = this.#fit(seconds, this.#changedMinutes(revision));
    const samples = this.#latencySamples.filter((sample) => sample.revision > revision);
    const frame: LiveFrame = {
      ...this.#frame('tick', now),
      ...buckets,
      recent: this.#recent
        .filter((recent) => recent.revision > revision)
        .slice(0, recentSalesInTick)
        .map(({ sale }) => sale),
      latencySample: spread(samples, latencySamplesInTick).map(({ soldAt }) => soldAt),
    };
    return { frame, revision: sentRevision };
  }

  /** Calls back after each committed batch and seed. Returns the unsubscriber. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #seed(seed: LiveSeed, calendar: BusinessCalendar): void {
    const now = this.#clock.now();
    this.#calendar = calendar;
    this.#seededOffsets = new Map(seed.offsets);
    this.#offsets = new Map(seed.offsets);
    this.#offsetsOfOthers = seed.offsetsOfOthers;
    this.#accounts.clear();
    for (const day of seed.days) this.#accounts.set(day.day, new DayAccount(day));
    this.#current = this.#openDay(now);
    this.#ledgerEvents = seed.ledger.events;
    this.#ledgerCents = seed.ledger.grossCents;
    this.#committedAt = seed.committedAt;
    this.#revision += 1;
    this.#snapshotRevision = this.#revision;
    this.#seconds.clear();
    for (const second of seed.seconds) this.#seconds.seed(second, now, this.#revision);
    this.#recent = seed.recent.slice(0, recentSales).map((sale) => ({ sale, revision: this.#revision }));
    this.#latencySamples = [];
  }

  #count(batch: CommittedBatch): void {
    const seeded = this.#seededOffsets.get(batch.partition);
    if (seeded !== undefined && batch.nextOffset <= seeded) return;
    this.#offsets.set(batch.partition, batch.nextOffset);
    const now = this.#clock.now();
    this.#rollOver(now);
    this.#revision += 1;
    const revision = this.#revision;
    for (const sale of batch.inserted) this.#add(sale, batch.committedAt, now, revision);
    this.#ledgerEvents += batch.inserted.length;
    for (const row of batch.changes.days) this.#account(row.day)?.reached(row);
    this.#committedAt = batch.committedAt;
    this.#keepRecent(batch.inserted, revision);
    this.#keepLatencySamples(batch, revision);
  }

  #add(sale: SaleLine, committedAt: number, now: number, revision: number): void {
    const amount = BigInt(sale.amountCents);
    this.#ledgerCents += sale.kind === 1 ? amount : -amount;
    this.#seconds.add(sale, amount, now, revision);
    const minute = this.#account(sale.businessDay)?.add(sale, amount);
    if (minute) minute.revision = revision;
    const latency = committedAt - sale.soldAt;
    if (Math.abs(latency) < liveLatencyMs) this.#stored.add(Math.max(0, latency), committedAt);
  }

  /** The account of a day: the current one or a later one; days gone by are in the ledger only. */
  #account(day: BusinessDay): DayAccount | undefined {
    if (day === this.#current.day) return this.#current;
    if (day < this.#current.day) return undefined;
    let account = this.#accounts.get(day);
    if (!account) {
      account = new DayAccount(emptyDay(day));
      this.#accounts.set(day, account);
    }
    return account;
  }

  #keepRecent(inserted: readonly SaleLine[], revision: number): void {
    const oldest = this.#recent.length < recentSales ? undefined : this.#recent.at(-1)?.sale;
    const newer = inserted.filter((sale) => oldest === undefined || newestFirst(sale, oldest) < 0);
    if (newer.length === 0) return;
    this.#recent = [...newer.map((sale) => ({ sale, revision })), ...this.#recent]
      .sort((a, b) => newestFirst(a.sale, b.sale))
      .slice(0, recentSales);
  }

  #keepLatencySamples(batch: CommittedBatch, revision: number): void {
    const live = batch.inserted.filter((sale) => Math.abs(batch.committedAt - sale.soldAt) < liveLatencyMs);
    const samples = spread(live, latencySamplesInTick).map(({ soldAt }) => ({ soldAt, revision }));
    this.#latencySamples = [...this.#latencySamples, ...samples].slice(-latencySamplesKept);
  }

  #frame(kind: LiveFrame['kind'], now: number): Omit<LiveFrame, 'seconds' | 'minutes' | 'recent' | 'latencySample'> {
    return {
      kind,
      sequence: 0,
      at: now,
      day: this.#current.day,
      dayVersion: this.#current.version(),
      totals: this.#current.totals.measures(),
      ledger: { events: this.#ledgerEvents, grossCents: this.#ledgerCents },
      committedAt: this.#committedAt,
      eventsPerSecond: this.#rate.perSecond(now),
      salesPerMinute: this.#seconds.salesInLast(60, now),
      topTheaters: this.#current.topTheaters(leaders),
      topMovies: this.#current.topMovies(leaders),
    };
  }

  #changedMinutes(revision: number): Dirty<SeriesPoint>[] {
    return [...this.#current.minutes]
      .filter(([, tally]) => tally.revision > revision)
      .sort(([a], [b]) => a - b)
      .map(([at, tally]: [number, Tally]) => ({ bucket: { at, measures: tally.measures() }, holder: tally }));
  }

  /**
   * As many buckets as a tick may hold: those of now, then the ones changed longest ago. The rest is marked as changed
   * once more, after the revision returned, so that the next tick has it.
   */
  #fit(
    seconds: readonly Dirty<SecondBucket>[],
    minutes: readonly Dirty<SeriesPoint>[],
  ): { seconds: SecondBucket[]; minutes: SeriesPoint[]; sentRevision: number } {
    const sentRevision = this.#revision;
    const ordered = [
      ...seconds.map((dirty, index) => ({ dirty, bytes: secondBytes, now: seconds.length - index <= newestSeconds })),
      ...minutes.map((dirty, index) => ({ dirty, bytes: minuteBytes, now: minutes.length - index <= newestMinutes })),
    ].sort((a, b) => Number(b.now) - Number(a.now) || a.dirty.holder.revision - b.dirty.holder.revision);
    let left = tickBucketBytes;
    const sent = new Set<unknown>();
    for (const { dirty, bytes } of ordered) {
      left -= bytes;
      if (left >= 0) sent.add(dirty.bucket);
      else {
        if (this.#revision === sentRevision) this.#revision += 1;
        dirty.holder.revision = this.#revision;
      }
    }
    return {
      seconds: seconds.map(({ bucket }) => bucket).filter((bucket) => sent.has(bucket)),
      minutes: minutes.map(({ bucket }) => bucket).filter((bucket) => sent.has(bucket)),
      sentRevision,
    };
  }

  /** Brings the state to the present: the business day, and the rates that fall while nothing happens. */
  #advance(): number {
    const now = this.#clock.now();
    this.#rollOver(now);
    const rates = `${this.#rate.perSecond(now)} ${this.#seconds.salesInLast(60, now)}`;
    if (rates !== this.#shownRates) {
      this.#shownRates = rates;
      this.#revision += 1;
    }
    return now;
  }

  #rollOver(now: number): void {
    // Forward only: a computer's clock that is set back must not bring back a day whose account is closed.
    if (now < this.#dayEnd) return;
    this.#current = this.#openDay(now);
    this.#revision += 1;
    this.#snapshotRevision = this.#revision;
  }

  /** The account of the business day at `now`; earlier ones are closed. */
  #openDay(now: number): DayAccount {
    const day = this.#calendar.dayOf(now);
    this.#dayEnd = this.#calendar.endOf(day);
    const account = this.#accounts.get(day) ?? new DayAccount(emptyDay(day));
    for (const held of this.#accounts.keys()) if (held < day) this.#accounts.delete(held);
    this.#accounts.set(day, account);
    return account;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** At most `count` of the items, evenly over all of them. */
function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  const step = items.length / count;
  return Array.from({ length: count }, (_, index) => Math.floor((index + 0.5) * step)).flatMap((at) => {
    const item = items[at];
    return item === undefined ? [] : [item];
  });
}
