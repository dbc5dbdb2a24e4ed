import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture, run } from '../lib/run.mjs';
import { SetupError, say } from '../lib/say.mjs';
import { isOn } from './electron-runtime.mjs';

/**
 * What Electron wants of a Linux system: Debian's package and, where a newer Debian or Ubuntu has renamed it, that name
 * first. libxss, libxtst and libnotify are loaded at run time, so that only the list knows of them.
 */
const libraries = [
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
  ['libxss1'],
  ['libxtst6'],
  ['libnotify4'],
];

/**
 * Sees to the shared libraries of the Electron binary, to Xvfb where there is no display, and to other programs asked for.
 * @param {{ executable: string, display: boolean, programs?: readonly { program: string, package: string, reason: string }[] }} needs
 */
export async function ensureSystemLibraries({ executable, display, programs = [] }) {
  if (process.platform !== 'linux') return;
  const missing = await missingLibraries(executable);
  /** @type {string[][]} */
  const packages = missing.length > 0 ? [...libraries] : [];
  const reasons = missing.length > 0 ? [`Electron needs ${missing.join(', ')}`] : [];
  if (!display && !(await isOnPath('Xvfb'))) {
    packages.push(['xvfb']);
    reasons.push('there is no display, and windows then need Xvfb');
  }
  for (const { program, package: name, reason } of programs) {
    if (await isOnPath(program)) continue;
    packages.push([name]);
    reasons.push(reason);
  }
  if (packages.length === 0) return;
  await installSystemPackages(packages, reasons.join('; '));
  const still = await missingLibraries(executable);
  if (still.length > 0) throw new SetupError(`Electron still misses ${still.join(', ')} after the installation.`);
}

/** @param {string} executable @returns {Promise<string[]>} */
async function missingLibraries(executable) {
  const { output } = await capture('ldd', [executable]);
  return [...output.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] ?? '');
}

/**
 * Installs Debian's packages where we may, and says so; else an error says how.
 * @param {string[][]} packages Each with the names it has in different releases, the plainest last.
 * @param {string} reason
 * @param {(install: () => Promise<void>) => Promise<void>} [around] What has to surround the installation itself.
 */
export async function installSystemPackages(packages, reason, around = (install) => install()) {
  const debian = existsSync('/etc/debian_version') && (await isOnPath('apt-get'));
  const plain = packages.map((names) => names.at(-1)).join(' ');
  if (!debian) throw new SetupError(`System packages are missing (${reason}). On Debian they are: ${plain}`);

  const root = process.getuid?.() === 0;
  if (!root || isOn(process.env.REELMETRICS_NO_SYSTEM_INSTALL)) {
    throw new SetupError(
      `System packages are missing (${reason}). Install them with:\n` +
        `  ${root ? '' : 'sudo '}apt-get update && ${root ? '' : 'sudo '}apt-get install -y --no-install-recommends ${plain}`,
    );
  }
  say(`installing system packages: ${plain} (${reason}; REELMETRICS_NO_SYSTEM_INSTALL=1 forbids it)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await apt(['update', '-qq'], env);
  const names = await Promise.all(packages.map(available));
  await around(() => apt(['install', '-y', '-qq', '--no-install-recommends', ...names], env));
}

/** The first of the names that this release of the distribution knows. @param {string[]} names */
async function available(names) {
  for (const name of names) {
    const { code, output } = await capture('apt-cache', ['policy', name], { env: { ...process.env, LC_ALL: 'C' } });
    if (code === 0 && /Candidate: (?!\(none\))/.test(output)) return name;
  }
  return names.at(-1) ?? '';
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env */
async function apt(args, env) {
  const code = await run('apt-get', args, { env, stdio: ['ignore', 2, 2] });
  if (code !== 0) throw new SetupError(`apt-get ${args[0]} failed with exit code ${code}; its reasons are above.`);
}

/** @param {string} program */
export async function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
