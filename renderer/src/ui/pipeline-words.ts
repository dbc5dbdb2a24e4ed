import type { ConsumerStatus, PartState, PartStatus, SystemStatus } from '../../../backend/domain/status.ts';
import type { StateName } from './state-chip.tsx';
import { countWords, spanWords } from './time-words.ts';

export interface PipelineWords {
  readonly state: StateName;
  readonly words: string;
  /** Lag in events and seconds; unknown is said, never shown as 0. */
  readonly lag: string;
  /** Since when it is so, epoch ms; null while that is not told. */
  readonly since: number | null;
}

interface PartLook {
  readonly state: StateName;
  readonly severity: number;
  /** The word, as the end of "Consumer …". */
  readonly word: string;
}

/** How the state of a part looks, everywhere. */
export const partLooks: Readonly<Record<PartState, PartLook>> = {
  up: { state: 'ok', severity: 0, word: 'up' },
  off: { state: 'idle', severity: 1, word: 'off' },
  connecting: { state: 'working', severity: 2, word: 'connecting' },
  degraded: { state: 'warn', severity: 3, word: 'degraded' },
  down: { state: 'error', severity: 4, word: 'down' },
};

/** An event that waits for longer than this is late, s. */
export const lateAfterSeconds = 5;

/** Whether the consumer works and is nevertheless late. */
export function isLagging({ state, paused, lagSeconds }: ConsumerStatus): boolean {
  return state === 'up' && !paused && lagSeconds !== null && lagSeconds > lateAfterSeconds;
}

/** What is wrong with a part, in a word: its cause where that is something to act on. */
export function troubleWords(name: string, { state, code }: PartStatus): string {
  return code === 'disk_full' ? 'Disk full' : `${name} ${partLooks[state].word}`;
}

/** The whole pipeline in a word: that of its worst part, named when it is not the pipeline as such. */
export function pipelineWords(status: SystemStatus | null): PipelineWords {
  if (status === null) return { state: 'idle', words: 'Pipeline not started', lag: '', since: null };
  const { consumer, database, log, readModel } = status;
  const lag = lagWords(consumer);
  const parts: readonly (readonly [string, PartStatus])[] = [
    ['Consumer', consumer],
    ['Database', database],
    ['Log', log],
    ['Read model', readModel],
  ];
  const [name, worst] = parts.reduce((a, b) =>
    partLooks[b[1].state].severity > partLooks[a[1].state].severity ? b : a,
  );
  const look = partLooks[worst.state];
  if (consumer.paused && look.severity < partLooks.degraded.severity) {
    return { state: 'paused', words: 'Consumer paused', lag, since: consumer.pausedAt };
  }
  if (worst.state !== 'up') return { state: look.state, words: troubleWords(name, worst), lag, since: worst.since };
  if (isLagging(consumer)) return { state: 'warn', words: 'Pipeline lagging', lag, since: null };
  if (consumer.observeOnly) return { state: 'ok', words: 'Observing', lag, since: worst.since };
  return { state: 'ok', words: 'Pipeline up', lag, since: worst.since };
}

/** `lag 12 events · 0.3 s`. */
export function lagWords({ lagEvents, lagSeconds }: ConsumerStatus): string {
  if (lagEvents === null) return 'lag unknown';
  const events = `lag ${countWords(lagEvents)} ${lagEvents === 1 ? 'event' : 'events'}`;
  return lagSeconds === null ? `${events} · age unknown` : `${events} · ${spanWords(lagSeconds * 1000)}`;
}
