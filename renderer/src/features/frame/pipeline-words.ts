import type { PartState, PartStatus, SystemStatus } from '../../../../backend/domain/status.ts';
import type { StateName } from '../../ui/state-chip.tsx';
import { countWords, spanWords } from '../../ui/time-words.ts';

export interface PipelineWords {
  readonly state: StateName;
  readonly words: string;
  /** Lag in events and seconds; unknown is said, never shown as 0. */
  readonly lag: string;
}

const states: Readonly<
  Record<PartState, { readonly state: StateName; readonly severity: number; readonly word: string }>
> = {
  up: { state: 'ok', severity: 0, word: 'up' },
  off: { state: 'idle', severity: 1, word: 'off' },
  connecting: { state: 'working', severity: 2, word: 'connecting' },
  degraded: { state: 'warn', severity: 3, word: 'degraded' },
  down: { state: 'error', severity: 4, word: 'down' },
};

/** The whole pipeline in a word: that of its worst part, named when it is not the pipeline as such. */
export function pipelineWords(status: SystemStatus | null): PipelineWords {
  if (status === null) return { state: 'idle', words: 'Pipeline not started', lag: '' };
  const { consumer, database, log, readModel } = status;
  if (consumer.paused) return { state: 'paused', words: 'Consumer paused', lag: lagWords(status) };
  const parts: readonly (readonly [string, PartStatus])[] = [
    ['Consumer', consumer],
    ['Database', database],
    ['Log', log],
    ['Read model', readModel],
  ];
  const [name, worst] = parts.reduce((a, b) => (states[b[1].state].severity > states[a[1].state].severity ? b : a));
  const look = states[worst.state];
  return {
    state: look.state,
    words: worst.state === 'up' ? 'Pipeline up' : `${name} ${look.word}`,
    lag: lagWords(status),
  };
}

function lagWords({ consumer }: SystemStatus): string {
  const { lagEvents, lagSeconds } = consumer;
  if (lagEvents === null) return 'lag unknown';
  const events = `lag ${countWords(lagEvents)} ${lagEvents === 1 ? 'event' : 'events'}`;
  return lagSeconds === null ? `${events} · age unknown` : `${events} · ${spanWords(lagSeconds * 1000)}`;
}
