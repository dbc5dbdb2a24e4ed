import { useEffect, useMemo, useState } from 'react';
import type { PartStatus, SystemStatus } from '../../../../backend/domain/status.ts';
import { useConsole } from '../../store/console-store.ts';

/** A live picture older than this is not live any more, ms. Main sends at least one frame a second. */
export const oldAfterMs = 5000;
const checkMs = 1000;

/** How the live picture stands. `since` is when the last picture was made, epoch ms. */
export type LiveState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'receiving' }
  /** Nothing is sold and the simulator is off. */
  | { readonly kind: 'quiet' }
  | { readonly kind: 'paused' }
  /** The consumer is paused: nothing new is stored. */
  | { readonly kind: 'held'; readonly since: number }
  | { readonly kind: 'down'; readonly what: string; readonly part: PartStatus; readonly since: number }
  | { readonly kind: 'stale'; readonly since: number };

/** Which part is down so that no picture can come; the consumer before what it depends on, as it names the cause. */
function partDown(status: SystemStatus): { what: string; part: PartStatus } | null {
  if (status.consumer.state === 'down') return { what: 'Consumer', part: status.consumer };
  if (status.database.state === 'down') return { what: 'Database', part: status.database };
  if (status.log.state === 'down') return { what: 'Event log', part: status.log };
  return null;
}

/** The state of the live picture; the same object until it changes, so that ticks alone draw nothing. */
export function useLiveState(): LiveState {
  const known = useConsole((state) => state.latest !== null);
  const paused = useConsole((state) => state.pausedAt !== null);
  const status = useConsole((state) => state.status);
  const idle = useConsole((state) => (state.live?.salesPerMinute ?? 0) === 0);
  const staleSince = useStaleSince();
  const down = status === null ? null : partDown(status);
  const downKey =
    down === null ? null : `${down.what} ${down.part.since} ${down.part.nextAttemptAt} ${down.part.reason}`;
  const heldSince = status?.consumer.pausedAt ?? null;
  const off = status?.simulator.state === 'stopped';

  // biome-ignore lint/correctness/useExhaustiveDependencies: `downKey` says all of `down`, which is new with each status.
  return useMemo((): LiveState => {
    if (!known) return { kind: 'loading' };
    if (down !== null) return { kind: 'down', ...down, since: down.part.since };
    if (paused) return { kind: 'paused' };
    if (heldSince !== null) return { kind: 'held', since: heldSince };
    if (staleSince !== null) return { kind: 'stale', since: staleSince };
    return { kind: idle && off ? 'quiet' : 'receiving' };
  }, [known, downKey, paused, heldSince, staleSince, idle, off]);
}

/** When the newest picture was made if it is too old to be live; else null. */
function useStaleSince(): number | null {
  const [since, setSince] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      const at = useConsole.getState().latest?.at ?? null;
      setSince(at !== null && Date.now() - at > oldAfterMs ? at : null);
    }, checkMs);
    return () => clearInterval(timer);
  }, []);
  return since;
}

/** Whether amber may prove freshness: the picture follows the sales. */
export function isLive(state: LiveState): boolean {
  return state.kind === 'receiving' || state.kind === 'quiet';
}

/** From when on there is no picture, epoch ms; null while there is one. */
export function noPictureSince(state: LiveState): number | null {
  return state.kind === 'down' || state.kind === 'stale' || state.kind === 'held' ? state.since : null;
}
