import type { LiveFrame } from '../../../backend/domain/live.ts';
import type { DiagnosticsReport } from '../../../electron/contract/signatures.ts';
import { percentile } from './percentile.ts';

/** Samples kept: the frames of about 5 minutes, and the latencies of the newest ticks. */
const keptIntervals = 20_000;
const keptLatencies = 20_000;

/**
 * What a diagnostic run wants to know of the page. Frames and tasks count from the first live sale on: the budget is for
 * the time while sales arrive, and start-up has its own. `taken` is called with the frames that the
 * store has just been set with, `held` gives what the store then holds.
 */
export class Diagnostics {
  #intervals: number[] = [];
  #latencies: number[] = [];
  #longestTaskMs = 0;
  #firstPaintAt: number | null = null;
  #firstSaleAt: number | null = null;
  #versionsWentDown = 0;
  #liveFrames = 0;
  #before: { readonly day: string; readonly dayVersion: number; readonly events: number } | null = null;
  #animationFrame = 0;
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#observed(entry);
    });
    this.#observer.observe({ type: 'longtask' });
    this.#observer.observe({ type: 'paint', buffered: true });
    let last = performance.now();
    const next = (now: number): void => {
      if (this.#firstSaleAt !== null && this.#intervals.length < keptIntervals) this.#intervals.push(now - last);
      last = now;
      this.#animationFrame = requestAnimationFrame(next);
    };
    this.#animationFrame = requestAnimationFrame((now) => {
      last = now;
      this.#animationFrame = requestAnimationFrame(next);
    });
  }

  /** The store has just been set with these frames; `now` in epoch ms. */
  taken(frames: readonly LiveFrame[], now: number): void {
    for (const frame of frames) {
      this.#liveFrames += 1;
      const { day, dayVersion, ledger } = frame;
      const before = this.#before;
      if (
        before !== null &&
        ((before.day === day && dayVersion < before.dayVersion) || ledger.events < before.events)
      ) {
        this.#versionsWentDown += 1;
      }
      this.#before = { day, dayVersion, events: ledger.events };
      if (frame.kind === 'tick' && frame.latencySample.length > 0) {
        this.#firstSaleAt ??= now;
        for (const soldAt of frame.latencySample) {
          if (this.#latencies.length < keptLatencies) this.#latencies.push(Math.max(0, now - soldAt));
        }
      }
    }
  }

  /** The report, with the totals as the store holds them. */
  report(held: { readonly grossCents: bigint; readonly events: number }): DiagnosticsReport {
    const samples = this.#latencies.length;
    return {
      grossCents: held.grossCents.toString(),
      events: held.events,
      firstPaintAt: this.#firstPaintAt,
      firstSaleAt: this.#firstSaleAt,
      produceToRendererMs:
        samples === 0
          ? null
          : { p50: percentile(this.#latencies, 0.5), p99: percentile(this.#latencies, 0.99), samples },
      frames: {
        count: this.#intervals.length,
        p95Ms: percentile(this.#intervals, 0.95),
        longestTaskMs: this.#longestTaskMs,
      },
      versionsWentDown: this.#versionsWentDown,
      liveFrames: this.#liveFrames,
    };
  }

  close(): void {
    cancelAnimationFrame(this.#animationFrame);
    this.#observer.disconnect();
  }

  #observed(entry: PerformanceEntry): void {
    if (entry.entryType === 'longtask') {
      if (this.#firstSaleAt !== null) this.#longestTaskMs = Math.max(this.#longestTaskMs, entry.duration);
    } else if (entry.name === 'first-contentful-paint') {
      // The first paint that a person sees something in.
      this.#firstPaintAt = performance.timeOrigin + entry.startTime;
    }
  }
}
