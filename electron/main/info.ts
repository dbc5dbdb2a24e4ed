import { app } from 'electron';
import { hostZone } from '../../backend/domain/business-day.ts';
import type { AppInfo } from '../contract/signatures.ts';
import { isSupportedRuntime } from './supported-runtime.ts';

/** What the About page and the first paint need to know of the program; `rest` is decided at start-up. */
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

/**
 * When this process began, epoch ms. On Linux Electron derives the creation time from the boot time in whole seconds, so
 * it can be most of a second off; Node's own origin is about 20 ms late there.
 */
export function launchedAt(): number {
  const created = process.platform === 'linux' ? null : process.getCreationTime();
  return created ?? performance.timeOrigin;
}
