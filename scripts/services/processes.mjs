import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOnPath } from '../setup/system-libraries.mjs';

/*
 * Programs that outlive us, each with a file <name>.pid in the services' folder. A number alone does not tell which
 * process is meant, since the system gives it out again: the file also holds when that process began.
 */

/**
 * @typedef {object} Command
 * @property {string} program
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} [env]
 * @property {{ uid: number, gid: number } | null} [user] Null: ours.
 */

const askAgainMs = 50;

/** @param {string} folder @param {string} name */
const pidFile = (folder, name) => join(folder, `${name}.pid`);

/** @param {string} folder @param {string} name */
export const logFile = (folder, name) => join(folder, `${name}.log`);

/**
 * Starts a program of its own session, its output into its log. `untilExit`: it is killed when we end, however that comes.
 * @param {string} folder @param {string} name @param {Command} command @param {boolean} untilExit
 * @returns {Promise<number>} Its process id.
 */
export async function startProcess(folder, name, { program, args, env, user = null }, untilExit) {
  // Where we are killed outright, the kernel ends it for us.
  const bound = untilExit && process.platform === 'linux' && (await isOnPath('setpriv'));
  const [first = program, ...rest] = bound ? ['setpriv', '--pdeathsig', 'KILL', program, ...args] : [program, ...args];
  const log = openSync(logFile(folder, name), 'a', 0o600);
  try {
    const child = spawn(first, rest, {
      cwd: folder,
      detached: true,
      stdio: ['ignore', log, log],
      ...(env === undefined ? {} : { env }),
      ...(user ?? {}),
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const pid = child.pid ?? 0;
    writeFileSync(pidFile(folder, name), JSON.stringify({ pid, began: beginning(pid) }));
    return pid;
  } finally {
    closeSync(log);
  }
}

/** The process that was started under this name, if it still runs. @param {string} folder @param {string} name @returns {number | null} */
export function runningProcess(folder, name) {
  try {
    const { pid, began } = JSON.parse(readFileSync(pidFile(folder, name), 'utf8'));
    return began !== null && beginning(pid) === began ? pid : null;
  } catch {
    return null;
  }
}

/** Sends a signal; where it has to end the process, `processEnded` waits for that. @param {string} folder @param {string} name @param {NodeJS.Signals} signal */
export function signalProcess(folder, name, signal) {
  const pid = runningProcess(folder, name);
  if (pid !== null) process.kill(pid, signal);
}

/** @param {string} folder @param {string} name @param {number} withinMs @returns {Promise<boolean>} */
export async function processEnded(folder, name, withinMs) {
  const limit = performance.now() + withinMs;
  while (runningProcess(folder, name) !== null) {
    if (performance.now() > limit) return false;
    await sleep(askAgainMs);
  }
  rmSync(pidFile(folder, name), { force: true });
  return true;
}

/** When a process began, in words that hold for no other process; null when it does not run. @param {number} pid @returns {string | null} */
export function beginning(pid) {
  if (process.platform !== 'linux') return beginningByPs(pid);
  try {
    // The name in brackets may hold anything: what follows the last bracket is counted.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // A zombie has ended, but for a first thread that has ended before the others.
    const ended = state === 'Z' && Number(fields[16]) <= 1;
    return ended ? null : `${boot} ${fields[18]}`;
  } catch {
    return null;
  }
}

/** @param {number} pid @returns {string | null} */
function beginningByPs(pid) {
  try {
    const words = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return words === '' || words.startsWith('Z') ? null : words.replace(/^\S+\s+/, '');
  } catch {
    return null;
  }
}
