import type { CommandId } from '../../../electron/contract/commands.ts';
import type { ConsoleState } from './console-store.ts';
import { screenAction } from './screen-actions.ts';

/** Whether a command can do anything now; the palette greys out the others. */
export function canRun(id: CommandId, { appState, status, day, pausedAt }: ConsoleState): boolean {
  const running = appState?.phase === 'running';
  switch (id) {
    case 'screen.theatres':
    case 'screen.pipeline':
    case 'screen.simulator':
      return appState?.phase !== 'no-source';
    case 'live.pause':
      // There is always a way out of a pause.
      return running || pausedAt !== null;
    case 'view.refresh':
    case 'day.compare':
    case 'backend.toggle':
    case 'consumer.toggle':
      return running;
    case 'simulator.toggle':
      return running && status !== null && status.simulator.state !== 'stopping' && status.simulation.allowed;
    case 'day.next':
    case 'day.today':
      return day !== null;
    case 'export.csv':
      return running && screenAction('exportCsv') !== undefined;
    case 'filter.focus':
      return screenAction('focusFilter') !== undefined;
    default:
      return true;
  }
}
