import { useConsole } from './console-store.ts';

/**
 * Calls `refetch` when the shown live day has changed, at most every `ms`; a change that comes too early is not lost.
 * While live is paused the shown picture does not change, and neither do the answers beside it. Returns the releaser.
 */
export function everyLiveChange(ms: number, refetch: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Date.now();
  const fire = (): void => {
    timer = undefined;
    last = Date.now();
    refetch();
  };
  const unsubscribe = useConsole.subscribe((state, before) => {
    if (state.live === before.live || timer !== undefined) return;
    if (state.live?.dayVersion === before.live?.dayVersion) return;
    timer = setTimeout(fire, Math.max(0, last + ms - Date.now()));
  });
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
