import type { Flow, PartStatus, QueryFlow, SystemStatus } from '../../../../backend/domain/status.ts';
import { isLagging, lagWords, partLooks } from '../../ui/pipeline-words.ts';
import type { StateName } from '../../ui/state-chip.tsx';
import { countWords } from '../../ui/time-words.ts';

export type BoxId = 'simulator' | 'topic' | 'consumer' | 'postgres' | 'read-model' | 'query' | 'window';

/** A station of the pipeline as the screen shows it. */
export interface Box {
  readonly id: BoxId;
  readonly name: string;
  readonly state: StateName;
  readonly word: string;
  /** Per second; null while unknown. */
  readonly rate: number | null;
  readonly unit: string;
  readonly note: string;
  /** When something passed last, epoch ms; null when nothing has yet. */
  readonly lastAt: number | null;
}

/** What the window measures of itself. */
export interface WindowFlow extends Flow {
  readonly sequence: number | null;
  readonly paused: boolean;
  /** No picture for too long. */
  readonly old: boolean;
}

const simulatorStates = {
  running: { state: 'ok', word: 'Running' },
  paused: { state: 'paused', word: 'Paused' },
  stopping: { state: 'working', word: 'Stopping' },
  stopped: { state: 'idle', word: 'Off' },
} as const;

const scenarioWords = {
  weekday: 'Weekday',
  premiere: 'Premiere night',
  'flash-sale': 'Flash sale',
  'refund-storm': 'Refund storm',
  midnight: 'Midnight crossing',
} as const;

const sourceWords = {
  postgres: 'PostgreSQL',
  cache: 'cache',
  'read-model': 'read model',
  catalogue: 'catalogue',
} as const;

/** From the producer to the window, in the order of the way. */
export function boxesOf(status: SystemStatus, window: WindowFlow): readonly Box[] {
  return [
    simulatorBox(status),
    {
      id: 'topic',
      name: 'Topic',
      ...partWords(status.log),
      ...flowOf(status.flows.appended),
      unit: 'events/s',
      note: `${status.topic}, ${partitionWords(status.consumer.partitions.length)}`,
    },
    consumerBox(status),
    {
      id: 'postgres',
      name: 'PostgreSQL',
      ...partWords(status.database),
      ...flowOf(status.flows.stored),
      unit: 'rows/s',
      note: 'sales and refunds',
    },
    {
      id: 'read-model',
      name: 'Read model',
      ...(status.rebuild?.what === 'read-model'
        ? ({ state: 'working', word: 'Building' } as const)
        : partWords(status.readModel)),
      ...flowOf(status.flows.projected),
      unit: 'rows/s',
      note: 'totals by day',
    },
    queryBox(status),
    {
      id: 'window',
      name: 'Window',
      ...(window.old
        ? ({ state: 'old', word: 'Old picture' } as const)
        : window.paused
          ? ({ state: 'paused', word: 'Paused' } as const)
          : ({ state: 'ok', word: 'Up' } as const)),
      ...flowOf(window),
      unit: 'ticks/s',
      note: window.sequence === null ? 'no tick yet' : `tick ${countWords(window.sequence)}`,
    },
  ];
}

function simulatorBox({ simulator }: SystemStatus): Box {
  const running = simulator.state === 'running';
  const retrying = running && simulator.lastError !== null;
  return {
    id: 'simulator',
    name: 'Simulator',
    ...(retrying ? ({ state: 'warn', word: 'Waiting' } as const) : simulatorStates[simulator.state]),
    rate: simulator.rate,
    unit: 'events/s',
    note: retrying
      ? 'the log does not take its events; it tries on'
      : running
        ? `${scenarioWords[simulator.settings.scenario]}, seed ${simulator.settings.seed}`
        : `${countWords(simulator.acknowledged)} sent`,
    lastAt: null,
  };
}

function consumerBox({ consumer, flows }: SystemStatus): Box {
  const base = {
    id: 'consumer',
    name: 'Consumer',
    ...flowOf(flows.read),
    unit: 'events/s',
    note: lagWords(consumer),
  } as const;
  if (consumer.state !== 'up') return { ...base, ...partWords(consumer) };
  if (consumer.paused) return { ...base, state: 'paused', word: 'Paused' };
  if (consumer.observeOnly) return { ...base, state: 'idle', word: 'Watching' };
  return isLagging(consumer) ? { ...base, state: 'warn', word: 'Lagging' } : { ...base, ...partWords(consumer) };
}

function queryBox({ backend, flows }: SystemStatus): Box {
  const flow = flows.queries[backend];
  const failed = queryFailure(flow) !== null;
  const source = flow.source === null ? 'no answer yet' : `last from ${sourceWords[flow.source]}`;
  return {
    id: 'query',
    name: 'Query',
    ...(failed
      ? ({ state: 'error', word: 'Failed' } as const)
      : flow.lastAt === null
        ? ({ state: 'idle', word: 'Idle' } as const)
        : ({ state: 'ok', word: 'Up' } as const)),
    ...flowOf(flow),
    unit: 'questions/s',
    note: `${backend}, ${source}`,
  };
}

/** Why the last question failed, when it did. */
export function queryFailure({ lastAt, lastError }: QueryFlow): QueryFlow['lastError'] {
  return lastError !== null && lastError.at > (lastAt ?? 0) ? lastError : null;
}

function flowOf({ perSecond, lastAt }: Flow): Pick<Box, 'rate' | 'lastAt'> {
  return { rate: perSecond, lastAt };
}

function partWords({ state }: PartStatus): Pick<Box, 'state' | 'word'> {
  const look = partLooks[state];
  return { state: look.state, word: `${look.word.charAt(0).toUpperCase()}${look.word.slice(1)}` };
}

function partitionWords(count: number): string {
  if (count === 0) return 'partitions unknown';
  return count === 1 ? '1 partition' : `${count} partitions`;
}
