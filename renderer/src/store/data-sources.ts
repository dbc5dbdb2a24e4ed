import type { ConsoleState } from './console-store.ts';

/** The source that runs, is being started or has failed; null before the first choice. */
export function activeSourceOf({ appState, settings }: Pick<ConsoleState, 'appState' | 'settings'>): string | null {
  switch (appState?.phase) {
    case 'starting':
    case 'running':
      return appState.source;
    case 'no-source':
      return null;
    default:
      return settings?.dataSource ?? null;
  }
}

/** How a source is called: the name of its profile, or that of a built-in one; its id when there is none such. */
export function sourceNameOf({ settings }: Pick<ConsoleState, 'settings'>, id: string): string {
  if (id === 'embedded') return 'Embedded';
  if (id === 'local') return 'Local services';
  return settings?.profiles.find((profile) => profile.id === id)?.name ?? id;
}

/** Name of the active source; null before the first choice. */
export function activeSourceName(state: Pick<ConsoleState, 'appState' | 'settings'>): string | null {
  const id = activeSourceOf(state);
  return id === null ? null : sourceNameOf(state, id);
}
