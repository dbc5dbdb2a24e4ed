import { startTransition, useEffect, useState } from 'react';
import { useConsole } from '../../store/console-store.ts';
import type { LivePicture } from '../../store/live-picture.ts';

/**
 * The live picture, at most once per second of its clock: what draws hundreds of points follows the closing of seconds,
 * not each tick. Drawn as a transition, so that the figures of the tick come first.
 */
export function useSecondPicture(): LivePicture | null {
  const [picture, setPicture] = useState(() => useConsole.getState().live);
  useEffect(() => {
    const follow = (live: LivePicture | null): void =>
      setPicture((before) => (before !== null && live !== null && isSameSecond(before, live) ? before : live));
    follow(useConsole.getState().live);
    return useConsole.subscribe((state, before) => {
      if (state.live === before.live) return;
      if (state.live !== null && before.live !== null && isSameSecond(before.live, state.live)) return;
      startTransition(() => follow(state.live));
    });
  }, []);
  return picture;
}

function isSameSecond(a: LivePicture, b: LivePicture): boolean {
  return a.day === b.day && Math.floor(a.at / 1000) === Math.floor(b.at / 1000);
}
