import type { SafeStorage } from 'electron';

/** Major version of Electron that the console is built for; an older runtime is the stand-in for building and testing. */
export const builtForElectron = 45;

/** Whether a version of Electron is at least the one the console is built for. */
export function isSupportedRuntime(version: string): boolean {
  return Number.parseInt(version, 10) >= builtForElectron;
}

/** The system's own encryption of secrets, for this user on this computer. */
export interface SecretVault {
  /** False where the system has no place for the key: what is encrypted then could be read by anybody. */
  isSafe(): Promise<boolean>;
  encrypt(text: string): Promise<Buffer>;
  /** `renew`: its key is an old one, so it is to be encrypted again. Rejects when the key is another user's or gone. */
  decrypt(data: Buffer): Promise<{ readonly text: string; readonly renew: boolean }>;
}

/** Electron's safeStorage: asynchronous where it is so (the runtime we are built for), synchronous in the stand-in. */
export function secretVault(storage: SafeStorage, platform: NodeJS.Platform): SecretVault {
  const hasKeyring = (): boolean =>
    platform !== 'linux' || !['basic_text', 'unknown'].includes(storage.getSelectedStorageBackend());
  if (typeof storage.encryptStringAsync === 'function') {
    return {
      isSafe: async () => hasKeyring() && (await storage.isAsyncEncryptionAvailable()),
      encrypt: (text) => storage.encryptStringAsync(text),
      async decrypt(data) {
        const { result, shouldReEncrypt } = await storage.decryptStringAsync(data);
        return { text: result, renew: shouldReEncrypt };
      },
    };
  }
  return {
    isSafe: async () => hasKeyring() && storage.isEncryptionAvailable(),
    encrypt: async (text) => storage.encryptString(text),
    decrypt: async (data) => ({ text: storage.decryptString(data), renew: false }),
  };
}
