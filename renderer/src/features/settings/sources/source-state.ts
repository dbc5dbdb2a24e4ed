import { type ServiceName, serviceNames } from '../../../../../backend/domain/connection.ts';
import type { PartStatus, ServiceTest, SystemStatus } from '../../../../../backend/domain/status.ts';
import type { AppState, RequestFailure } from '../../../../../electron/contract/signatures.ts';
import { partLooks } from '../../../ui/pipeline-words.ts';
import type { StateName } from '../../../ui/state-chip.tsx';

/** A try of a service's settings. */
export type TestState =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly test: ServiceTest }
  | { readonly kind: 'refused'; readonly failure: RequestFailure };
export type TestStates = Readonly<Partial<Record<ServiceName, TestState>>>;

export interface SourceWords {
  readonly state: StateName;
  readonly words: string;
  /** Since when, epoch ms; null when that says nothing. */
  readonly since: number | null;
}

export const serviceTitles: Readonly<Record<ServiceName, string>> = {
  kafka: 'Kafka',
  postgres: 'PostgreSQL',
  redis: 'Redis',
};

/** The state of the active source in a line: that of its worst part, named. */
export function activeWords(appState: AppState | null, status: SystemStatus | null, embedded: boolean): SourceWords {
  switch (appState?.phase) {
    case 'starting': {
      const waitsFor = appState.services.find(({ status: { state } }) => state === 'down');
      if (waitsFor === undefined) return { state: 'working', words: 'Connecting', since: null };
      return { state: 'error', words: `${serviceTitles[waitsFor.service]} down`, since: waitsFor.status.since };
    }
    case 'failed':
      return { state: 'error', words: 'Failed to start', since: null };
    case 'stopping':
      return { state: 'working', words: 'Closing', since: null };
    case 'running':
      return status === null ? { state: 'working', words: 'Connecting', since: null } : runningWords(status, embedded);
    default:
      return { state: 'idle', words: 'Not in use', since: null };
  }
}

function runningWords({ database, log, readModel }: SystemStatus, embedded: boolean): SourceWords {
  const parts: readonly (readonly [string, PartStatus])[] = [
    [embedded ? 'Database' : 'PostgreSQL', database],
    [embedded ? 'Event log' : 'Kafka', log],
    [embedded ? 'Read model' : 'Redis', readModel],
  ];
  const [name, worst] = parts.reduce((a, b) =>
    partLooks[b[1].state].severity > partLooks[a[1].state].severity ? b : a,
  );
  const { state, word } = partLooks[worst.state];
  const since = Math.max(...parts.map(([, part]) => part.since));
  if (worst.state === 'up') return { state, words: embedded ? 'Up' : 'Connected', since };
  return { state, words: `${name} ${word}`, since: worst.since };
}

/** How many of the tests made did not pass: 0 where nothing was tried. */
export function failedTests(tests: TestStates): { readonly failed: number; readonly of: number } {
  const states = serviceNames.flatMap((service) => tests[service] ?? []);
  const failed = states.filter((test) => test.kind === 'refused' || (test.kind === 'done' && !test.test.ok));
  return { failed: failed.length, of: states.length };
}

/** The state of a source that is not in use: what trying it has shown in this session. */
export function testedWords(tests: TestStates): SourceWords {
  const states = serviceNames.flatMap((service) => tests[service] ?? []);
  if (states.length === 0) return { state: 'idle', words: 'Not in use', since: null };
  if (states.some(({ kind }) => kind === 'running')) return { state: 'working', words: 'Testing', since: null };
  const all = serviceNames.length;
  const { failed } = failedTests(tests);
  const untested = all - states.length;
  const rest = untested === 0 ? '' : `, ${untested} not tested`;
  if (failed > 0) return { state: 'error', words: `${failed} of ${all} tests failed${rest}`, since: null };
  // A source works when all of its services do: what was not tried is no pass.
  if (untested > 0) return { state: 'unknown', words: `${states.length} of ${all} passed${rest}`, since: null };
  return { state: 'ok', words: `${all} tests passed`, since: null };
}
