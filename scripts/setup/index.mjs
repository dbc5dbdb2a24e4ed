import { ensureDisplay, hasDisplay } from './display.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { ensurePackages } from './packages.mjs';
import { ensureSystemLibraries } from './system-libraries.mjs';

/**
 * Everything between a fresh clone and an Electron that opens windows: packages, runtime, system libraries, display.
 * Does only what is missing, and says what it does.
 * @returns {Promise<{ electron: import('./electron-runtime.mjs').ElectronRuntime, flags: string[], environment: NodeJS.ProcessEnv }>}
 *   `flags` go before the app's folder, `environment` is to be added to that of whatever opens windows.
 */
export async function setUp() {
  await ensurePackages();
  const electron = await ensureElectron();
  await ensureSystemLibraries({ executable: electron.executable, display: hasDisplay() });
  const display = await ensureDisplay();
  return {
    electron,
    flags: sandboxFlags(),
    environment: {
      ...display,
      REELMETRICS_ELECTRON: electron.executable,
      // For tools that ask the electron package where its binary is.
      ...(electron.kind === 'package' ? {} : { ELECTRON_OVERRIDE_DIST_PATH: electron.folder }),
    },
  };
}

/** Chromium refuses its sandbox to root, and only to root is it switched off. */
export function sandboxFlags() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}
