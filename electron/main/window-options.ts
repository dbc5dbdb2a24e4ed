import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron';

/** Size of the first window, and the least at which every screen still fits. */
const defaultSize = { width: 1440, height: 900 } as const;
export const minimumSize = { width: 960, height: 640 } as const;

/** Ground of the window before the page has painted: `--rm-bg-app` of each theme. */
export const grounds = { dark: '#0F1114', light: '#F3F4F6' } as const;

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowOptions {
  /** Absolute path of the preload bundle. */
  readonly preload: string;
  readonly dark: boolean;
  readonly devTools: boolean;
  /** A diagnostic run must paint even when nobody looks. */
  readonly diagnostic: boolean;
  /** Where to put it; null lets the system choose. */
  readonly bounds: Bounds | null;
}

/** Everything the page's process may not do. Defaults of Electron are spelled out so that a test can hold them. */
export function webPreferences({
  preload,
  devTools,
  diagnostic,
}: Pick<WindowOptions, 'preload' | 'devTools' | 'diagnostic'>): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    plugins: false,
    navigateOnDragDrop: false,
    disableDialogs: true,
    // The spelling dictionaries would be fetched from the network.
    spellcheck: false,
    devTools,
    backgroundThrottling: !diagnostic,
  };
}

export function browserWindowOptions(options: WindowOptions): BrowserWindowConstructorOptions {
  return {
    ...defaultSize,
    ...(options.bounds ?? {}),
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    show: false,
    title: 'ReelMetrics',
    backgroundColor: options.dark ? grounds.dark : grounds.light,
    webPreferences: webPreferences(options),
  };
}
