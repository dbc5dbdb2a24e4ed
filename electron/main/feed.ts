import { serialize } from 'node:v8';
import type { BrowserWindow } from 'electron';
import type { LiveFrame } from '../../backend/domain/live.ts';
import { heartbeatMs, nextFrame, snapshotOf } from '../../backend/live/next-frame.ts';
import type { Runtime } from '../../backend/runtime.ts';
import type { CommandId } from '../contract/commands.ts';
import { type FeedName, feedChannel } from '../contract/names.ts';
import type { AppState, Feeds, WindowFrame } from '../contract/signatures.ts';
import { throttle } from './throttle.ts';

/** A page that can be told things. */
export interface FeedTarget {
  send<N extends FeedName>(name: N, payload: Feeds[N]): void;
  /** Whether somebody can see what is sent. */
  isWatched(): boolean;
}

/** What the feed asks of the runtime. */
export type FeedSource = Pick<Runtime, 'live' | 'status' | 'onStatus' | 'completeUntil'>;

/** What a diagnostic run wants to know of the live feed. */
export interface FeedFigures {
  readonly ticks: number;
  readonly snapshots: number;
  /** Largest tick and snapshot, bytes as structured clone serialises them. */
  readonly maxTickBytes: number;
  readonly maxSnapshotBytes: number;
  /** Frames per second, from the first to the last. */
  readonly perSecond: number;
}

const statusMs = 500;
const stateMs = 50;

/**
 * Everything main says to the window without being asked. Live frames are pulled from the runtime at the tick, so the
 * latest always wins and nothing queues; a window nobody sees gets none, and a snapshot when it comes back.
 */
export class Feed {
  readonly #target: FeedTarget;
  readonly #measured: boolean;
  readonly #state = throttle(() => this.#sendState(), stateMs);
  readonly #status = throttle(() => this.#sendStatus(), statusMs);
  #ticker: NodeJS.Timeout | undefined;
  #source: FeedSource | null = null;
  #unsubscribe: (() => void) | undefined;
  #appState: AppState = { phase: 'no-source' };
  #sequence = 0;
  #revision = 0;
  #day = '';
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #snapshotDue = true;
  #firstSentAt: number | undefined;
  #intervalMs = 0;
  #figures = { ticks: 0, snapshots: 0, maxTickBytes: 0, maxSnapshotBytes: 0 };

  /** `measured` costs one extra serialisation per frame: for diagnostic runs. */
  constructor(target: FeedTarget, options: { readonly tickRate: number; readonly measured: boolean }) {
    this.#target = target;
    this.#measured = options.measured;
    this.setTickRate(options.tickRate);
  }

  /** Live frames per second, at most. */
  setTickRate(perSecond: number): void {
    this.#intervalMs = 1000 / perSecond;
    this.#restartTicker();
  }

  #restartTicker(): void {
    clearInterval(this.#ticker);
    this.#ticker = setInterval(() => this.#tick(), this.#intervalMs);
  }

  attach(source: FeedSource): void {
    this.#unsubscribe?.();
    this.#source = source;
    this.#unsubscribe = source.onStatus(() => this.#status.request());
    this.refresh();
  }

  /** Before the runtime closes: it is not asked any more. */
  detach(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#source = null;
    this.#status.cancel();
  }

  /** The page was loaded or came into view: send it the whole picture. */
  refresh(): void {
    this.#snapshotDue = true;
    this.#sendState();
    this.#status.request();
    if (performance.now() - this.#lastSentAt < this.#intervalMs) return;
    this.#restartTicker();
    this.#tick();
  }

  /** The whole picture for a page that asks; ticks go on from it. */
  snapshot(source: FeedSource): WindowFrame {
    this.#snapshotDue = false;
    const { frame, revision } = snapshotOf(source.live);
    this.#revision = revision;
    return this.#number(frame, source);
  }

  appState(state: AppState): void {
    this.#appState = state;
    this.#state.request();
  }

  command(id: CommandId): void {
    this.#target.send('command', { id });
  }

  fullScreen(on: boolean): void {
    this.#target.send('window', { fullScreen: on });
  }

  askForDiagnostics(): void {
    this.#target.send('diagnostics', { ask: 'report' });
  }

  figures(): FeedFigures {
    const { ticks, snapshots } = this.#figures;
    const seconds = (this.#lastSentAt - (this.#firstSentAt ?? this.#lastSentAt)) / 1000;
    return { ...this.#figures, perSecond: seconds > 0 ? (ticks + snapshots - 1) / seconds : 0 };
  }

  close(): void {
    clearInterval(this.#ticker);
    this.detach();
    this.#state.cancel();
  }

  #tick(): void {
    const source = this.#source;
    if (source === null) return;
    if (!this.#target.isWatched()) {
      this.#snapshotDue = true;
      return;
    }
    const frame = this.#snapshotDue ? this.snapshot(source) : this.#next(source);
    if (frame !== null) this.#send(frame);
  }

  /** What changed since the last frame, else a heartbeat when one is due. */
  #next(source: FeedSource): WindowFrame | null {
    const heartbeatDue = performance.now() - this.#lastSentAt >= heartbeatMs;
    const next = nextFrame(source.live, { revision: this.#revision, day: this.#day, heartbeatDue });
    if (next === null) return null;
    this.#revision = next.revision;
    return this.#number(next.frame, source);
  }

  #number(frame: LiveFrame, source: FeedSource): WindowFrame {
    this.#sequence += 1;
    this.#day = frame.day;
    // The last commit is what is known at least, before the consumer has looked at the log for the first time.
    return { ...frame, sequence: this.#sequence, completeUntil: source.completeUntil() ?? frame.committedAt };
  }

  #send(frame: WindowFrame): void {
    this.#lastSentAt = performance.now();
    if (this.#measured) this.#measure(frame);
    this.#target.send('live', frame);
  }

  #measure(frame: WindowFrame): void {
    const bytes = serialize(frame).byteLength;
    const figures = this.#figures;
    if (frame.kind === 'tick') {
      figures.ticks += 1;
      figures.maxTickBytes = Math.max(figures.maxTickBytes, bytes);
    } else {
      figures.snapshots += 1;
      figures.maxSnapshotBytes = Math.max(figures.maxSnapshotBytes, bytes);
    }
    this.#firstSentAt ??= this.#lastSentAt;
  }

  #sendStatus(): void {
    if (this.#source !== null && this.#target.isWatched()) this.#target.send('status', this.#source.status());
  }

  #sendState(): void {
    this.#target.send('app', this.#appState);
  }
}

/** The window as a target; the only caller of `webContents.send`. `always` feeds it even when it is hidden. */
export function windowTarget(
  window: BrowserWindow,
  always: boolean,
): FeedTarget & { onWatched(listener: () => void): void } {
  const { webContents: contents } = window;
  let loaded = false;
  // When a document is committed, not when a navigation starts: most navigations are refused.
  contents.on('did-navigate', () => {
    loaded = false;
  });
  contents.on('render-process-gone', () => {
    loaded = false;
  });
  return {
    send(name, payload) {
      if (loaded && !contents.isDestroyed()) contents.send(feedChannel(name), payload);
    },
    isWatched: () => loaded && !window.isDestroyed() && (always || (window.isVisible() && !window.isMinimized())),
    onWatched(listener) {
      contents.on('did-finish-load', () => {
        loaded = true;
        listener();
      });
      window.on('show', listener);
      window.on('restore', listener);
    },
  };
}
