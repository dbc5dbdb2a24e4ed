import { dirname, join } from 'node:path';
import { inRepository } from './paths.mjs';

/** Where electron-builder leaves the unpacked application's program for this platform. */
export function packedExecutable() {
  const arm = process.arch === 'arm64';
  if (process.platform === 'darwin') {
    return inRepository('dist', arm ? 'mac-arm64' : 'mac', 'ReelMetrics.app', 'Contents', 'MacOS', 'ReelMetrics');
  }
  if (process.platform === 'win32')
    return inRepository('dist', arm ? 'win-arm64-unpacked' : 'win-unpacked', 'ReelMetrics.exe');
  return inRepository('dist', arm ? 'linux-arm64-unpacked' : 'linux-unpacked', 'reelmetrics');
}

/** The folder of its archive. */
export function packedResources() {
  const folder = dirname(packedExecutable());
  return process.platform === 'darwin' ? join(folder, '..', 'Resources') : join(folder, 'resources');
}
