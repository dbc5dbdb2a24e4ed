import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDatabase, markFolder, prepareFolder } from './data-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function makeDatabase(version: string): Promise<void> {
  await mkdir(join(folder, 'postgres'));
  await writeFile(join(folder, 'postgres', 'PG_VERSION'), version);
}

describe('a folder for the data', () => {
  it('is made for this user only', async () => {
    await prepareFolder(join(folder, 'new', 'data'));
    expect((await stat(join(folder, 'new', 'data'))).mode & 0o777).toBe(0o700);
  });

  it('is refused when it holds the files of others, and left as it was', async () => {
    await chmod(folder, 0o777);
    await writeFile(join(folder, 'report.odt'), '');
    await expect(prepareFolder(folder)).rejects.toMatchObject({
      code: 'data_folder_unusable',
      message: expect.stringContaining('report.odt'),
      hint: expect.stringContaining(join(folder, 'reelmetrics')),
    });
    expect((await stat(folder)).mode & 0o777).toBe(0o777);
    expect(await readdir(folder)).toEqual(['report.odt']);
  });

  it.each(['lost+found', '.DS_Store', 'postgres.unfinished', 'owner.lock'])('may hold %s', async (name) => {
    await writeFile(join(folder, name), '');
    await prepareFolder(folder);
  });

  it('is ours with a database in it, whatever else was put there', async () => {
    await makeDatabase('18\n');
    await writeFile(join(folder, 'notes.txt'), '');
    await prepareFolder(folder);
  });
});

describe('the database of a folder', () => {
  it('is new in an empty folder, and there once it was made', async () => {
    expect(await findDatabase(folder)).toBe(false);
    await makeDatabase('18\n');
    expect(await findDatabase(folder)).toBe(true);
  });

  it('is lost, and not new, when its folder was emptied', async () => {
    await mkdir(join(folder, 'postgres'));
    await expect(findDatabase(folder)).rejects.toMatchObject({ code: 'data_damaged' });
  });

  it('is lost, and not new, when its folder was removed', async () => {
    await makeDatabase('18\n');
    await markFolder(folder);
    await rm(join(folder, 'postgres'), { recursive: true });
    await expect(findDatabase(folder)).rejects.toMatchObject({
      code: 'data_damaged',
      message: expect.stringContaining('its database is gone'),
      hint: expect.stringContaining('copy'),
    });
  });

  it.each([
    ['16\n', 'PostgreSQL 16'],
    ['19', 'PostgreSQL 19'],
    ['', 'PG_VERSION'],
    ['\u0000\u0000', 'PG_VERSION'],
  ])('is named when its version is %j', async (version, words) => {
    await makeDatabase(version);
    await expect(findDatabase(folder)).rejects.toMatchObject({
      code: 'data_damaged',
      message: expect.stringContaining(words),
    });
  });
});
