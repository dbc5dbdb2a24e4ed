import type { SafeStorage } from 'electron';
import { expect, it } from 'vitest';
import { secretVault } from './supported-runtime.ts';

type Backend = ReturnType<SafeStorage['getSelectedStorageBackend']>;

/** The synchronous interface, which the stand-in runtime has. */
function oldStorage(backend: Backend): SafeStorage {
  const storage = {
    getSelectedStorageBackend: () => backend,
    isEncryptionAvailable: () => true,
    encryptString: (text: string) => Buffer.from(`sync ${text}`),
    decryptString: (data: Buffer) => data.toString().replace('sync ', ''),
  };
  return storage as unknown as SafeStorage;
}

/** The asynchronous one; the other throws, as it will in Electron 46. */
function newStorage(backend: Backend, available = true): SafeStorage {
  const gone = (): never => {
    throw new Error('gone');
  };
  const storage = {
    getSelectedStorageBackend: () => backend,
    isEncryptionAvailable: gone,
    encryptString: gone,
    decryptString: gone,
    isAsyncEncryptionAvailable: async () => available,
    encryptStringAsync: async (text: string) => Buffer.from(`async ${text}`),
    decryptStringAsync: async (data: Buffer) => ({
      result: data.toString().replace('async ', ''),
      shouldReEncrypt: true,
    }),
  };
  return storage as unknown as SafeStorage;
}

it.each([
  ['synchronous', oldStorage('gnome_libsecret'), false],
  ['asynchronous', newStorage('gnome_libsecret'), true],
])('the %s storage of the system encrypts and decrypts', async (_, storage, renew) => {
  const vault = secretVault(storage, 'linux');
  const encrypted = await vault.encrypt('pass');
  expect(encrypted.toString()).not.toBe('pass');
  expect(await vault.decrypt(encrypted)).toEqual({ text: 'pass', renew });
});

it.each([oldStorage, newStorage])('is safe where the system has a keyring, and not with a fixed key', async (make) => {
  expect(await secretVault(make('kwallet6'), 'linux').isSafe()).toBe(true);
  expect(await secretVault(make('basic_text'), 'linux').isSafe()).toBe(false);
  expect(await secretVault(make('unknown'), 'linux').isSafe()).toBe(false);
  expect(await secretVault(make('unknown'), 'darwin').isSafe()).toBe(true);
});

it('is not safe where encryption is not available', async () => {
  expect(await secretVault(newStorage('gnome_libsecret', false), 'linux').isSafe()).toBe(false);
});
