import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import type { Logger } from '../../backend/ports/logger.ts';
import { browserWindowOptions, grounds } from './window-options.ts';
import { fitBounds, readWindowState, type WindowState, writeWindowState } from './window-state.ts';

export interface MainWindowOptions {
  readonly preload: string;
  readonly url: string;
  readonly stateFile: string;
  readonly devTools: boolean;
  readonly diagnostic: boolean;
  readonly logger: Logger;
}

/** A page that has not painted by then is shown nevertheless: an empty window says more than none. */
const showAnywayMs = 4000;

/** Makes the window, puts it where it was, and shows it with its first paint. Loading goes on by itself. */
export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const { logger } = options;
  const remembered = readWindowState(options.stateFile, logger);
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const window = new BrowserWindow(
    browserWindowOptions({
      preload: options.preload,
      dark: nativeTheme.shouldUseDarkColors,
      devTools: options.devTools,
      diagnostic: options.diagnostic,
      bounds: remembered === null ? null : fitBounds(remembered.bounds, areas),
    }),
  );
  const show = (): void => {
    clearTimeout(late);
    if (window.isDestroyed() || window.isVisible()) return;
    if (remembered?.maximized) window.maximize();
    window.show();
  };
  const late = setTimeout(show, showAnywayMs);
  window.once('ready-to-show', show);
  window.once('closed', () => clearTimeout(late));

  const followTheme = (): void =>
    window.setBackgroundColor(nativeTheme.shouldUseDarkColors ? grounds.dark : grounds.light);
  nativeTheme.on('updated', followTheme);
  window.once('closed', () => nativeTheme.off('updated', followTheme));

  window.on('leave-full-screen', () => window.setMenuBarVisibility(true));
  window.on('unresponsive', () => logger.warn('window does not respond'));
  window.on('responsive', () => logger.info('window responds again'));
  window.webContents.on('did-fail-load', (_event, code, description, url, isMainFrame) => {
    if (isMainFrame) logger.error('page did not load', { code, description, url });
  });
  // A rejected load has been told of by 'did-fail-load'.
  void window.loadURL(options.url).catch(() => undefined);
  return window;
}

/** Remembers where the window is. */
export function rememberWindow(window: BrowserWindow, stateFile: string): void {
  if (window.isDestroyed()) return;
  const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
  writeWindowState(stateFile, state);
}

/** The page's process ended by itself: says so and loads it again, or quits, as the user likes. Stored data is not touched. */
export async function offerReload(window: BrowserWindow, reason: string): Promise<'reload' | 'quit'> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The window has stopped working',
    detail: `Its process ended (${reason}). Sales are still being stored.`,
    buttons: ['Reload the window', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1 ? 'quit' : 'reload';
}
