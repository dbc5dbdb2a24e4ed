import type { StateCreator } from 'zustand';
import type { LiveFrame } from '../../../backend/domain/live.ts';
import { applyFrame, type LivePicture } from './live-picture.ts';

/**
 * The live picture. `live` is what the screens show, `latest` what the window has been told; they are the same object
 * unless live is paused. Nothing is lost by a pause: `latest` goes on.
 */
export interface LiveSlice {
  readonly live: LivePicture | null;
  readonly latest: LivePicture | null;
  /** When live was paused, epoch ms; null while it is not. */
  readonly pausedAt: number | null;
  /** Events stored since the pause. */
  readonly waiting: number;
  pauseLive(now: number): void;
  resumeLive(): void;
  /** Takes frames in their order. Returns whether one was missed: then a snapshot is wanted. */
  takeFrames(frames: readonly LiveFrame[]): boolean;
}

export const createLiveSlice: StateCreator<LiveSlice, [], [], LiveSlice> = (set, get) => ({
  live: null,
  latest: null,
  pausedAt: null,
  waiting: 0,
  pauseLive: (now) => {
    if (get().pausedAt === null) set({ pausedAt: now, waiting: 0 });
  },
  resumeLive: () => set((state) => ({ pausedAt: null, waiting: 0, live: state.latest })),
  takeFrames: (frames) => {
    let { latest } = get();
    let missed = false;
    for (const frame of frames) {
      if (frame.kind === 'tick' && (latest === null || frame.sequence !== latest.sequence + 1)) {
        missed = true;
        // Older than what is held: everything in it is out of date.
        if (latest !== null && frame.sequence <= latest.sequence) continue;
      }
      latest = applyFrame(latest, frame);
      if (frame.kind === 'snapshot') missed = false;
    }
    if (latest === get().latest) return missed;
    set((state) =>
      state.pausedAt === null
        ? { latest, live: latest }
        : { latest, waiting: Math.max(0, (latest?.ledger.events ?? 0) - (state.live?.ledger.events ?? 0)) },
    );
    return missed;
  },
});
