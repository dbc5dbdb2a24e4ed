import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, inRepository, requireToolchainNode } from './lib/paths.mjs';
import { capture, run } from './lib/run.mjs';
import { runMain, SetupError, say } from './lib/say.mjs';
import { skippedCode } from './lib/skipped.mjs';
import { installSystemPackages } from './setup/system-libraries.mjs';

/*
 * The step `http-fuzz`: schemathesis, from PyPI, sends what the OpenAPI documents of both listeners allow and what they
 * do not, signed in and not, and looks for server errors and for answers that are not as described.
 */
const version = '4.32.5';
const tools = join(cacheFolder, `schemathesis-${version}`);
const checks = [
  // What the parameters mean together (minutes of one theatre, times off the quarter hour) no schema says.
  '--exclude-checks=positive_data_acceptance',
  '--max-examples=25',
];

await runMain(async () => {
  const program = await ensureSchemathesis();
  if (program === null) return skippedCode;
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-http-fuzz-'));
  try {
    const data = ['--data-dir', folder];
    const cli = inRepository('out', 'main', 'cli.js');
    const made = spawn(requireToolchainNode(), [cli, 'key', 'create', 'fuzz', '--role', 'operator', ...data], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [key] = await once(made.stdout, 'data');
    await once(made, 'exit');
    const ports = ['--sql-port', '0', '--materialized-port', '0'];
    const server = spawn(requireToolchainNode(), [cli, 'serve', ...ports, '--simulate', '20', ...data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(server, 'exit');
    try {
      const [greeting] = await once(server.stdout, 'data');
      const listeners = [...String(greeting).matchAll(/^(?:sql|materialized) (\S+)$/gm)].map(([, address]) => address);
      if (listeners.length !== 2) throw new Error(`the server has said: ${greeting}`);
      for (const address of listeners) {
        const header = `Authorization: Bearer ${String(key).trim()}`;
        const code = await run(program, ['run', `${address}/openapi.json`, '--header', header, ...checks], {
          cwd: folder,
        });
        if (code !== 0) return code;
      }
      return 0;
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Null where there is no Python for it. */
async function ensureSchemathesis() {
  const program = join(tools, 'bin', 'schemathesis');
  if (existsSync(program)) return program;
  try {
    const { code } = await capture('python3', ['-c', 'import ensurepip, venv']);
    if (code !== 0)
      await installSystemPackages([['python3-venv']], 'not found here: Python with venv, for schemathesis');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return null;
  }
  say(`fetching schemathesis ${version} from PyPI`);
  await mkdir(cacheFolder, { recursive: true });
  await rm(tools, { recursive: true, force: true });
  // A venv knows its own place: it is made there, and marked as whole by the program that pip puts there last.
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', tools],
    [join(tools, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`],
  ]) {
    const { code, output } = await capture(command ?? '', args);
    if (code === 0) continue;
    await rm(tools, { recursive: true, force: true });
    say(`schemathesis cannot be had: ${output.trim().split('\n').at(-1)}`);
    return null;
  }
  return program;
}
