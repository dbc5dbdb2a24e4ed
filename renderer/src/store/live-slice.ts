import type { StateCreator } from 'zustand';
import type { WindowFrame } from '../../../electron/contract/signatures.ts';
import { applyFrame, type LivePicture } from './live-picture.ts';

/** A version of the live day, and the last moment up to which it was known to be complete, epoch ms. */
export interface SeenVersion {
  readonly day: string;
  readonly version: number;
  readonly until: number;
}

/** Versions remembered: at four ticks a second those of three minutes. */
const keptVersions = 720;

/**
 * The live picture. `live` is what the screens show, `latest` what the window has been told; they are the same object
 * unless live is paused. Nothing is lost by a pause: `latest` goes on.
 */
export interface LiveSlice {
  readonly live: LivePicture | null;
  readonly latest: LivePicture | null;
  /** Versions that the window was told of, oldest first: an answer of one of them holds as of then. */
  readonly seen: readonly SeenVersion[];
  /** When live was paused, epoch ms; null while it is not. */
  readonly pausedAt: number | null;
  /** Events stored since the pause. */
  readonly waiting: number;
  pauseLive(now: number): void;
  resumeLive(): void;
  /** Takes frames in their order. Returns whether one was missed: then a snapshot is wanted. */
  takeFrames(frames: readonly WindowFrame[]): boolean;
}

export const createLiveSlice: StateCreator<LiveSlice, [], [], LiveSlice> = (set, get) => ({
  live: null,
  latest: null,
  seen: [],
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
    if (latest === get().latest || latest === null) return missed;
    const picture = latest;
    const seen = withVersion(get().seen, picture);
    set((state) =>
      state.pausedAt === null
        ? { seen, latest: picture, live: picture }
        : { seen, latest: picture, waiting: Math.max(0, picture.ledger.events - (state.live?.ledger.events ?? 0)) },
    );
    return missed;
  },
});

function withVersion(seen: readonly SeenVersion[], picture: LivePicture): readonly SeenVersion[] {
  const { day, dayVersion: version, completeUntil: until } = picture;
  if (until === null) return seen;
  const last = seen.at(-1);
  const isSame = last?.day === day && last.version === version;
  return [...(isSame ? seen.slice(0, -1) : seen), { day, version, until }].slice(-keptVersions);
}
