import type { CommandId } from '../../../electron/contract/commands.ts';
import {
  saveFile,
  setWallMode,
  startSimulator,
  stopSimulator,
  switchBackend,
  updateSettings,
} from './actions.ts';
import { stepDay } from './business-days.ts';
import { useConsole } from './console-store.ts';
import { refreshStored } from './query-client.ts';
import { screenAction } from './screen-actions.ts';

/** Commands that the frame's parts carry out; set by the palette, which owns its own state. */
let openPalette: () => void = () => undefined;
export function setPaletteOpener(open: () => void): void {
  openPalette = open;
}

/** Carries out a command of the registry, wherever it came from: menu, key, palette or button. */
export function runCommand(id: CommandId): void {
  const state = useConsole.getState();
  const running = state.appState?.phase === 'running';
  switch (id) {
    case 'screen.live':
      return state.show('live');
    case 'screen.theatres':
      return state.show('theatres');
    case 'screen.simulator':
      return state.show('simulator');
    case 'screen.settings':
    case 'settings.open':
      return state.show('settings');
    case 'palette.open':
      return openPalette();
    case 'filter.focus':
      return screenAction('focusFilter')?.();
    case 'export.csv':
      return exportScreen();
    case 'view.refresh':
      void refreshStored();
      return;
    case 'live.pause':
      return state.pausedAt === null ? state.pauseLive(Date.now()) : state.resumeLive();
    case 'day.previous':
      return state.setDay(stepDay(state, -1));
    case 'day.next':
      return state.setDay(stepDay(state, 1));
    case 'day.today':
      return state.setDay(null);
    case 'day.compare':
      return state.toggleCompare();
    case 'simulator.toggle':
      if (running) void (state.status?.simulator.state === 'stopped' ? startSimulator() : stopSimulator());
      return;
    case 'backend.toggle':
      if (running) void switchBackend(state.status?.backend === 'sql' ? 'materialized' : 'sql');
      return;
    case 'amounts.hide':
      return state.toggleAmounts();
    case 'wall.toggle':
      void setWallMode(!state.wallMode);
      return;
    case 'theme.toggle':
      void updateSettings({ theme: isDark() ? 'light' : 'dark' });
      return;
    case 'shortcuts.show':
      return state.setShortcutsOpen(!state.shortcutsOpen);
    default:
      return id satisfies never;
  }
}

function exportScreen(): void {
  const exportCsv = screenAction('exportCsv');
  if (exportCsv === undefined) return useConsole.getState().tell('This screen has nothing to export.');
  void saveFile(exportCsv());
}

function isDark(): boolean {
  return document.documentElement.dataset.mantineColorScheme === 'dark';
}
