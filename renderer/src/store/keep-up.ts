import { useConsole } from './console-store.ts';

/** Between two askings while answers come that are older than the live day, ms: the read model is written after the commit. */
const catchUpMs = 250;
/** Askings in a row that may bring an older answer before it is left for the usual pause. */
const catchUps = 8;

export interface Kept {
  /** Version of the live day that the answer in hand holds; null when there is none. */
  heldVersion(): number | null;
  /** Asks again; resolves when the answer or the failure is there. */
  ask(): Promise<unknown>;
}

/**
 * Asks again for as long as the answer in hand is older than the shown live day: at once to begin with, then at most every
 * `ms`. While live is paused the shown picture does not change, and neither do the answers beside it. Returns the releaser.
 */
export function keepUp(ms: number, { heldVersion, ask }: Kept): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let closed = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let older = 0;

  const isBehind = (version: number | null): boolean => version !== null && (heldVersion() ?? -1) < version;
  const shownVersion = (): number | null => useConsole.getState().live?.dayVersion ?? null;
  const look = (): void => {
    if (closed || asking || timer !== undefined || !isBehind(shownVersion())) return;
    const pause = older > 0 && older <= catchUps ? Math.min(catchUpMs, ms) : ms;
    timer = setTimeout(() => void go(), Math.max(0, askedAt + pause - Date.now()));
  };
  const go = async (): Promise<void> => {
    timer = undefined;
    asking = true;
    askedAt = Date.now();
    const wanted = shownVersion();
    await ask();
    asking = false;
    older = isBehind(wanted) ? older + 1 : 0;
    look();
  };

  const unsubscribe = useConsole.subscribe((state, before) => {
    if (state.live?.dayVersion !== before.live?.dayVersion) look();
  });
  look();
  return () => {
    closed = true;
    clearTimeout(timer);
    unsubscribe();
  };
}
