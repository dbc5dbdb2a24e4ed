import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../backend/lib/app-error.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import { localProfile, noSecrets } from '../../backend/settings/profile.ts';
import type { ProfileDraft } from '../contract/signatures.ts';
import { profileHandlers } from './ipc/handlers/profiles.ts';
import type { Services } from './ipc/services.ts';
import { ProfileStore } from './profile-store.ts';
import { SecretsStore } from './secrets-store.ts';
import { SettingsStore } from './settings-store.ts';
import type { SecretVault } from './supported-runtime.ts';

const vault: SecretVault = {
  isSafe: async () => true,
  encrypt: async (text) => Buffer.from(Buffer.from(text).toString('hex')),
  decrypt: async (data) => ({ text: Buffer.from(data.toString(), 'hex').toString(), renew: false }),
};

let folder: string;
let settings: SettingsStore;
let profiles: ProfileStore;

async function open(env: NodeJS.ProcessEnv = {}): Promise<void> {
  settings = await SettingsStore.open(join(folder, 'settings.json'));
  const secrets = await SecretsStore.open(join(folder, 'secrets.json'), vault, silentLogger, () => null);
  profiles = new ProfileStore({ settings, secrets, env });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profiles-'));
  await open();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const { id: _, ...local } = localProfile;
const sasl = { mechanism: 'scram-sha-512', username: 'reelmetrics' } as const;
const staging: ProfileDraft = { ...local, name: 'Staging', kafka: { ...local.kafka, sasl } };
const passwords = { kafka: 'k4fka', postgres: 'p0stgres' };

describe('profiles', () => {
  it('begin with the local services, whose password comes with the program', async () => {
    expect(await profiles.list()).toEqual({
      profiles: [
        { profile: localProfile, builtIn: true, secrets: { kafka: 'none', postgres: 'stored', redis: 'none' } },
      ],
      newSecrets: 'stored',
    });
    await open({ REELMETRICS_KAFKA_BROKERS: 'kafka.example:9092' });
    expect((await profiles.list()).profiles[0]?.profile.kafka.brokers).toEqual(['kafka.example:9092']);
  });

  it('outlive the program with their passwords, which are in none of what the window or the settings see', async () => {
    const id = await profiles.save(null, staging, passwords);
    expect(id).toBe('staging');
    await open();
    expect(await profiles.services('staging')).toEqual({
      profile: { ...staging, id: 'staging' },
      secrets: { ...noSecrets, ...passwords },
    });
    const list = await profiles.list();
    expect(list.profiles[1]?.secrets).toEqual({ kafka: 'stored', postgres: 'stored', redis: 'none' });
    const seen = [JSON.stringify(list), await readFile(join(folder, 'settings.json'), 'utf8')].join();
    for (const password of Object.values(passwords)) expect(seen).not.toContain(password);
  });

  it('are changed in place; a sign-in that is taken out takes its password with it', async () => {
    await profiles.save(null, staging, passwords);
    const id = await profiles.save('staging', { ...local, name: 'Rehearsal' }, {});
    expect(id).toBe('staging');
    expect((await profiles.list()).profiles[1]).toEqual({
      profile: { ...local, name: 'Rehearsal', id: 'staging' },
      builtIn: false,
      secrets: { kafka: 'none', postgres: 'stored', redis: 'none' },
    });
    expect(profiles.nameOf('staging')).toBe('Rehearsal');
  });

  it('are copied with their passwords, the built-in one too', async () => {
    await profiles.save(null, staging, passwords);
    expect(await profiles.copy('staging')).toBe('staging-copy');
    expect(await profiles.services('staging-copy')).toMatchObject({
      profile: { name: 'Staging copy', kafka: { sasl } },
      secrets: passwords,
    });
    expect(await profiles.copy('local')).toBe('local-services-copy');
    expect((await profiles.services('local-services-copy')).secrets.postgres).toBe('reelmetrics');
  });

  it('are deleted with their passwords, unless they are in use or built in', async () => {
    await profiles.save(null, staging, passwords);
    await expect(profiles.remove('staging', 'staging')).rejects.toMatchObject({ message: 'Staging is in use.' });
    await expect(profiles.remove('local', null)).rejects.toMatchObject({ code: 'bad_settings' });
    await profiles.remove('staging', 'embedded');
    expect((await profiles.list()).profiles).toHaveLength(1);
    expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain('staging');
    await expect(profiles.services('staging')).rejects.toMatchObject({ code: 'bad_settings' });
    expect(await profiles.save(null, staging, {})).toBe('staging');
    expect((await profiles.services('staging')).secrets).toEqual(noSecrets);
  });

  it('are 20 at most, and made at the same time none is lost', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => profiles.save(null, staging, {})));
    expect(new Set(made).size).toBe(20);
    await expect(profiles.save(null, staging, {})).rejects.toMatchObject({ code: 'bad_settings' });
    await expect(profiles.copy('staging')).rejects.toMatchObject({ message: 'There are 20 profiles already.' });
  });

  it('are tried with the passwords given, else with those held', async () => {
    await profiles.save(null, staging, passwords);
    const all = { kafka: staging.kafka, postgres: staging.postgres, redis: staging.redis };
    expect(await profiles.secretsToTry('staging', { postgres: 'new', kafka: null }, all)).toEqual({
      kafka: null,
      postgres: 'new',
      redis: null,
    });
    expect(await profiles.secretsToTry(null, { redis: 'r' }, all)).toEqual({ ...noSecrets, redis: 'r' });
  });
});

describe('a held password', () => {
  const elsewhere = {
    'host of PostgreSQL': { postgres: { ...staging.postgres, host: 'thief.example' } },
    'port of PostgreSQL': { postgres: { ...staging.postgres, port: 29555 } },
    'user of PostgreSQL': { postgres: { ...staging.postgres, user: 'postgres' } },
    'encryption of PostgreSQL': { postgres: { ...staging.postgres, tls: { enabled: true, ca: null } } },
    'one more broker': { kafka: { ...staging.kafka, brokers: [...staging.kafka.brokers, 'thief.example:9092'] } },
    'sign-in of Kafka': { kafka: { ...staging.kafka, sasl: { ...sasl, mechanism: 'plain' as const } } },
  };
  it.each(Object.entries(elsewhere))('is not sent elsewhere: %s', async (_, settings) => {
    await profiles.save(null, staging, passwords);
    const refused = { code: 'bad_settings', hint: expect.stringContaining('again') };
    await expect(profiles.secretsToTry('staging', {}, settings)).rejects.toMatchObject(refused);
    await expect(profiles.save('staging', { ...staging, ...settings }, {})).rejects.toMatchObject(refused);
    expect((await profiles.services('staging')).secrets).toEqual({ ...noSecrets, ...passwords });
    // Entered for the new place it goes there.
    const again = { kafka: 'K', postgres: 'P' };
    expect(await profiles.secretsToTry('staging', again, settings)).toEqual({ ...noSecrets, ...again });
    await profiles.save('staging', { ...staging, ...settings }, again);
    expect((await profiles.services('staging')).secrets).toEqual({ ...noSecrets, ...again });
  });

  it('of the built-in profile is not sent elsewhere', async () => {
    const there = { postgres: local.postgres };
    expect((await profiles.secretsToTry('local', {}, there)).postgres).toBe('reelmetrics');
    const settings = { postgres: { ...local.postgres, host: 'thief.example' } };
    expect(await profiles.secretsToTry('local', {}, settings)).toEqual(noSecrets);
  });

  it('goes on being used after a change of what does not matter to it', async () => {
    await profiles.save(null, staging, passwords);
    const changed = {
      ...staging,
      kafka: { ...staging.kafka, topic: 'other', brokers: staging.kafka.brokers.map((broker) => broker.toUpperCase()) },
      postgres: { ...staging.postgres, database: 'other' },
    };
    await profiles.save('staging', changed, {});
    expect((await profiles.services('staging')).secrets).toEqual({ ...noSecrets, ...passwords });
  });

  it('of a profile whose settings were changed in the file is not sent to the new place', async () => {
    await profiles.save(null, staging, passwords);
    const file = join(folder, 'settings.json');
    const text = await readFile(file, 'utf8');
    const own = JSON.parse(text).profiles[0];
    await writeFile(
      file,
      JSON.stringify({
        ...JSON.parse(text),
        profiles: [{ ...own, postgres: { ...own.postgres, host: 'thief.example' } }],
      }),
    );
    await open();
    await expect(profiles.services('staging')).rejects.toMatchObject({ code: 'bad_settings' });
  });
});

describe('the requests for profiles', () => {
  const withFile = (file: { name: string; text: string } | null) => {
    const saved: string[] = [];
    const desktop = {
      openFile: async () => file,
      saveFile: async (name: string, content: string) => {
        saved.push(content);
        return `/home/ann/${name}`;
      },
    };
    const services = { profiles, desktop, host: { source: 'embedded' } } as unknown as Services;
    return { handlers: profileHandlers(services), saved };
  };

  it('export without passwords what can be imported again, under an id of its own', async () => {
    await profiles.save(null, staging, passwords);
    const { handlers, saved } = withFile(null);
    expect(await handlers['profiles.export']({ id: 'staging' })).toBe('/home/ann/reelmetrics-staging.json');
    const [text = ''] = saved;
    for (const password of Object.values(passwords)) expect(text).not.toContain(password);

    const importing = withFile({ name: 'staging.json', text }).handlers;
    expect(await importing['profiles.import'](undefined)).toEqual({ id: 'staging-2' });
    expect(await profiles.services('staging-2')).toEqual({
      profile: { ...staging, id: 'staging-2' },
      secrets: noSecrets,
    });
  });

  it('import nothing when the dialog is cancelled, and say what is wrong with a file', async () => {
    expect(await withFile(null).handlers['profiles.import'](undefined)).toBeNull();
    const text = JSON.stringify({ ...localProfile, kafka: { ...localProfile.kafka, brokers: ['kafka'] } });
    await expect(withFile({ name: 'x.json', text }).handlers['profiles.import'](undefined)).rejects.toMatchObject({
      code: 'bad_settings',
      message: expect.stringContaining('x.json is not a profile: kafka.brokers.0'),
    });
    expect((await profiles.list()).profiles).toHaveLength(1);
  });

  it('test a service that nobody runs, and name the cause', async () => {
    const { handlers } = withFile(null);
    const redis = { ...local.redis, port: 1 };
    expect(await handlers['profiles.test']({ id: null, settings: { redis }, secrets: {} })).toMatchObject([
      { service: 'redis', ok: false, code: 'ECONNREFUSED', hint: expect.any(String) },
    ]);
    const unknown = handlers['profiles.test']({ id: 'gone', settings: { redis }, secrets: {} });
    await expect(unknown).rejects.toBeInstanceOf(AppError);
  });
});
