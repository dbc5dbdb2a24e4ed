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
    ['cut off', '{"version":2,"the', 'is not JSON'],
    ['empty', '', 'settings.json is empty'],
    ['no object', '[]', 'is not an object'],
    ['of a version never released', JSON.stringify({ ...defaultSettings, version: 0 }), 'is of version 0'],
    ['larger than 1 MB', `{"version":2,"x":"${'x'.repeat(1024 * 1024)}"}`, 'is larger than 1 MB'],
    ['nested without end', `{"version":2,"x":${'['.repeat(100_000)}`, 'is nested more than 64 deep'],
    ['no text', Buffer.from([0x7b, 0xff, 0x7d]), 'is not text'],
  ])('sets aside a file that is %s, uses the defaults and says why', async (_, content, why) => {
    await writeFile(file, content);
    const original = await readFile(file);
    const { settings, notices } = await loadSettings(file);
    expect(settings).toEqual(defaultSettings);
    const [aside, ...others] = await readdir(folder);
    expect(others).toEqual([]);
    expect(aside).toMatch(/^settings\.corrupt-.*\.json$/);
    expect(notices).toHaveLength(1);
    for (const words of [why, aside!]) expect(notices[0]).toContain(words);
    expect(await readFile(join(folder, aside!))).toEqual(original);
  });

  const good = { ...changed, dataSource: 'staging', profiles: [staging] };
  test.each<[string, Record<string, unknown>, Partial<Settings>, string]>([
    ['a theme', { theme: 'sepia' }, { theme: 'system' }, 'theme is "sepia", which is not valid; "system" is used'],
    ['a type', { cutoverHour: '6' }, { cutoverHour: 0 }, 'cutoverHour is "6"'],
    ['null', { tickRate: null }, { tickRate: 4 }, 'tickRate is null'],
    ['a limit', { cutoverHour: 24 }, { cutoverHour: 0 }, 'cutoverHour is 24'],
    ['a negative', { tickRate: -1 }, { tickRate: 4 }, 'tickRate is -1'],
    ['a currency', { currency: 'EURO' }, { currency: 'USD' }, 'currency is "EURO"'],
    ['a zone', { zone: 'America/Nowhere' }, { zone: 'host' }, 'zone is "America/Nowhere"'],
    ['a group', { simulator: 5 }, { simulator: defaultSettings.simulator }, 'simulator is 5'],
    [
      'a value in a group',
      { simulator: { ...defaultSettings.simulator, rate: 6000, seed: 7 } },
      { simulator: { ...defaultSettings.simulator, seed: 7 } },
      'simulator.rate is 6000',
    ],
    ['no version', { version: undefined }, {}, 'version is missing'],
  ])('with one wrong value, %s, loses that one alone', async (_, wrong, fallback, words) => {
    await write({ ...good, ...wrong });
    const original = await readFile(file, 'utf8');
    const { settings, notices } = await loadSettings(file);
    expect(settings).toEqual({ ...good, ...fallback });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(words);
    const kept = (await readdir(folder)).find((name) => name !== 'settings.json') ?? '';
    expect(notices[0]).toContain(kept);
    expect(await readFile(join(folder, kept), 'utf8')).toBe(original);
    // It is mended: the next start says nothing.
    expect(await loadSettings(file)).toEqual({ settings, notices: [] });
  });

  test.each<[string, unknown, string]>([
    ['no profile', 7, 'it is not a profile'],
    [
      'a wrong port',
      { ...staging, id: 'b', postgres: { ...staging.postgres, port: 70_000 } },
      'postgres.port is 70000',
    ],
    [
      'a missing topic',
      { ...staging, id: 'b', kafka: { ...staging.kafka, topic: undefined } },
      'kafka.topic is missing',
    ],
    ['an id that is taken', { ...staging, name: 'Twin' }, 'its id "staging" is another\'s'],
    ['the id of a built-in source', localProfile, 'belongs to a built-in source'],
  ])('leaves out a bad profile among good ones: %s', async (_, bad, words) => {
    const other = { ...staging, id: 'other' };
    await write({ ...good, profiles: [staging, bad, other] });
    const { settings, notices } = await loadSettings(file);
    expect(settings).toEqual({ ...good, profiles: [staging, other] });
    expect(notices[0]).toContain('profiles.1');
    expect(notices[0]).toContain(words);
  });

  test.each([
    [
      'a port as text',
      { postgres: { ...staging.postgres, port: String(staging.postgres.port) } },
      {},
      `postgres.port is "${staging.postgres.port}"; ${staging.postgres.port} is used`,
    ],
    ['observing as a word', { observeOnly: 'no' }, { observeOnly: true }, 'observeOnly is "no"; true is used'],
    ['a permit of null', { simulation: null }, { simulation: false }, 'simulation is null; false is used'],
    [
      'encryption as a word',
      { redis: { ...staging.redis, tls: 'on' } },
      { redis: { ...staging.redis, tls: { enabled: true, ca: null } } },
      'redis.tls is "on"',
    ],
  ])('mends what leads nowhere else in a profile: %s', async (_, wrong, right, words) => {
    await write({ ...good, profiles: [{ ...staging, ...wrong }] });
    const { settings, notices } = await loadSettings(file);
    expect(settings.profiles).toEqual([{ ...staging, ...right }]);
    expect(notices[0]).toContain(words);
  });

  test.each<[string, (text: string) => Uint8Array]>([
    ['UTF-8 with a byte order mark', (text) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 as PowerShell writes it', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 with the bytes the other way', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', (text) => Buffer.from(text, 'utf16le')],
    ['lines that end in CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ])('are read in %s', async (_, encode) => {
    await writeFile(file, encode(`${JSON.stringify(good, null, 2)}\n`));
    expect(await loadSettings(file)).toEqual({ settings: good, notices: [] });
  });

  test('keep fields that are not known, in profiles too, also when they are saved', async () => {
    const newer = { ...staging, kafka: { ...staging.kafka, rack: 'a' } };
    await write({ ...good, profiles: [newer], colour: 'red', simulator: { ...good.simulator, pulse: 3 } });
    const { settings, notices } = await loadSettings(file);
    expect({ settings, notices }).toEqual({ settings: good, notices: [] });
    await saveSettings(file, { ...settings, theme: 'light' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      ...{
        theme: 'light',
        colour: 'red',
        simulator: { pulse: 3 },
        profiles: [{ id: 'staging', kafka: { rack: 'a' } }],
      },
    });
  });

  test('of a newer version are read as far as they are known, and kept', async () => {
    const newer = { ...good, version: 9, theme: { accent: 'amber' } };
    await write(newer);
    const { settings, notices } = await loadSettings(file);
    expect(settings).toEqual({ ...good, theme: 'system' });
    expect(notices[0]).toContain('newer ReelMetrics');
    await saveSettings(file, settings);
    const kept = (await readdir(folder)).find((name) => name.startsWith('settings.v9-')) ?? '';
    expect(JSON.parse(await readFile(join(folder, kept), 'utf8'))).toEqual(newer);
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

  test('opens no other data when the chosen profile is not there, and asks', async () => {
    await write({ ...changed, dataSource: 'gone', profiles: [staging] });
    expect(await loadSettings(file)).toEqual({
      settings: { ...changed, dataSource: null, profiles: [staging] },
      notices: ['There is no profile "gone" any more. Choose a data source.'],
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
