import { app } from 'electron';
import type { AppInfo } from '../contract/signatures.ts';
import { hostZone } from './zone.ts';

/** Major version of Electron that the console is built for; an older runtime is the stand-in for building and testing. */
export const builtForElectron = 45;

export function appInfo(rest: Pick<AppInfo, 'dataFolder' | 'logFile' | 'diagnostic' | 'notices'>): AppInfo {
  const { electron, chrome, node } = process.versions;
  return {
    version: app.getVersion(),
    electron,
    chrome,
    node,
    supportedRuntime: isSupportedRuntime(electron),
    packaged: app.isPackaged,
    platform: process.platform,
    hostZone: hostZone(),
    ...rest,
  };
}

/** Whether a version of Electron is at least the one the console is built for. */
export function isSupportedRuntime(version: string): boolean {
  return Number.parseInt(version, 10) >= builtForElectron;
}
