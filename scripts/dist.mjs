import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { packedExecutable } from './lib/packed.mjs';
import { inRepository, requireToolchainNode } from './lib/paths.mjs';
import { run, toolchainEnvironment } from './lib/run.mjs';
import { runMain, SetupError, say } from './lib/say.mjs';
import { ensureBuilt } from './setup/build.mjs';
import { hasDisplay } from './setup/display.mjs';
import { ensureElectron } from './setup/electron-runtime.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { ensureSystemLibraries } from './setup/system-libraries.mjs';

/*
 * npm run dist [-- <target>...]: installers for this platform, all of electron-builder.yml's or the targets named. npm run dist:dir: the unpacked application, with whichever runtime there is.
 * The stand-in runtime is out of support: no installer is made with it, unless --allow-stand-in says so.
 */
await runMain(async () => {
  const { values, positionals } = parseArgs({
    options: { dir: { type: 'boolean', default: false }, 'allow-stand-in': { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  await ensurePackages();
  const electron = await ensureElectron();
  if (electron.kind === 'stand-in' && !values.dir && !values['allow-stand-in']) {
    throw new SetupError(
      'Installers are not made with the stand-in runtime, which is out of support. ' +
        'Set ELECTRON_MIRROR to a host that can be reached, or say --allow-stand-in to make them for a test.',
    );
  }
  const archiver = { program: '7zz', package: '7zip', reason: 'electron-builder packs tar.gz and zip with 7-Zip' };
  await ensureSystemLibraries({
    executable: electron.executable,
    display: hasDisplay() || values.dir,
    programs: values.dir ? [] : [archiver],
  });
  await ensureBuilt();

  const targets = values.dir ? ['--dir'] : [platformFlag(), ...positionals];
  // The package's own runtime is electron-builder's business, which downloads and checks it for each platform.
  const runtime =
    electron.kind === 'package'
      ? []
      : [`-c.electronDist=${electron.folder}`, `-c.electronVersion=${await versionOf(electron.folder)}`];
  const builder = inRepository('node_modules', 'electron-builder', 'cli.js');
  const code = await run(requireToolchainNode(), [builder, ...targets, '--publish', 'never', ...runtime], {
    env: toolchainEnvironment(sevenZip()),
  });
  if (code !== 0) return code;
  say(values.dir ? `the application is ${packedExecutable()}` : `the installers are in ${inRepository('dist')}`);
  return 0;
});

function platformFlag() {
  if (process.platform === 'darwin') return '--mac';
  return process.platform === 'win32' ? '--win' : '--linux';
}

/** Electron's archives say their version in a file. @param {string} folder */
async function versionOf(folder) {
  const text = await readFile(join(folder, 'version'), 'utf8').catch(() => null);
  if (text === null)
    throw new SetupError(`There is no file "version" in ${folder}: electron-builder cannot tell what it packs.`);
  return text.trim().replace(/^v/, '');
}

/** The system's 7-Zip, so that electron-builder does not download one. @returns {NodeJS.ProcessEnv} */
function sevenZip() {
  if (process.env.ELECTRON_BUILDER_7ZIP_PATH) return {};
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, '7zz'))
    .find((path) => existsSync(path));
  return found === undefined ? {} : { ELECTRON_BUILDER_7ZIP_PATH: found };
}
