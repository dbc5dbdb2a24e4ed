import type { PartStatus, SystemStatus } from '../../../backend/domain/status.ts';
import type { AppState } from '../../../electron/contract/signatures.ts';
import { isLagging, partLooks, troubleWords } from '../ui/pipeline-words.ts';
import type { StateName } from '../ui/state-chip.tsx';
import { percentOf } from '../ui/time-words.ts';
import type { LivePicture } from './live-picture.ts';

/** Figures that are complete only up to longer ago than this are old, ms. Main looks at the log once a second. */
export const oldAfterMs = 5000;

/** How the console stands, from the worst to all is well; the first that applies is the state of the whole frame. */
export type FrameKind =
  /** Main has not spoken yet. */
  | 'opening'
  | 'no-source'
  | 'starting'
  | 'closing'
  | 'failed'
  /** The source runs; its first picture is on the way. */
  | 'loading'
  /** Main is silent: nothing that is shown is known to hold. */
  | 'stale'
  | 'rebuilding'
  | 'down'
  /** The consumer does not run. */
  | 'off'
  /** The consumer is paused: nothing new is stored. */
  | 'held'
  /** The live picture is paused in this window. */
  | 'paused'
  /** A backfill is under way. */
  | 'history'
  | 'connecting'
  | 'degraded'
  /** Events wait for longer than they should, or how many wait is unknown. */
  | 'behind'
  /** Nothing is sold and the simulator is off. */
  | 'quiet'
  | 'observing'
  | 'receiving';

/** The one state of the frame: every screen shows its word, and what is lit or grey follows it. */
export interface FrameState {
  readonly kind: FrameKind;
  /** The word for the heads and the status bar. */
  readonly word: string;
  readonly look: StateName;
  /** Since when it is so, epoch ms; null where that is not told. */
  readonly since: number | null;
  /** The part that is down or degraded. */
  readonly part: { readonly name: string; readonly status: PartStatus } | null;
  /** Whether the live picture follows the sales. */
  readonly follows: boolean;
  /** Whether amber may prove freshness: the picture follows the sales, and is not history that is still being made. */
  readonly lit: boolean;
  /** When the live picture was paused, epoch ms; beside any other state. null while it is not. */
  readonly pausedAt: number | null;
  /** Amounts are hidden: an extra mark beside any state. */
  readonly hidden: boolean;
}

/** What the state is made of. */
export interface FrameFacts {
  readonly appState: AppState | null;
  readonly status: SystemStatus | null;
  readonly latest: Pick<LivePicture, 'at' | 'completeUntil' | 'salesPerMinute'> | null;
  readonly pausedAt: number | null;
  readonly hiddenAmounts: boolean;
  /** Name of a source for a person. */
  readonly nameOf: (source: string) => string;
}

type Core = Pick<FrameState, 'kind' | 'word' | 'look'> & Partial<Pick<FrameState, 'since' | 'part'>>;

/** The state of the frame at `now`, epoch ms. Pure: the same facts, the same state. */
export function frameStateOf(facts: FrameFacts, now: number): FrameState {
  const core = coreOf(facts, now);
  const readModelOnly = core.kind === 'degraded' && core.part?.name === 'Read model';
  const lit = core.kind === 'receiving' || core.kind === 'observing' || core.kind === 'quiet' || readModelOnly;
  return {
    since: null,
    part: null,
    ...core,
    follows: lit || core.kind === 'history',
    lit,
    pausedAt: facts.pausedAt,
    hidden: facts.hiddenAmounts,
  };
}

/** Whether two states are drawn alike. */
export function sameFrame(a: FrameState, b: FrameState): boolean {
  const partOf = ({ part }: FrameState): string =>
    part === null
      ? ''
      : [part.name, part.status.since, part.status.nextAttemptAt, part.status.reason, part.status.code].join(' ');
  return (
    a.kind === b.kind &&
    a.word === b.word &&
    a.since === b.since &&
    a.pausedAt === b.pausedAt &&
    a.hidden === b.hidden &&
    a.follows === b.follows &&
    a.lit === b.lit &&
    partOf(a) === partOf(b)
  );
}

function coreOf(facts: FrameFacts, now: number): Core {
  const { appState, nameOf } = facts;
  switch (appState?.phase) {
    case undefined:
      return { kind: 'opening', word: 'Opening', look: 'working' };
    case 'no-source':
      return { kind: 'no-source', word: 'No data source yet', look: 'idle' };
    case 'starting':
      return startingOf(appState, nameOf);
    case 'stopping':
      return { kind: 'closing', word: 'Closing', look: 'working' };
    case 'failed':
      return { kind: 'failed', word: 'Failed to start', look: 'error' };
    case 'running':
      return runningOf(facts, now);
    default:
      return appState satisfies never;
  }
}

function startingOf(state: Extract<AppState, { phase: 'starting' }>, nameOf: FrameFacts['nameOf']): Core {
  const name = nameOf(state.source);
  if (state.services.some(({ status }) => status.state === 'down')) {
    return { kind: 'starting', word: 'Waiting for services', look: 'error' };
  }
  return { kind: 'starting', word: `${state.goingBack ? 'Going back to' : 'Starting'} ${name}`, look: 'working' };
}

function runningOf({ status, latest, pausedAt }: FrameFacts, now: number): Core {
  if (status === null || latest === null) return { kind: 'loading', word: 'Loading', look: 'working' };
  if (now - latest.at > oldAfterMs) return { kind: 'stale', word: 'No news', look: 'old', since: latest.at };
  const { consumer, rebuild } = status;
  if (rebuild !== null) {
    const percent = percentOf(rebuild.total === 0 ? 0 : rebuild.done / rebuild.total);
    return { kind: 'rebuilding', word: `Rebuilding, ${percent}`, look: 'working' };
  }
  const down = partIn(status, 'down');
  if (down !== null && down.name !== 'Read model') {
    return {
      kind: 'down',
      word: troubleWords(down.name, down.status),
      look: 'error',
      since: down.status.since,
      part: down,
    };
  }
  if (consumer.state === 'off') return { kind: 'off', word: 'Consumer off', look: 'idle', since: consumer.since };
  if (consumer.pausedAt !== null) {
    return { kind: 'held', word: 'Consumer paused', look: 'paused', since: consumer.pausedAt };
  }
  if (pausedAt !== null) return { kind: 'paused', word: 'Paused', look: 'paused', since: pausedAt };
  // What waits, and what the first batch of a new consumer stores, is the history then.
  const history = historyShare(status);
  if (history !== null)
    return { kind: 'history', word: `History is being made, ${percentOf(history)}`, look: 'working' };
  if (consumer.state === 'connecting') return { kind: 'connecting', word: 'Connecting', look: 'working' };
  const degraded = down ?? partIn(status, 'degraded');
  if (degraded !== null) {
    const { word, state } = partLooks[degraded.status.state];
    const since = degraded.status.since;
    return { kind: 'degraded', word: `${degraded.name} ${word}`, look: state, since, part: degraded };
  }
  const until = latest.completeUntil;
  if (consumer.lagEvents === null && (until === null || now - until > oldAfterMs)) {
    return { kind: 'behind', word: 'Lag unknown', look: 'unknown', since: until };
  }
  if (isLagging(consumer) || until === null || now - until > oldAfterMs) {
    return { kind: 'behind', word: 'Lagging', look: 'warn', since: until };
  }
  if (isQuiet(status, latest.salesPerMinute)) return { kind: 'quiet', word: 'No sales, simulator off', look: 'idle' };
  if (consumer.observeOnly) return { kind: 'observing', word: 'Observing', look: 'ok' };
  return { kind: 'receiving', word: 'Receiving', look: 'ok' };
}

/** The first part in that state; the consumer before what it depends on, as it names the cause. */
function partIn(status: SystemStatus, state: PartStatus['state']): FrameState['part'] {
  const parts: readonly (readonly [string, PartStatus])[] = [
    ['Consumer', status.consumer],
    ['Database', status.database],
    ['Event log', status.log],
    ['Read model', status.readModel],
  ];
  const found = parts.find(([, part]) => part.state === state);
  return found === undefined ? null : { name: found[0], status: found[1] };
}

/** On built-in data nothing but the simulator sells: once it is off, what the last minute had says nothing. */
function isQuiet({ profile, simulator, consumer }: SystemStatus, salesPerMinute: number): boolean {
  if (simulator.state !== 'stopped' || consumer.observeOnly) return false;
  return profile === 'embedded' ? consumer.lagEvents === 0 : salesPerMinute === 0;
}

/** How much of the history under way is made, 0..1; null while none is being made. */
export function historyShare(status: SystemStatus | null): number | null {
  const backfill = status?.simulator.backfill ?? null;
  if (backfill === null) return null;
  return backfill.total === 0 ? 0 : Math.min(backfill.produced / backfill.total, 1);
}
