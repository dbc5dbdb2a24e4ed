import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localProfile } from './profile.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { loadSettings, saveSettings } from './settings-file.ts';
import type { UpgradeStep } from './upgrade.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
  file = join(folder, 'settings.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const changed: Settings = { ...defaultSettings, theme: 'dark', zone: 'Europe/London', cutoverHour: 6 };
const staging = { ...localProfile, id: 'staging', name: 'Staging' };
const manyProfiles = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...staging, id: `staging-${index}` }));
const write = (value: unknown) => writeFile(file, typeof value === 'string' ? value : JSON.stringify(value));

describe('loading', () => {
  test('without a file gives the defaults and writes nothing', async () => {
    expect(await loadSettings(file)).toEqual({ settings: defaultSettings, notices: [] });
    expect(await readdir(folder)).toEqual([]);
  });

  test('gives back what was saved', async () => {
    await saveSettings(file, changed);
    expect(await loadSettings(file)).toEqual({ settings: changed, notices: [] });
  });

  test('fills in what is missing and ignores what is unknown', async () => {
    await write({ version: 2, theme: 'light', colour: 'red', simulator: { rate: 9, faults: { late: 0.1 } } });
    const { settings, notices } = await loadSettings(file);
    expect(notices).toEqual([]);
    expect(settings).toEqual({
      ...defaultSettings,
      theme: 'light',
      simulator: { ...defaultSettings.simulator, rate: 9, faults: { ...defaultSettings.simulator.faults, late: 0.1 } },
    });
  });

  test.each([
    ['cut off', '{"version":2,"the'],
    ['empty', ''],
    ['no object', '[]'],
    ['without version', '{"theme":"dark"}'],
    ['of a wrong type', { ...defaultSettings, cutoverHour: '6' }],
    ['out of its limits', { ...defaultSettings, cutoverHour: 24 }],
    ['with a wrong group', { ...defaultSettings, simulator: 5 }],
    ['of a version never released', { ...defaultSettings, version: 0 }],
    ['with a profile twice', { ...defaultSettings, profiles: [staging, staging] }],
    ['with a profile that hides a built-in one', { ...defaultSettings, profiles: [localProfile] }],
    ['with a password in a profile', { ...defaultSettings, profiles: [{ ...staging, password: 'x' }] }],
    ['with more than 20 profiles', { ...defaultSettings, profiles: manyProfiles(21) }],
  ])('sets aside a file that is %s, uses the defaults and says so', async (_, content) => {
    await write(content);
    const original = await readFile(file, 'utf8');
    const { settings, notices } = await loadSettings(file);
    expect(settings).toEqual(defaultSettings);
    const [aside, ...others] = await readdir(folder);
    expect(others).toEqual([]);
    expect(aside).toMatch(/^settings\.corrupt-.*\.json$/);
    expect(notices).toEqual([`Your settings could not be read. They are kept in ${aside}; the defaults are in use.`]);
    expect(await readFile(join(folder, aside!), 'utf8')).toBe(original);
  });

  test('sets aside the file of a newer version, unchanged', async () => {
    const newer = { version: 9, theme: { accent: 'amber' } };
    await write(newer);
    const { settings, notices } = await loadSettings(file);
    expect(settings).toEqual(defaultSettings);
    const [aside] = await readdir(folder);
    expect(aside).toMatch(/^settings\.v9-.*\.json$/);
    expect(notices[0]).toContain('newer ReelMetrics');
    expect(JSON.parse(await readFile(join(folder, aside!), 'utf8'))).toEqual(newer);
  });

  test('upgrades an older version step by step after a backup', async () => {
    const steps = new Map<number, UpgradeStep>([
      [-1, ({ colours, ...rest }) => ({ ...rest, look: colours })],
      [0, ({ look, ...rest }) => ({ ...rest, theme: look })],
      [1, (settings) => settings],
    ]);
    const old = { version: -1, colours: 'dark', cutoverHour: 6 };
    await write(old);
    const expected = { ...defaultSettings, theme: 'dark', cutoverHour: 6 };
    expect(await loadSettings(file, steps)).toEqual({ settings: expected, notices: [] });
    expect(JSON.parse(await readFile(join(folder, 'settings.v-1.bak.json'), 'utf8'))).toEqual(old);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(expected);
  });

  test('takes settings of version 1 as they were, without profiles', async () => {
    const { profiles: _, ...rest } = { ...changed, dataSource: 'embedded' };
    await write({ ...rest, version: 1 });
    expect(await loadSettings(file)).toEqual({ settings: { ...changed, dataSource: 'embedded' }, notices: [] });
    expect(JSON.parse(await readFile(join(folder, 'settings.v1.bak.json'), 'utf8'))).toMatchObject({ version: 1 });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 2, profiles: [] });
  });

  test('keeps up to 20 profiles, and the one that is chosen', async () => {
    const settings = { ...changed, profiles: manyProfiles(20), dataSource: 'staging-19' };
    await saveSettings(file, settings);
    expect(await loadSettings(file)).toEqual({ settings, notices: [] });
  });

  test('uses the embedded data when the chosen profile is not there, and says so', async () => {
    await write({ ...changed, dataSource: 'gone', profiles: [staging] });
    expect(await loadSettings(file)).toEqual({
      settings: { ...changed, dataSource: 'embedded', profiles: [staging] },
      notices: ['There is no profile "gone" any more. The embedded data is in use.'],
    });
  });

  test('fails with advice when the file cannot be read at all', async () => {
    await expect(loadSettings(folder)).rejects.toMatchObject({
      code: 'data_folder_unusable',
      hint: expect.any(String),
    });
  });
});

describe('saving', () => {
  test('is for the user only, makes the folder, and leaves nothing else behind', async () => {
    const deeper = join(folder, 'profile', 'settings.json');
    await saveSettings(deeper, changed);
    expect(await readdir(join(folder, 'profile'))).toEqual(['settings.json']);
    if (process.platform !== 'win32') expect((await stat(deeper)).mode & 0o777).toBe(0o600);
  });

  test('many at once never mix, and the last one stays', async () => {
    const rates = Array.from({ length: 40 }, (_, index) => index + 1);
    await Promise.all(
      rates.map((rate) => saveSettings(file, { ...changed, simulator: { ...changed.simulator, rate } })),
    );
    expect((await loadSettings(file)).settings.simulator.rate).toBe(40);
    expect(await readdir(folder)).toEqual(['settings.json']);
  });

  test('refuses what could not be loaded again', async () => {
    await saveSettings(file, changed);
    await expect(saveSettings(file, { ...changed, tickRate: 9 })).rejects.toMatchObject({ code: 'bad_settings' });
    expect((await loadSettings(file)).settings).toEqual(changed);
  });

  test('that fails leaves the old file, says so, and does not stop the next', async () => {
    const blocked = join(file, 'settings.json');
    await saveSettings(file, changed);
    await expect(saveSettings(blocked, changed)).rejects.toMatchObject({ code: 'data_folder_unusable' });
    expect((await loadSettings(file)).settings).toEqual(changed);
    await rm(file);
    await saveSettings(blocked, changed);
    expect((await loadSettings(blocked)).settings).toEqual(changed);
  });
});
