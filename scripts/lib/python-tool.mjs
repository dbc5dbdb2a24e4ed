import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installSystemPackages } from '../setup/system-libraries.mjs';
import { cacheFolder } from './paths.mjs';
import { capture } from './run.mjs';
import { SetupError, say } from './say.mjs';

/**
 * A program from PyPI, in a venv of its own in the cache. Gives its path; null, having said why, where it cannot be had.
 * @param {{ name: string, version: string, program?: string }} tool
 * @returns {Promise<string | null>}
 */
export async function ensurePythonTool({ name, version, program = name }) {
  const folder = join(cacheFolder, `${name}-${version}`);
  const path = join(folder, 'bin', program);
  if (existsSync(path)) return path;
  try {
    const { code } = await capture('python3', ['-c', 'import ensurepip, venv']);
    if (code !== 0) await installSystemPackages([['python3-venv']], `not found here: Python with venv, for ${name}`);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return null;
  }
  say(`fetching ${name} ${version} from PyPI`);
  await mkdir(cacheFolder, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  // A venv knows its own place, so it is made there; pip puts the program there last.
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', folder],
    [join(folder, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', `${name}==${version}`],
  ]) {
    const { code, output } = await capture(command ?? '', args);
    if (code === 0) continue;
    await rm(folder, { recursive: true, force: true });
    say(`${name} cannot be had: ${output.trim().split('\n').at(-1)}`);
    return null;
  }
  return path;
}
