import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { localProfile, profileSchema } from './profile.ts';
import { parseProfile, profileText } from './profile-file.ts';
import { copyName, isSource, newProfileId } from './profiles.ts';

const staging = { ...localProfile, id: 'staging', name: 'Staging' };

test('a source is built in or among the profiles', () => {
  expect(['embedded', 'local', 'staging', 'gone'].map((id) => isSource(id, [staging]))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test.each([
  ['Staging', 'staging'],
  ['  Head office (new) ', 'head-office-new'],
  ['Kinos Köln', 'kinos-koln'],
  ['映画', 'profile'],
  ['Local', 'local-2'],
  ['Embedded!', 'embedded-2'],
  ['taken', 'taken-3'],
  ['x'.repeat(80), 'x'.repeat(34)],
])('%j gets an id that is valid and free', (name, id) => {
  expect(newProfileId(name, ['taken', 'taken-2'])).toBe(id);
  expect(profileSchema.shape.id.safeParse(id).success).toBe(true);
});

test('copies are numbered, also copies of copies, and never too long', () => {
  expect(copyName('Staging', ['Staging'])).toBe('Staging copy');
  expect(copyName('Staging copy', ['Staging', 'Staging copy'])).toBe('Staging copy 2');
  expect(copyName('n'.repeat(60), []).length).toBeLessThanOrEqual(60);
});

describe('a profile as a file', () => {
  test.each(['base', 'aws'])('is what deploy/k8s/%s holds', async (overlay) => {
    const file = new URL(`../../deploy/k8s/${overlay}/profile.json`, import.meta.url);
    expect(parseProfile(await readFile(file, 'utf8'), 'profile.json').kafka.topic).toBe('ticket-sales');
  });

  test('comes back as it was, and holds no password', () => {
    const text = profileText(staging);
    expect(parseProfile(text, 'a.json')).toEqual(staging);
    expect(text).not.toMatch(/password|secret/i);
  });

  test.each([
    ['{"id":', 'a.json is not JSON'],
    ['[]', 'a.json is not a profile'],
    [profileText({ ...staging, kafka: { ...staging.kafka, brokers: ['kafka'] } }), 'kafka.brokers.0: host:port'],
    [profileText({ ...staging, kafka: { ...staging.kafka, brokers: ['kafka:70000'] } }), 'kafka.brokers.0'],
    [profileText({ ...staging, postgres: { ...staging.postgres, port: 0 } }), 'postgres.port'],
    [profileText({ ...staging, redis: { ...staging.redis, keyPrefix: 'a b' } }), 'redis.keyPrefix'],
    [profileText({ ...staging, redis: { ...staging.redis, tls: { enabled: true, ca: 'x' } } }), 'redis.tls.ca'],
    [profileText({ ...staging, name: '   ' }), 'name'],
    [profileText(staging).replace('"name"', '"password"'), 'a.json is not a profile'],
  ])('that is wrong is refused, and the message says where: %#', (text, where) => {
    expect(() => parseProfile(text, 'a.json')).toThrow(where);
    expect(() => parseProfile(text, 'a.json')).toThrow(expect.objectContaining({ code: 'bad_settings' }));
  });
});
