import { useEffect } from 'react';
import { setWallMode } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { runCommand } from '../../store/run-command.ts';
import { commandOf, focusOf } from './keys.ts';

const isMac = navigator.userAgent.includes('Macintosh');

/** The one key handler: every key of the command registry, and Escape. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      // A dialog keeps its keys to itself.
      if (document.querySelector('[aria-modal="true"]') !== null) return;
      if (event.key === 'Escape') {
        leave();
        return;
      }
      const id = commandOf(event, focusOf(document.activeElement), isMac);
      if (id === null || (id === 'live.pause' && !showsLive())) return;
      event.preventDefault();
      if (!event.repeat || id === 'day.previous' || id === 'day.next') runCommand(id);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Space pauses only where the live picture is looked at: elsewhere a stray key would freeze figures that are not in view. */
function showsLive(): boolean {
  const { screen, day } = useConsole.getState();
  return screen === 'live' && day === null;
}

/** Escape closes what was opened last: the drawer, then wall mode. */
function leave(): void {
  const { drawerTheaterId, openDrawer, wallMode } = useConsole.getState();
  if (drawerTheaterId !== null) openDrawer(null);
  else if (wallMode) void setWallMode(false);
}
