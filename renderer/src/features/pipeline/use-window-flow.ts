import { useEffect, useState } from 'react';
import type { Percentiles } from '../../../../backend/domain/live.ts';
import { percentile } from '../../bridge/percentile.ts';
import { useConsole } from '../../store/console-store.ts';
import type { WindowFlow } from './boxes.ts';

/** What counts for the rate and the latency, ms. */
const rateMs = 5000;
const latencyMs = 60_000;
const keptArrivals = 400;
const measureMs = 1000;
/** Main sends at least one frame a second. */
const oldAfterMs = 5000;

interface Arrival {
  readonly at: number;
  readonly sequence: number;
  /** Made by main -> in the store, ms. */
  readonly latency: number;
}

export interface WindowMeasure extends WindowFlow {
  readonly latency: Percentiles | null;
}

const nothing: Omit<WindowMeasure, 'paused'> = {
  perSecond: null,
  lastAt: null,
  sequence: null,
  old: false,
  latency: null,
};

/** What arrives in this window, measured here while the screen is shown; renewed once a second. */
export function useWindowFlow(): WindowMeasure {
  const [measure, setMeasure] = useState(nothing);
  const paused = useConsole((state) => state.pausedAt !== null);
  useEffect(() => {
    const openedAt = Date.now();
    let arrivals: readonly Arrival[] = [];
    const unsubscribe = useConsole.subscribe(({ latest }, before) => {
      if (latest === null || latest === before.latest) return;
      const at = Date.now();
      const arrival = { at, sequence: latest.sequence, latency: Math.max(0, at - latest.at) };
      arrivals = [...arrivals, arrival].slice(-keptArrivals);
    });
    const timer = setInterval(() => {
      const now = Date.now();
      const { latest } = useConsole.getState();
      arrivals = arrivals.filter(({ at }) => at >= now - latencyMs);
      setMeasure({
        perSecond: now - openedAt < rateMs ? null : rateOf(arrivals.filter(({ at }) => at >= now - rateMs)),
        lastAt: latest?.at ?? null,
        sequence: latest?.sequence ?? null,
        old: latest !== null && now - latest.at > oldAfterMs,
        latency: percentilesOf(arrivals.map(({ latency }) => latency)),
      });
    }, measureMs);
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, []);
  return { ...measure, paused };
}

/** Frames are merged before they are drawn: their numbers tell how many there were. */
function rateOf(arrivals: readonly Arrival[]): number {
  const first = arrivals[0];
  const last = arrivals.at(-1);
  if (first === undefined || last === undefined) return 0;
  return Math.max(0, last.sequence - first.sequence + 1) / (rateMs / 1000);
}

function percentilesOf(samples: readonly number[]): Percentiles | null {
  if (samples.length === 0) return null;
  const at = (share: number) => percentile(samples, share);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), samples: samples.length };
}
