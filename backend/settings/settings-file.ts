import { copyFile, readFile, rename } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { embeddedSource, isSource } from './profiles.ts';
import { replaceFile } from './replace-file.ts';
import { defaultSettings, type Settings, settingsSchema } from './settings.ts';
import { type UpgradeStep, upgrade, upgradeSteps } from './upgrade.ts';

export interface LoadedSettings {
  readonly settings: Settings;
  /** What the user should be told, in words. */
  readonly notices: readonly string[];
}

const version = defaultSettings.version;

/**
 * Reads the settings. No file: the defaults. An older version is copied to `settings.v<N>.bak.json` and upgraded. A
 * file that cannot be understood, or that a newer console wrote, is moved aside, never lost; the defaults are used and
 * a notice says so. Missing settings take their defaults, unknown ones are ignored, and a chosen profile that is not there
 * becomes the embedded data, with a notice. Throws `AppError` data_folder_unusable when the file cannot be read at all.
 * `steps` are the upgrades from older versions.
 */
export async function loadSettings(
  file: string,
  steps: ReadonlyMap<number, UpgradeStep> = upgradeSteps,
): Promise<LoadedSettings> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { settings: defaultSettings, notices: [] };
    throw unusable(`The settings file ${file} cannot be read: ${messageOf(error)}`, error);
  }

  const found = read(text, steps);
  if (found.kind === 'current') return withSource(found.settings);
  if (found.kind === 'upgraded') {
    await copyFile(file, beside(file, `v${found.from}.bak`));
    await saveSettings(file, found.settings);
    return withSource(found.settings);
  }

  const time = new Date().toISOString().replace(/[:.]/g, '-');
  const aside = beside(file, found.kind === 'newer' ? `v${found.version}-${time}` : `corrupt-${time}`);
  try {
    await rename(file, aside);
  } catch (error) {
    throw unusable(`The settings file ${file} cannot be moved aside: ${messageOf(error)}`, error);
  }
  const why = found.kind === 'newer' ? 'were written by a newer ReelMetrics' : 'could not be read';
  return {
    settings: defaultSettings,
    notices: [`Your settings ${why}. They are kept in ${basename(aside)}; the defaults are in use.`],
  };
}

/** A source whose profile is gone gives way to the embedded data, and the user is told. */
function withSource(settings: Settings): LoadedSettings {
  const { dataSource, profiles } = settings;
  if (dataSource === null || isSource(dataSource, profiles)) return { settings, notices: [] };
  return {
    settings: { ...settings, dataSource: embeddedSource },
    notices: [`There is no profile "${dataSource}" any more. The embedded data is in use.`],
  };
}

/** Saves of one file wait for each other, so that two never interleave and the last one wins. */
const saves = new Map<string, Promise<void>>();

/**
 * Writes the settings whole or not at all, readable for the user only. Throws `AppError` bad_settings when they are
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
  const text = `${JSON.stringify(valid.data, null, 2)}\n`;
  const before = saves.get(file) ?? Promise.resolve();
  const save = before.then(() => replaceFile(file, text));
  const settled = save.catch(() => undefined);
  saves.set(file, settled);
  try {
    await save;
  } catch (error) {
    throw unusable(`The settings cannot be saved in ${file}: ${messageOf(error)}`, error);
  } finally {
    if (saves.get(file) === settled) saves.delete(file);
  }
}

type Found =
  | { readonly kind: 'current'; readonly settings: Settings }
  | { readonly kind: 'upgraded'; readonly from: number; readonly settings: Settings }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'corrupt' };

function read(text: string, steps: ReadonlyMap<number, UpgradeStep>): Found {
  try {
    const raw: unknown = JSON.parse(text);
    if (!isRecord(raw)) return { kind: 'corrupt' };
    const from = raw.version;
    if (typeof from !== 'number' || !Number.isInteger(from)) return { kind: 'corrupt' };
    if (from > version) return { kind: 'newer', version: from };
    const settings = settingsSchema.parse(overDefaults(defaultSettings, upgrade(raw, from, version, steps)));
    return from < version ? { kind: 'upgraded', from, settings } : { kind: 'current', settings };
  } catch {
    // Not JSON, a wrong type, or a version that no step reads: all the same to the user, who is told.
    return { kind: 'corrupt' };
  }
}

/** The known settings of `raw`, with the defaults for those that it lacks. */
function overDefaults(defaults: Record<string, unknown>, raw: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => {
      if (!Object.hasOwn(raw, name)) return [name, value];
      const given = raw[name];
      return [name, isRecord(value) && isRecord(given) ? overDefaults(value, given) : given];
    }),
  );
}

function beside(file: string, tag: string): string {
  const extension = extname(file);
  return join(dirname(file), `${basename(file, extension)}.${tag}${extension}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unusable(message: string, cause: unknown): AppError {
  return new AppError('data_folder_unusable', message, {
    hint: 'Check that the folder exists, that you may write to it and that the disk is not full.',
    cause,
  });
}
