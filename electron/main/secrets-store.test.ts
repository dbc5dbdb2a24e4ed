import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../backend/ports/logger.ts';
import { noSecrets } from '../../backend/settings/profile.ts';
import { SecretsStore } from './secrets-store.ts';
import type { SecretVault } from './supported-runtime.ts';

/** Stands in for the system: reversible, unlike the text, and with a key that a test can take away. */
function makeVault(): SecretVault & { safe: boolean; locked: boolean; renew: boolean; key: string } {
  return {
    safe: true,
    locked: false,
    renew: false,
    key: 'k1',
    async isSafe() {
      return this.safe;
    },
    async encrypt(text) {
      if (this.locked) throw new Error('the keyring is locked');
      return Buffer.from(`${this.key}:${[...text].reverse().join('')}`);
    },
    async decrypt(data) {
      if (this.locked) throw new Error('the keyring is locked');
      const [, text = ''] = /^k\d:(.*)$/s.exec(data.toString()) ?? [];
      return { text: [...text].reverse().join(''), renew: this.renew };
    },
  };
}

let folder: string;
let file: string;
let vault: ReturnType<typeof makeVault>;
const here = { kafka: 'k:9092', postgres: 'p:5432', redis: 'r:6379' };
const open = () => SecretsStore.open(file, vault, silentLogger, (id) => (id === 'gone' ? null : here));
const none = { kafka: 'none', postgres: 'none', redis: 'none' };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  file = join(folder, 'secrets.json');
  vault = makeVault();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the secrets', () => {
  it('outlive the program, encrypted, for the user only', async () => {
    const store = await open();
    expect(store.states('staging')).toEqual(none);
    await store.change('staging', { postgres: 'hunter2', redis: 'abc' }, here);
    expect(store.states('staging')).toEqual({ kafka: 'none', postgres: 'stored', redis: 'stored' });

    expect(await readFile(file, 'utf8')).not.toContain('hunter2');
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await open();
    expect(await again.read('staging', here)).toEqual({ kafka: null, postgres: 'hunter2', redis: 'abc' });
    expect(await again.read('other', here)).toEqual(noSecrets);
  });

  it('are changed one by one: what is left out stays, null forgets', async () => {
    const store = await open();
    await store.change('staging', { kafka: 'a', postgres: 'b', redis: 'c' }, here);
    await store.change('staging', { kafka: null, postgres: 'B' }, here);
    expect(await store.read('staging', here)).toEqual({ kafka: null, postgres: 'B', redis: 'c' });
    await store.remove('staging');
    expect(await (await open()).read('staging', here)).toEqual(noSecrets);
    expect(await readFile(file, 'utf8')).not.toContain('staging');
  });

  it('are kept for the session only where the system cannot encrypt, and replace what was stored', async () => {
    await (await open()).change('staging', { postgres: 'old' }, here);
    vault.safe = false;
    const store = await open();
    expect(await store.newSecrets()).toBe('session');
    await store.change('staging', { postgres: 'new', redis: 'r' }, here);
    expect(store.states('staging')).toEqual({ kafka: 'none', postgres: 'session', redis: 'session' });
    expect(await store.read('staging', here)).toEqual({ kafka: null, postgres: 'new', redis: 'r' });
    expect(await (await open()).read('staging', here)).toEqual(noSecrets);
    expect(await readFile(file, 'utf8')).not.toMatch(/new|wen/);
  });

  it('are copied with their states, without being told', async () => {
    const store = await open();
    await store.change('staging', { postgres: 'p' }, here);
    vault.safe = false;
    await store.change('staging', { redis: 'r' }, here);
    await store.copy('staging', 'staging-copy');
    expect(store.states('staging-copy')).toEqual({ kafka: 'none', postgres: 'stored', redis: 'session' });
    expect(await store.read('staging-copy', here)).toEqual({ kafka: null, postgres: 'p', redis: 'r' });
  });

  it('are read only for the place they were entered for', async () => {
    const store = await open();
    await store.change('staging', { postgres: 'p', redis: 'r' }, here);
    const elsewhere = { ...here, postgres: 'thief:5432' };
    await expect(store.read('staging', elsewhere)).rejects.toMatchObject({
      code: 'bad_settings',
      message: 'The password of PostgreSQL was entered for another address, user or encryption.',
    });
    expect(await store.read('staging', elsewhere, ['redis'])).toEqual({ ...noSecrets, redis: 'r' });
    vault.safe = false;
    await store.change('staging', { postgres: 'session' }, here);
    await expect(store.read('staging', elsewhere)).rejects.toMatchObject({ code: 'bad_settings' });
    await store.change('staging', { postgres: 'again' }, elsewhere);
    expect((await store.read('staging', elsewhere)).postgres).toBe('again');
  });

  it('of the first version of the file are bound to where their profile pointed then', async () => {
    const secret = (await vault.encrypt('old')).toString('base64');
    await writeFile(
      file,
      JSON.stringify({ version: 1, secrets: { staging: { redis: secret }, gone: { redis: secret } } }),
    );
    const store = await open();
    expect(store.notices).toEqual([]);
    expect(store.states('gone')).toEqual(none);
    expect((await store.read('staging', here)).redis).toBe('old');
    const reopened = await SecretsStore.open(file, vault, silentLogger, () => ({ ...here, redis: 'thief:6379' }));
    await expect(reopened.read('staging', { ...here, redis: 'thief:6379' })).rejects.toMatchObject({
      code: 'bad_settings',
    });
    expect((await reopened.read('staging', here)).redis).toBe('old');
  });

  it('that cannot be decrypted are named, with what to do', async () => {
    const store = await open();
    await store.change('staging', { redis: 'r' }, here);
    vault.locked = true;
    await expect(store.read('staging', here)).rejects.toMatchObject({
      code: 'bad_settings',
      message: 'The stored password of Redis cannot be decrypted.',
      hint: expect.stringContaining('keyring'),
    });
    await expect(store.change('staging', { redis: 'x' }, here)).rejects.toMatchObject({ code: 'not_available' });
    vault.locked = false;
    expect((await store.read('staging', here)).redis).toBe('r');
  });

  it('are encrypted anew when the system has a new key', async () => {
    const store = await open();
    await store.change('staging', { redis: 'r' }, here);
    const before = await readFile(file, 'utf8');
    Object.assign(vault, { renew: true, key: 'k2' });
    expect((await store.read('staging', here)).redis).toBe('r');
    expect(await readFile(file, 'utf8')).not.toBe(before);
    vault.renew = false;
    expect((await (await open()).read('staging', here)).redis).toBe('r');
  });

  it('changed many at once are all there', async () => {
    const store = await open();
    const ids = Array.from({ length: 20 }, (_, index) => `profile-${index}`);
    await Promise.all(ids.map((id) => store.change(id, { redis: id }, here)));
    const again = await open();
    expect(await Promise.all(ids.map(async (id) => (await again.read(id, here)).redis))).toEqual(ids);
    expect(await readdir(folder)).toEqual(['secrets.json']);
  });

  it.each(['{"version":1', '[]', '{"version":3,"secrets":{}}', '{"version":1,"secrets":{"a":{"mysql":"eA=="}}}'])(
    'of a file that cannot be read (%s) are set aside, and the user is told',
    async (content) => {
      await writeFile(file, content);
      const store = await open();
      expect(store.states('a')).toEqual(none);
      const [aside, ...others] = await readdir(folder);
      expect(others).toEqual([]);
      expect(store.notices).toEqual([expect.stringContaining(aside!)]);
      expect(await readFile(join(folder, aside!), 'utf8')).toBe(content);
    },
  );

  it('that cannot be written stay as they were', async () => {
    const store = await SecretsStore.open(join(file, 'secrets.json'), vault, silentLogger, () => here).catch(
      () => null,
    );
    await writeFile(file, 'a file where a folder should be');
    await expect(store?.change('staging', { redis: 'r' }, here)).rejects.toMatchObject({
      code: 'data_folder_unusable',
    });
    expect(store?.states('staging')).toEqual(none);
  });
});
