import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { chooseFolders, makeThrowAway, removeThrowAway } from './folders.ts';

const parent = mkdtempSync(join(tmpdir(), 'reelmetrics-folders-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const smoke = { seconds: 1, rate: 1, report: null, screenshot: null };

it('uses the folders of the user, and the database named on the command line', () => {
  const folders = chooseFolders({ smoke: null, dataDir: null, profile: null, devtools: false }, parent);
  expect(folders).toMatchObject({ user: parent, data: join(parent, 'data'), throwAway: null });
  expect(chooseFolders({ smoke: null, dataDir: '/srv/rm', profile: null, devtools: false }, parent).data).toBe(
    '/srv/rm',
  );
});

it('keeps a diagnostic run away from the settings of the user, and removes its own', () => {
  const folders = chooseFolders({ smoke, dataDir: null, profile: 'embedded', devtools: false }, parent);
  expect(folders.user.startsWith(parent)).toBe(false);
  expect(folders.data.startsWith(folders.throwAway ?? 'none')).toBe(true);
  writeFileSync(folders.settingsFile, '{}');
  removeThrowAway(folders);
  expect(existsSync(folders.user)).toBe(false);
  const named = chooseFolders({ smoke, dataDir: join(parent, 'kept'), profile: 'embedded', devtools: false }, parent);
  expect(named.data).toBe(join(parent, 'kept'));
  removeThrowAway(named);
});

it('sweeps what killed runs left, and nothing that is in use', () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const left = join(parent, `reelmetrics-smoke-${dead}-abc`);
  const used = join(parent, `reelmetrics-smoke-${process.pid}-abc`);
  const other = join(parent, 'somebody-else');
  for (const folder of [left, used, other]) mkdirSync(folder);
  makeThrowAway(parent);
  expect([left, used, other].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});
