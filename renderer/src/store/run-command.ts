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
import { canRun } from './can-run.ts';
import { useConsole } from './console-store.ts';
import { refreshStored } from './query-client.ts';
import { screenAction } from './screen-actions.ts';

/** Commands that the frame's parts carry out; set by the palette, which owns its own state. */
let openPalette: () => void = () => undefined;
export function setPaletteOpener(open: () => void): void {
  openPalette = open;
}

/** Said where a key does nothing that can be seen otherwise. */
const refusals: Readonly<Partial<Record<CommandId, string>>> = {
  'export.csv': 'This screen has nothing to export.',
  'filter.focus': 'This screen has nothing to filter.',
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
  'export.csv': () => {
    const exportCsv = screenAction('exportCsv');
    if (exportCsv !== undefined) void saveFile(exportCsv());
  },
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
  'simulator.toggle': () => {
    const { status, show } = useConsole.getState();
    if (status?.simulator.state !== 'stopped') void stopSimulator();
    // The screen asks for the name of the profile: no key puts invented sales into a topic that others read.
    else if (status.simulation.confirm !== null) show('simulator');
    else void startSimulator();
  },
  'consumer.toggle': () => {
    const paused = useConsole.getState().status?.consumer.paused;
    void (paused ? resumeConsumer() : pauseConsumer());
  },
  'backend.toggle': () => {
    const backend = useConsole.getState().status?.backend;
    void switchBackend(backend === 'sql' ? 'materialized' : 'sql');
  },
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
  const state = useConsole.getState();
  if (canRun(id, state)) handlers[id]();
  else {
    const why = id === 'simulator.toggle' ? state.status?.simulation.reason : refusals[id];
    if (why != null) state.tell(why);
  }
}

function moveDay(days: number): void {
  const state = useConsole.getState();
  state.setDay(stepDay(state, days));
}

function isDark(): boolean {
  return document.documentElement.dataset.mantineColorScheme === 'dark';
}
