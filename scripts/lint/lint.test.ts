import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '..', '..');

let tree = '';
beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'reelmetrics-lint-test-'));
  await copyFile(join(repository, 'biome.json'), join(tree, 'biome.json'));
  await copyFile(join(repository, '.gitignore'), join(tree, '.gitignore'));
  await cp(join(repository, 'scripts', 'lint'), join(tree, 'scripts', 'lint'), { recursive: true });
});
afterEach(() => rm(tree, { recursive: true, force: true }));

/** Lints one file with the repository's rules and gives the names of the rules that refuse it. */
async function refusals(path: string, ...lines: string[]): Promise<string[]> {
  await mkdir(join(tree, dirname(path)), { recursive: true });
  await writeFile(join(tree, path), `${lines.join('\n')}\n`);
  const output = await new Promise<string>((resolve) => {
    const program = join(repository, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    const args = [program, 'lint', '--reporter=json', '--diagnostic-level=error', join(tree, path)];
    execFile(process.execPath, args, { cwd: tree }, (_error, stdout) => resolve(stdout));
  });
  const report: { diagnostics: { category: string }[] } = JSON.parse(output);
  return report.diagnostics.map((diagnostic) => diagnostic.category).sort();
}

const restricted = 'lint/style/noRestrictedImports';

describe('the lint rules of the process boundary', () => {
  it.each([
    ['electron/main/ipc/router.ts', 'ipcMain'],
    ['electron/preload/index.ts', 'ipcRenderer'],
    ['electron/main/security/external.ts', 'shell'],
    ['electron/main/app.ts', 'app'],
  ])('%s may import %s', async (path, name) => {
    expect(await refusals(path, `import { ${name} } from 'electron';`, `export const it = ${name};`)).toEqual([]);
  });

  it.each([
    ['electron/main/app.ts', 'ipcMain'],
    ['electron/main/app.ts', 'shell'],
    ['electron/main/ipc/router.ts', 'shell'],
    ['electron/main/security/external.ts', 'ipcMain'],
    ['electron/preload/index.ts', 'shell'],
    ['backend/runtime.ts', 'app'],
    ['renderer/src/main.tsx', 'ipcRenderer'],
  ])('%s may not import %s', async (path, name) => {
    expect(await refusals(path, `import { ${name} } from 'electron';`, `export const it = ${name};`)).toEqual([
      restricted,
    ]);
  });

  it('sees through the namespace and the default of electron', async () => {
    const path = 'electron/main/app.ts';
    expect(await refusals(path, "import * as all from 'electron';", 'export const it = all;')).toEqual(['plugin']);
    expect(await refusals(path, "import all from 'electron';", 'export const it = all;')).toEqual([restricted]);
  });

  it('lets only the feed send to the page', async () => {
    const lines = ['export const tell = (w: Electron.BrowserWindow) => {', "  w.webContents.send('live', 1);", '};'];
    expect(await refusals('electron/main/feed.ts', ...lines)).toEqual([]);
    expect(await refusals('electron/main/window.ts', ...lines)).toEqual(['plugin']);
    expect(await refusals('electron/main/ipc/router.ts', ...lines)).toEqual(['plugin']);
  });

  it('refuses any and non-null assertions, the latter except in tests', async () => {
    const line = 'export const first = (list: string[]): string => list[0]!;';
    expect(await refusals('backend/a.ts', 'export const anything = (value: any) => value;')).toEqual([
      'lint/suspicious/noExplicitAny',
    ]);
    expect(await refusals('backend/b.ts', line)).toEqual(['lint/style/noNonNullAssertion']);
    expect(await refusals('backend/b.test.ts', line)).toEqual([]);
  });
});
