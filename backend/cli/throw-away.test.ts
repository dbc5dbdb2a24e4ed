import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { throwAwayFolder } from './throw-away.ts';

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'reelmetrics-place-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

async function left(name: string, minutesAgo: number): Promise<string> {
  const path = join(place, name);
  await mkdir(path);
  await writeFile(join(path, 'data'), 'x');
  const at = new Date(Date.now() - minutesAgo * 60_000);
  await utimes(path, at, at);
  return path;
}

/** No process has this number: the largest that Linux gives is 2^22. */
const dead = 2 ** 22 + 1;

it('folders of killed programs are removed, those in use, young ones and others are not', async () => {
  const killed = await left(`reelmetrics-throw-away-${dead}-abc`, 11);
  const young = await left(`reelmetrics-throw-away-${dead}-def`, 1);
  const inUse = await left(`reelmetrics-throw-away-${process.pid}-ghi`, 60);
  const foreign = await left('reelmetrics-other', 60);
  const folder = await throwAwayFolder([join(place, 'not-there'), place]);
  expect([killed, young, inUse, foreign, folder.path].map(existsSync)).toEqual([false, true, true, true, true]);
  await folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});
