import type { StateCreator } from 'zustand';
import type { SystemStatus } from '../../../backend/domain/status.ts';

/** One sample of the simulator for its chart. */
export interface ProducedSample {
  /** Start of the sample's span, epoch ms. */
  readonly at: number;
  /** Acknowledged events per second. */
  readonly rate: number;
  /** The rate that was asked for; 0 while it does not run. */
  readonly target: number;
}

/** At most that many samples, 2 s apart: the last 10 minutes. */
export const keptSamples = 300;
const sampleMs = 2000;

export interface StatusSlice {
  readonly status: SystemStatus | null;
  /** Ascending; kept whichever screen is shown. */
  readonly produced: readonly ProducedSample[];
  takeStatus(status: SystemStatus): void;
}

export const createStatusSlice: StateCreator<StatusSlice, [], [], StatusSlice> = (set) => ({
  status: null,
  produced: [],
  takeStatus: (status) => set((state) => ({ status, produced: withSample(state.produced, status) })),
});

/** Adds what the status says of the simulator, once per span of 2 s, so that the chart is redrawn no more often. */
function withSample(held: readonly ProducedSample[], { at: now, simulator }: SystemStatus): readonly ProducedSample[] {
  const at = Math.floor(now / sampleMs) * sampleMs;
  if (at <= (held.at(-1)?.at ?? 0)) return held;
  const running = simulator.state === 'running' || simulator.state === 'stopping';
  const target = running ? (simulator.burst?.rate ?? simulator.settings.rate) : 0;
  return [...held, { at, rate: simulator.rate, target }].slice(-keptSamples);
}
