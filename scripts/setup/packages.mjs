import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository, repository, toolchainNode } from '../lib/paths.mjs';
import { capture, run } from '../lib/run.mjs';
import { SetupError, say } from '../lib/say.mjs';
import { requirePinnedNode } from './toolchain-node.mjs';

/** How npm is started: through the npm that runs us where there is one, else the one on the PATH. @param {readonly string[]} args */
export function npmCommand(args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return { program: process.execPath, args: [cli, ...args], shell: false };
  return {
    program: process.platform === 'win32' ? 'npm.cmd' : 'npm',
    args: [...args],
    shell: process.platform === 'win32',
  };
}

/** Installs what package-lock.json says, when node_modules does not hold it yet; also the toolchain's own Node. */
export async function ensurePackages() {
  const reason = whyInstall();
  if (reason !== null) {
    say(`installing the npm packages (${reason})`);
    await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], 'npm ci');
  }
  if (!(await nodeRuns())) {
    say('fetching the Node of the toolchain');
    await npm(['rebuild', 'node', '--loglevel', 'error'], 'npm rebuild node');
    const node = toolchainNode();
    if (node !== null) await requirePinnedNode(node);
    if (!(await nodeRuns())) throw new SetupError('The Node of the toolchain (npm package "node") does not start.');
  }
}

/** @param {readonly string[]} args @param {string} name */
async function npm(args, name) {
  const command = npmCommand(args);
  // What npm says is progress, not the command's answer: it goes to stderr.
  const code = await run(command.program, command.args, { shell: command.shell, stdio: ['ignore', 2, 2] });
  if (code !== 0) throw new SetupError(`${name} failed with exit code ${code}; its reasons are above.`);
}

async function nodeRuns() {
  const node = toolchainNode();
  if (node === null) return false;
  const wanted = lockedPackages(join(repository, 'package-lock.json'))?.['node_modules/node']?.version;
  const { code, output } = await capture(node, ['--version'], { timeoutMs: 20_000 });
  return code === 0 && (wanted === undefined || output.trim() === `v${wanted}`);
}

/** Compares npm's own record of what is installed with the lockfile, so that a touched file installs nothing. */
function whyInstall() {
  const wanted = lockedPackages(inRepository('package-lock.json'));
  if (wanted === null) throw new SetupError('package-lock.json is missing or unreadable.');
  const installed = lockedPackages(inRepository('node_modules', '.package-lock.json'));
  if (installed === null) return 'none are here yet';
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path];
    if (found === undefined ? !optional : found.version !== version)
      return `${path.replace('node_modules/', '')} has changed`;
  }
  return null;
}

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> | null}
 */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}
