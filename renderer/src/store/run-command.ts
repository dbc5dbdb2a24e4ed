import type { CommandId } from '../../../electron/contract/commands.ts';
import {
  pauseConsumer,
  resumeConsumer,
  saveFile,
  setWallMode,
  startSimulator,
  stopSimulator,
  switchBackend,
  updateSettings,
} from './actions.ts';
import { stepDay } from './business-days.ts';
import { type ConsoleState, useConsole } from './console-store.ts';
import { refreshStored } from './query-client.ts';
import { screenAction } from './screen-actions.ts';

/** Commands that the frame's parts carry out; set by the palette, which owns its own state. */
let openPalette: () => void = () => undefined;
export function setPaletteOpener(open: () => void): void {
  openPalette = open;
}

const whenRunning = (run: (state: ConsoleState) => void): void => {
  const state = useConsole.getState();
  if (state.appState?.phase === 'running') run(state);
};

const handlers: Readonly<Record<CommandId, () => void>> = {
  'screen.live': () => useConsole.getState().show('live'),
  'screen.theatres': () => useConsole.getState().show('theatres'),
  'screen.pipeline': () => useConsole.getState().show('pipeline'),
  'screen.simulator': () => useConsole.getState().show('simulator'),
  'screen.settings': () => useConsole.getState().show('settings'),
  'settings.open': () => useConsole.getState().show('settings'),
  'palette.open': () => openPalette(),
  'filter.focus': () => screenAction('focusFilter')?.(),
  'export.csv': exportScreen,
  'view.refresh': () => void refreshStored(),
  'live.pause': () => {
    const { pausedAt, pauseLive, resumeLive } = useConsole.getState();
    if (pausedAt === null) pauseLive(Date.now());
    else resumeLive();
  },
  'day.previous': () => moveDay(-1),
  'day.next': () => moveDay(1),
  'day.today': () => useConsole.getState().setDay(null),
  'day.compare': () => useConsole.getState().toggleCompare(),
  'simulator.toggle': () =>
    whenRunning(({ status }) => void (status?.simulator.state === 'stopped' ? startSimulator() : stopSimulator())),
  'consumer.toggle': () =>
    whenRunning(({ status }) => void (status?.consumer.paused ? resumeConsumer() : pauseConsumer())),
  'backend.toggle': () =>
    whenRunning(({ status }) => void switchBackend(status?.backend === 'sql' ? 'materialized' : 'sql')),
  'amounts.hide': () => useConsole.getState().toggleAmounts(),
  'wall.toggle': () => void setWallMode(!useConsole.getState().wallMode),
  'theme.toggle': () => void updateSettings({ theme: isDark() ? 'light' : 'dark' }),
  'shortcuts.show': () => {
    const { shortcutsOpen, setShortcutsOpen } = useConsole.getState();
    setShortcutsOpen(!shortcutsOpen);
  },
};

/** Carries out a command of the registry, wherever it came from: menu, key, palette or button. */
export function runCommand(id: CommandId): void {
  handlers[id]();
}

function moveDay(days: number): void {
  const state = useConsole.getState();
  state.setDay(stepDay(state, days));
}

function exportScreen(): void {
  const exportCsv = screenAction('exportCsv');
  if (exportCsv === undefined) useConsole.getState().tell('This screen has nothing to export.');
  else void saveFile(exportCsv());
}

function isDark(): boolean {
  return document.documentElement.dataset.mantineColorScheme === 'dark';
}
