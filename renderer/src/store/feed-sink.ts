import type { SystemStatus } from '../../../backend/domain/status.ts';
import type { AppState, WindowFrame } from '../../../electron/contract/signatures.ts';

/** What arrived since the last flush: live frames in their order, of the rest the newest. */
export interface FeedBatch {
  readonly frames: readonly WindowFrame[];
  readonly status: SystemStatus | null;
  readonly appState: AppState | null;
  /** A source was being started since the last flush; frames and status are of after that. */
  readonly restarted: boolean;
}

export interface FeedSinkOptions {
  /** Calls back before the next picture is drawn; `requestAnimationFrame` in the window. */
  readonly schedule: (flush: () => void) => void;
  readonly apply: (batch: FeedBatch) => void;
}

export interface FeedSink {
  live(frame: WindowFrame): void;
  status(status: SystemStatus): void;
  appState(state: AppState): void;
}

/** A window that is not drawn for long must not pile up frames; what is dropped is mended by the snapshot a gap asks for. */
const maxFrames = 64;

/** Merges the feeds in a buffer and hands it on at most once per animation frame. */
export function createFeedSink({ schedule, apply }: FeedSinkOptions): FeedSink {
  let frames: WindowFrame[] = [];
  let status: SystemStatus | null = null;
  let appState: AppState | null = null;
  let restarted = false;
  let scheduled = false;

  const flush = (): void => {
    scheduled = false;
    const batch: FeedBatch = { frames, status, appState, restarted };
    frames = [];
    status = null;
    appState = null;
    restarted = false;
    apply(batch);
  };
  const request = (): void => {
    if (scheduled) return;
    scheduled = true;
    schedule(flush);
  };
  return {
    live(frame) {
      // A snapshot makes all before it superfluous.
      if (frame.kind === 'snapshot') frames = [];
      else if (frames.length >= maxFrames) frames.shift();
      frames.push(frame);
      request();
    },
    status(next) {
      status = next;
      request();
    },
    appState(next) {
      if (next.phase === 'starting') {
        // What came before it is of the source that was left. A window that is not drawn may see only what it became.
        restarted = true;
        frames = [];
        status = null;
      }
      appState = next;
      request();
    },
  };
}
