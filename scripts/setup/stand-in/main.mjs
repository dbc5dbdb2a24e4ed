import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

/*
 * The default app of the stand-in runtime: what `electron <folder>` starts. It gives the program the name, version and
 * path of the folder's package.json, as Electron's own default app does, and hands over to its main module.
 */
const folder = process.argv.slice(1).find((word) => !word.startsWith('-'));
if (folder === undefined) {
  process.stderr.write('The stand-in runtime starts an app: electron <folder>\n');
  process.exit(1);
}
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });

const path = resolve(folder);
const { name, productName, version, main, desktopName } = JSON.parse(
  await readFile(join(path, 'package.json'), 'utf8'),
);
// Electron's own default app uses these two as well; the typings leave them out.
const internals = /** @type {typeof app & { setVersion(version: string): void; setAppPath(path: string): void }} */ (
  app
);
app.setName(productName ?? name);
if (version !== undefined) internals.setVersion(version);
if (desktopName !== undefined) app.setDesktopName(desktopName);
internals.setAppPath(path);

try {
  await import(pathToFileURL(createRequire(join(path, 'package.json')).resolve(`./${main ?? 'index.js'}`)).href);
} catch (error) {
  process.stderr.write(`${path} did not start: ${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
}
