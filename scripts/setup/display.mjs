import { spawn } from 'node:child_process';
import { SetupError, say } from '../lib/say.mjs';
import { isOnPath } from './system-libraries.mjs';

const size = '1920x1200x24';
const startMs = 15_000;

/** Whether windows can be shown without our help. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * The variables that windows need here: none where there is a display, else those of an Xvfb started for us, which ends
 * with us however we end.
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function ensureDisplay() {
  if (hasDisplay()) return {};
  const display = await startXvfb();
  say(`no display: windows open in Xvfb ${display} (${size})`);
  return { DISPLAY: display };
}

/** @returns {Promise<string>} */
async function startXvfb() {
  const words = ['Xvfb', '-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp', '-noreset'];
  // Where we are killed outright, the kernel ends Xvfb for us.
  const [program = '', ...args] = (await isOnPath('setpriv')) ? ['setpriv', '--pdeathsig', 'TERM', ...words] : words;
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  process.once('exit', () => server.kill());

  let complaints = '';
  server.stderr?.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-2000);
  });
  const number = await new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ reason) =>
      reject(new SetupError(`Xvfb did not start: ${reason}\n${complaints}`.trim()));
    const timer = setTimeout(() => fail(`no answer within ${startMs / 1000} s`), startMs);
    let text = '';
    server.stdio[3]?.on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('\n')) resolve(text.trim());
    });
    server.once('error', (error) => fail(error.message));
    server.once('exit', (code) => fail(`exit code ${code}`));
    server.once('exit', () => clearTimeout(timer));
    server.stdio[3]?.once('data', () => clearTimeout(timer));
  });
  // It must not keep us from ending.
  server.unref();
  for (const stream of [server.stderr, server.stdio[3]]) {
    if (stream !== null && stream !== undefined && 'unref' in stream && typeof stream.unref === 'function')
      stream.unref();
  }
  return `:${number}`;
}
