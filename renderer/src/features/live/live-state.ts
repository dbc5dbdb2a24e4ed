import { useMemo } from 'react';
import type { PartStatus, SystemStatus } from '../../../../backend/domain/status.ts';
import { useConsole } from '../../store/console-store.ts';
import { useNow } from '../../ui/clock.ts';

/** A live picture older than this is not live any more, ms. Main sends at least one frame a second. */
export const oldAfterMs = 5000;

/** How the live picture stands. `since` is when the last picture was made, epoch ms. */
export type LiveState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'receiving' }
  /** Nothing is sold and the simulator is off. */
  | { readonly kind: 'quiet' }
  | { readonly kind: 'paused'; readonly waiting: number }
  | { readonly kind: 'down'; readonly what: string; readonly part: PartStatus; readonly since: number }
  | { readonly kind: 'stale'; readonly since: number };

/** Which part is down so that no picture can come; the consumer before what it depends on, as it names the cause. */
export function partDown(status: SystemStatus): { what: string; part: PartStatus } | null {
  if (status.consumer.state === 'down') return { what: 'Consumer', part: status.consumer };
  if (status.database.state === 'down') return { what: 'Database', part: status.database };
  if (status.log.state === 'down') return { what: 'Event log', part: status.log };
  return null;
}

/** The state of the live picture; a pause is said first, as it was asked for. */
export function useLiveState(): LiveState {
  const at = useConsole((state) => state.latest?.at ?? null);
  const pausedAt = useConsole((state) => state.pausedAt);
  const waiting = useConsole((state) => state.waiting);
  const status = useConsole((state) => state.status);
  const idle = useConsole((state) => (state.live?.salesPerMinute ?? 0) === 0);
  const now = useNow();
  const old = at !== null && now - at > oldAfterMs;
  const down = useMemo(() => (status === null ? null : partDown(status)), [status]);

  if (at === null) return { kind: 'loading' };
  if (down !== null) return { kind: 'down', ...down, since: Math.min(down.part.since, at) };
  if (pausedAt !== null) return { kind: 'paused', waiting };
  if (old) return { kind: 'stale', since: at };
  if (idle && status?.simulator.state === 'stopped') return { kind: 'quiet' };
  return { kind: 'receiving' };
}

/** Whether amber may prove freshness: the picture follows the sales. */
export function isLive(state: LiveState): boolean {
  return state.kind === 'receiving' || state.kind === 'quiet';
}
