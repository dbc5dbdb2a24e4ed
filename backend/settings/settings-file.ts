import { copyFile, rename } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { isSource } from './profiles.ts';
import { replaceFile } from './replace-file.ts';
import { salvage, withUnknown } from './salvage.ts';
import { defaultSettings, type Settings, settingsSchema } from './settings.ts';
import { isRecord, parseJson, readTextFile } from './text-file.ts';
import { type UpgradeStep, upgrade, upgradeSteps } from './upgrade.ts';

export interface LoadedSettings {
  readonly settings: Settings;
  /** What the user should be told, in words. */
  readonly notices: readonly string[];
}

const version = defaultSettings.version;

/**
 * Reads the settings. No file: the defaults. A value that is not valid gives way to its default, and a profile that is
 * not is left out; a notice names each, and the file as it was is kept beside it. Fields that are not known are left
 * alone. An older version is copied to `settings.v<N>.bak.json` and upgraded; a newer one is read as far as it can be,
 * and kept. What is no settings at all is moved aside, with its reason. A chosen profile that is not there becomes the
 * embedded data. Throws `AppError` data_folder_unusable when the file cannot be read at all. `steps` are the upgrades
 * from older versions.
 */
export async function loadSettings(
  file: string,
  steps: ReadonlyMap<number, UpgradeStep> = upgradeSteps,
): Promise<LoadedSettings> {
  let found: Found;
  try {
    found = read(await readTextFile(file, basename(file)), basename(file), steps);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { settings: defaultSettings, notices: [] };
    if (!(error instanceof AppError))
      throw unusable(`The settings file ${file} cannot be read: ${messageOf(error)}`, error);
    return aside(file, error.message);
  }
  const { from, problems } = found;
  const loaded = withSource(found.settings);
  if (from > version) {
    const kept = await keep(file, `v${from}-${timeTag()}`);
    const notice = `Your settings were written by a newer ReelMetrics. What is known here is in use; the file is kept as ${kept}.`;
    return { ...loaded, notices: [[notice, ...problems].join(' '), ...loaded.notices] };
  }
  if (from < version) await keep(file, `v${from}.bak`);
  if (problems.length === 0) {
    if (from < version) await write(file, found.settings, found.raw);
    return loaded;
  }
  const kept = await keep(file, `${timeTag()}.bak`);
  await write(file, found.settings, found.raw);
  const notice = `${basename(file)}: ${problems.join(' ')} The file as it was is kept as ${kept}.`;
  return { ...loaded, notices: [notice, ...loaded.notices] };
}

async function aside(file: string, why: string): Promise<LoadedSettings> {
  const kept = beside(file, `corrupt-${timeTag()}`);
  try {
    await rename(file, kept);
  } catch (error) {
    throw unusable(`The settings file ${file} cannot be moved aside: ${messageOf(error)}`, error);
  }
  return {
    settings: defaultSettings,
    notices: [`Your settings could not be read: ${why} They are kept in ${basename(kept)}; the defaults are in use.`],
  };
}

/** The name of the copy. */
async function keep(file: string, tag: string): Promise<string> {
  const copy = beside(file, tag);
  try {
    await copyFile(file, copy);
  } catch (error) {
    throw unusable(`The settings file ${file} cannot be copied: ${messageOf(error)}`, error);
  }
  return basename(copy);
}

function timeTag(): string {
  return new Date().toISOString().replace(/[:.]/g, '-');
}

/** A source whose profile is gone is asked for again: other data than the user chose are not opened in its place. */
function withSource(settings: Settings): LoadedSettings {
  const { dataSource, profiles } = settings;
  if (dataSource === null || isSource(dataSource, profiles)) return { settings, notices: [] };
  return {
    settings: { ...settings, dataSource: null },
    notices: [`There is no profile "${dataSource}" any more. Choose a data source.`],
  };
}

/** Saves of one file wait for each other, so that two never interleave and the last one wins. */
const saves = new Map<string, Promise<void>>();

/**
 * Writes the settings whole or not at all, readable for the user only; fields of the file that are not known here stay. Throws `AppError` bad_settings when they are
 * not valid, data_folder_unusable when they cannot be written; the file is then as before.
 */
export async function saveSettings(file: string, settings: Settings): Promise<void> {
  const valid = settingsSchema.safeParse(settings);
  if (!valid.success) {
    const issue = valid.error.issues[0];
    throw new AppError('bad_settings', `${issue?.path.join('.') ?? 'settings'}: ${issue?.message ?? 'not valid'}`, {
      hint: 'Give a value within the limits of the setting.',
      cause: valid.error,
    });
  }
  const save = (saves.get(file) ?? Promise.resolve()).then(async () => write(file, valid.data, await before(file)));
  const settled = save.catch(() => undefined);
  saves.set(file, settled);
  try {
    await save;
  } finally {
    if (saves.get(file) === settled) saves.delete(file);
  }
}

/** `unknown`: what held the settings before; what is not known here stays. */
async function write(file: string, settings: Settings, unknown: unknown): Promise<void> {
  try {
    await replaceFile(file, `${JSON.stringify(withUnknown(unknown, settings), null, 2)}\n`);
  } catch (error) {
    throw unusable(`The settings cannot be saved in ${file}: ${messageOf(error)}`, error);
  }
}

interface Found {
  readonly from: number;
  /** Of the present version, with what is not known here. */
  readonly raw: Record<string, unknown>;
  readonly settings: Settings;
  readonly problems: readonly string[];
}

/** Errors: `AppError` bad_settings when there is nothing that could be read. */
function read(text: string, name: string, steps: ReadonlyMap<number, UpgradeStep>): Found {
  const raw = parseJson(text, name);
  if (!isRecord(raw)) throw new AppError('bad_settings', `${name} is not an object.`);
  const known = typeof raw.version === 'number' && Number.isInteger(raw.version);
  const from = known ? Number(raw.version) : version;
  const problems = known ? [] : [`version is missing or not a number; it is read as version ${version}.`];
  let upgraded = raw;
  try {
    if (from < version) upgraded = upgrade(raw, from, version, steps);
  } catch (cause) {
    throw new AppError('bad_settings', `${name} is of version ${from}, which cannot be read.`, { cause });
  }
  const taken = salvage(upgraded);
  return { from, raw: upgraded, settings: taken.settings, problems: [...problems, ...taken.problems] };
}

/** What is there already, for the fields that are not known here. */
async function before(file: string): Promise<unknown> {
  try {
    return parseJson(await readTextFile(file), file);
  } catch {
    return null;
  }
}

function beside(file: string, tag: string): string {
  const extension = extname(file);
  return join(dirname(file), `${basename(file, extension)}.${tag}${extension}`);
}

function unusable(message: string, cause: unknown): AppError {
  return new AppError('data_folder_unusable', message, {
    hint: 'Check that the folder exists, that you may write to it and that the disk is not full.',
    cause,
  });
}
