/** What is told of partitions that stand at a batch that cannot be read. */
import type { PartStatus } from '../domain/status.ts';
import { AppError } from '../lib/app-error.ts';
import type { HeldPartition } from '../ports/event-log.ts';
import type { LagTracker } from './lag-tracker.ts';

/** More are counted, not named. */
const MOST_NAMED = 3;

/** The partitions of which all that can be read is stored. */
export function standingOf(held: readonly HeldPartition[], lag: LagTracker): ReadonlySet<number> {
  const standing = held.filter(({ partition, offset }) => lag.storedOffset(partition) === offset);
  return new Set(standing.map(({ partition }) => partition));
}

/** The state of a consumer that stores all else. */
export function stateOfHeld(held: readonly HeldPartition[], since: number): PartStatus {
  const named = held.slice(0, MOST_NAMED).map(({ reason }) => reason);
  if (held.length > MOST_NAMED) named.push(`So are ${held.length - MOST_NAMED} more.`);
  const reason = [...named, held[0]?.hint ?? ''].join(' ');
  return { state: 'degraded', since, reason, code: 'batch_unreadable', nextAttemptAt: null };
}

export function unreadable({ reason, hint }: HeldPartition): AppError {
  return new AppError('batch_unreadable', reason, { hint });
}
