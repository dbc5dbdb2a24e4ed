import { useEffect } from 'react';

/** What a screen offers to the frame's commands; a screen registers what it has and takes it back when it leaves. */
export interface ScreenActions {
  /** The shown figures as a file; called when the user exports. */
  readonly exportCsv?: () => CsvFile;
  /** Puts the cursor into the screen's filter field. */
  readonly focusFilter?: () => void;
}

export interface CsvFile {
  /** Bare file name with `.csv`. */
  readonly suggestedName: string;
  readonly content: string;
}

let registered: readonly ScreenActions[] = [];
const listeners = new Set<() => void>();

function change(next: readonly ScreenActions[]): void {
  registered = next;
  for (const listener of [...listeners]) listener();
}

/** Registers actions until the component leaves. `actions` must be stable (useMemo). */
export function useScreenActions(actions: ScreenActions): void {
  useEffect(() => {
    change([...registered, actions]);
    return () => change(registered.filter((held) => held !== actions));
  }, [actions]);
}

/** The action of the part that registered last. */
export function screenAction<K extends keyof ScreenActions>(name: K): ScreenActions[K] | undefined {
  return registered.findLast((actions) => actions[name] !== undefined)?.[name];
}

/** All that is registered; another array after each change. */
export function offeredActions(): readonly ScreenActions[] {
  return registered;
}

export function onScreenActions(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
