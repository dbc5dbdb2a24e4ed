/**
 * The command registry: the native menu, the palette, the shortcut sheet and the key handler are all built from it.
 * `keys` in Electron accelerator form; 'CmdOrCtrl' is Command on macOS. `menu` names the native menu it stands in.
 */
export const commands = [
  { id: 'screen.live', label: 'Live', keys: 'CmdOrCtrl+1', menu: 'View' },
  { id: 'screen.theatres', label: 'Theatres', keys: 'CmdOrCtrl+2', menu: 'View' },
  { id: 'screen.pipeline', label: 'Pipeline', keys: 'CmdOrCtrl+3', menu: 'View' },
  { id: 'screen.simulator', label: 'Simulator', keys: 'CmdOrCtrl+4', menu: 'View' },
  { id: 'screen.settings', label: 'Settings', keys: 'CmdOrCtrl+5', menu: 'View' },
  { id: 'settings.open', label: 'Open settings', keys: 'CmdOrCtrl+,', menu: 'File' },
  { id: 'palette.open', label: 'Find or run a command', keys: 'CmdOrCtrl+K', menu: 'View' },
  { id: 'filter.focus', label: 'Filter', keys: 'CmdOrCtrl+F', menu: 'View' },
  { id: 'export.csv', label: 'Export as CSV', keys: 'CmdOrCtrl+E', menu: 'File' },
  { id: 'view.refresh', label: 'Refresh', keys: 'CmdOrCtrl+R', menu: 'View' },
  { id: 'live.pause', label: 'Pause or resume live', keys: 'Space', menu: 'Live' },
  { id: 'day.previous', label: 'Previous day', keys: 'Alt+Left', menu: 'Live' },
  { id: 'day.next', label: 'Next day', keys: 'Alt+Right', menu: 'Live' },
  { id: 'day.today', label: 'Today', keys: 'Alt+T', menu: 'Live' },
  { id: 'day.compare', label: 'Compare with last week', keys: null, menu: 'Live' },
  { id: 'simulator.toggle', label: 'Start or stop the simulator', keys: 'CmdOrCtrl+Shift+S', menu: 'Live' },
  { id: 'consumer.toggle', label: 'Pause or resume the consumer', keys: null, menu: 'Live' },
  { id: 'backend.toggle', label: 'Switch the query backend', keys: 'CmdOrCtrl+Shift+B', menu: 'Live' },
  { id: 'amounts.hide', label: 'Hide or show amounts', keys: 'CmdOrCtrl+Shift+H', menu: 'View' },
  { id: 'wall.toggle', label: 'Wall mode', keys: 'F11', menu: 'View' },
  { id: 'theme.toggle', label: 'Switch light and dark', keys: null, menu: 'View' },
  { id: 'shortcuts.show', label: 'Keyboard shortcuts', keys: '?', menu: 'Help' },
] as const satisfies readonly { id: string; label: string; keys: string | null; menu: string }[];

export type CommandId = (typeof commands)[number]['id'];
