/** Reads settings field by field: a wrong value costs itself, and is told; what is not known here is left alone. */
import { z } from 'zod';
import { connectionLimits } from '../domain/connection.ts';
import { localProfile, type Profile, profileSchema } from './profile.ts';
import { isReservedId } from './profiles.ts';
import { defaultSettings, type Settings, settingsSchema } from './settings.ts';
import { isRecord } from './text-file.ts';

/** The part of a value that a schema knows. */
export function knownPart(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return knownPart(schema.unwrap() as z.ZodType, value);
  }
  if (!(schema instanceof z.ZodObject) || !isRecord(value)) return value;
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>).filter(([name]) =>
    Object.hasOwn(value, name),
  );
  return Object.fromEntries(fields.map(([name, field]) => [name, knownPart(field, value[name])]));
}

/** `raw` is of the present version. `problems`: a sentence for each value that was not taken. */
export function salvage(raw: Record<string, unknown>): { settings: Settings; problems: readonly string[] } {
  const problems: string[] = [];
  const given = { ...raw, version: defaultSettings.version, profiles: profilesOf(raw.profiles, problems) };
  const settings = fieldsOf(settingsSchema, given, defaultSettings, '', problems);
  return { settings: settingsSchema.parse(settings), problems };
}

function fieldsOf(
  schema: z.ZodObject,
  raw: Record<string, unknown>,
  defaults: Record<string, unknown>,
  prefix: string,
  problems: string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => {
      const fallback = defaults[name];
      if (!Object.hasOwn(raw, name)) return [name, fallback];
      const value = raw[name];
      const path = `${prefix}${name}`;
      if (field instanceof z.ZodObject && isRecord(fallback) && isRecord(value)) {
        return [name, fieldsOf(field, value, fallback, `${path}.`, problems)];
      }
      const checked = field.safeParse(value);
      if (checked.success) return [name, checked.data];
      problems.push(`${path} is ${shown(value)}, which is not valid; ${shown(fallback)} is used.`);
      return [name, fallback];
    }),
  );
}

const safeTls: Profile['redis']['tls'] = { enabled: true, ca: null };

/**
 * What a wrong value of a profile falls back to where that leads nowhere else: to less being allowed, to encryption, to
 * the prefix of the keys, which carry the identity of the data. A guessed host, user, topic or group would.
 */
const harmless: Readonly<Record<string, unknown>> = {
  observeOnly: true,
  simulation: false,
  'kafka.tls': safeTls,
  'kafka.tls.enabled': true,
  'kafka.tls.ca': null,
  'postgres.tls': safeTls,
  'postgres.tls.enabled': true,
  'postgres.tls.ca': null,
  'redis.tls': safeTls,
  'redis.tls.enabled': true,
  'redis.tls.ca': null,
  'redis.keyPrefix': localProfile.redis.keyPrefix,
};
const numbers: readonly string[] = ['postgres.port', 'redis.port', 'redis.database'];

/** The profile with each wrong value that can be read as a number, or leads nowhere else, in order. */
function mended(value: unknown, tell: (problem: string) => void): unknown {
  let profile = value;
  for (;;) {
    const [issue] = profileSchema.safeParse(knownPart(profileSchema, profile)).error?.issues ?? [];
    if (issue === undefined) return profile;
    const path = issue.path.join('.');
    const wrong = issue.path.reduce<unknown>((at, key) => (isIndexable(at) ? at[key as never] : undefined), profile);
    const isNumber = numbers.includes(path) && typeof wrong === 'string' && /^\d{1,5}$/.test(wrong);
    const next = isNumber ? Number(wrong) : harmless[path];
    if (next === undefined || next === wrong) return profile;
    tell(`${path} is ${wrong === undefined ? 'missing' : shown(wrong)}; ${shown(next)} is used`);
    profile = withValue(profile, issue.path, next);
  }
}

function withValue(value: unknown, [key, ...rest]: readonly PropertyKey[], next: unknown): unknown {
  if (key === undefined) return next;
  return isRecord(value) ? { ...value, [key]: withValue(value[String(key)], rest, next) } : value;
}

/** A profile whose wrong field would lead elsewhere is left out whole. */
function profilesOf(raw: unknown, problems: string[]): readonly Profile[] {
  if (raw === undefined) return [];
  if (!Array.isArray(raw)) {
    problems.push(`profiles is ${shown(raw)}, not a list; there are none.`);
    return [];
  }
  const taken = new Map<string, Profile>();
  for (const [index, given] of raw.entries()) {
    const value = mended(given, (problem) => problems.push(`profiles.${index}${nameOf(given)}: ${problem}.`));
    const leftOut = (why: string) => problems.push(`profiles.${index}${nameOf(value)} is left out: ${why}.`);
    const checked = profileSchema.safeParse(knownPart(profileSchema, value));
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const path = issue?.path.join('.') ?? '';
      const wrong = issue?.path.reduce<unknown>((at, key) => (isIndexable(at) ? at[key as never] : undefined), value);
      const what = path === '' ? 'it is not a profile' : `${path} is ${wrong === undefined ? 'missing' : shown(wrong)}`;
      leftOut(what);
    } else if (isReservedId(checked.data.id)) leftOut(`its id "${checked.data.id}" belongs to a built-in source`);
    else if (taken.has(checked.data.id)) leftOut(`its id "${checked.data.id}" is another's`);
    else if (taken.size >= connectionLimits.profiles) leftOut(`there are ${connectionLimits.profiles} already`);
    else taken.set(checked.data.id, checked.data);
  }
  return [...taken.values()];
}

function isIndexable(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

function nameOf(value: unknown): string {
  return isRecord(value) && typeof value.name === 'string' ? ` (${value.name.slice(0, 60)})` : '';
}

const mostShown = 60;

function shown(value: unknown): string {
  const text = isIndexable(value)
    ? Array.isArray(value)
      ? 'a list'
      : 'an object'
    : (JSON.stringify(value) ?? 'nothing');
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

/** `now`, with what `before` held that this version does not know; profiles are matched by their ids. */
export function withUnknown(before: unknown, now: Settings): Record<string, unknown> {
  if (!isRecord(before)) return now;
  const profiles = Array.isArray(before.profiles) ? before.profiles.filter(isRecord) : [];
  return {
    ...overlaid(before, now),
    profiles: now.profiles.map((profile) => overlaid(profiles.find(({ id }) => id === profile.id) ?? {}, profile)),
  };
}

function overlaid(before: Record<string, unknown>, now: Record<string, unknown>): Record<string, unknown> {
  const known = Object.entries(now).map(([name, value]) => {
    const old = before[name];
    return [name, isRecord(value) && isRecord(old) ? overlaid(old, value) : value] as const;
  });
  return {
    ...Object.fromEntries(known),
    ...Object.fromEntries(Object.entries(before).filter(([name]) => !Object.hasOwn(now, name))),
  };
}
