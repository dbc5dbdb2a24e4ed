import { readFile, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { type ServiceName, serviceNames } from '../../backend/domain/connection.ts';
import { AppError, codeOf, messageOf } from '../../backend/lib/app-error.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import type { ProfileSecrets } from '../../backend/settings/profile.ts';
import { replaceFile } from '../../backend/settings/replace-file.ts';
import type { SecretChanges, SecretState } from '../contract/signatures.ts';
import type { SecretVault } from './supported-runtime.ts';

const firstVersion = z.strictObject({
  version: z.literal(1),
  /** Base64 of what the system has encrypted, by profile and service. */
  secrets: z.record(z.string(), z.partialRecord(z.enum(serviceNames), z.base64())),
});

const fileSchema = z.strictObject({
  version: z.literal(2),
  secrets: z.record(
    z.string(),
    z.partialRecord(z.enum(serviceNames), z.strictObject({ secret: z.base64(), destination: z.string() })),
  ),
});

/** A password: encrypted (base64) or in clear, and the only place it may be sent to (backend/settings/destination.ts). */
interface HeldSecret {
  readonly secret: string;
  readonly destination: string;
}

type Held = Readonly<Partial<Record<ServiceName, HeldSecret>>>;
type Secrets = ReadonlyMap<string, Held>;
/** Where each service's password goes. */
type Destinations = Readonly<Record<ServiceName, string>>;

const names: Readonly<Record<ServiceName, string>> = { kafka: 'Kafka', postgres: 'PostgreSQL', redis: 'Redis' };

/**
 * The passwords of the profiles, apart from the settings. Encrypted by the operating system into a file of their own; where
 * it cannot do that safely they are held in memory and are gone when the program ends. One change at a time, and a
 * change counts once it is on the disk.
 */
export class SecretsStore {
  readonly #file: string;
  readonly #vault: SecretVault;
  readonly #logger: Logger;
  /** Encrypted, base64. */
  #stored: Secrets;
  #session: Secrets = new Map();
  #queue: Promise<unknown> = Promise.resolve();
  /** What the user should be told of the file that was found. */
  readonly notices: readonly string[];

  private constructor(file: string, vault: SecretVault, logger: Logger, stored: Secrets, notices: readonly string[]) {
    this.#file = file;
    this.#vault = vault;
    this.#logger = logger;
    this.#stored = stored;
    this.notices = notices;
  }

  /**
   * A file that cannot be understood is moved aside, with a notice. Errors: `AppError` data_folder_unusable.
   * @param destinationsFor where a profile's services are now; null = there is no such profile. The first version of the
   *   file did not say what a password was entered for: it is bound to that.
   */
  static async open(
    file: string,
    vault: SecretVault,
    logger: Logger,
    destinationsFor: (profileId: string) => Destinations | null,
  ): Promise<SecretsStore> {
    const { stored, notices, upgraded } = await load(file, destinationsFor);
    const store = new SecretsStore(file, vault, logger, stored, notices);
    if (upgraded) await store.#save(stored);
    return store;
  }

  /** What becomes of a password that is set now. */
  async newSecrets(): Promise<'stored' | 'session'> {
    return (await this.#vault.isSafe()) ? 'stored' : 'session';
  }

  states(profileId: string): Readonly<Record<ServiceName, SecretState>> {
    const stateOf = (service: ServiceName): SecretState => {
      if (this.#session.get(profileId)?.[service] !== undefined) return 'session';
      return this.#stored.get(profileId)?.[service] === undefined ? 'none' : 'stored';
    };
    return { kafka: stateOf('kafka'), postgres: stateOf('postgres'), redis: stateOf('redis') };
  }

  /**
   * The passwords of a profile, for the places they were entered for only. Errors: `AppError` bad_settings when one was
   * entered for another place, or is stored and cannot be decrypted.
   * @param services those that are needed
   */
  async read(
    profileId: string,
    destinations: Destinations,
    services: readonly ServiceName[] = serviceNames,
  ): Promise<ProfileSecrets> {
    const found: Record<ServiceName, string | null> = { kafka: null, postgres: null, redis: null };
    await Promise.all(
      services.map(async (service) => {
        found[service] = await this.#readOne(profileId, service, destinations);
      }),
    );
    return found;
  }

  /** Errors: `AppError` bad_settings when a password of these services is held for another place than the given one. */
  requireSamePlaces(profileId: string, destinations: Destinations, services: readonly ServiceName[]): void {
    for (const service of services) {
      const held = this.#session.get(profileId)?.[service] ?? this.#stored.get(profileId)?.[service];
      if (held !== undefined && held.destination !== destinations[service]) throw forAnotherPlace(service);
    }
  }

  async #readOne(profileId: string, service: ServiceName, destinations: Destinations): Promise<string | null> {
    this.requireSamePlaces(profileId, destinations, [service]);
    const held = this.#session.get(profileId)?.[service];
    if (held !== undefined) return held.secret;
    const stored = this.#stored.get(profileId)?.[service];
    if (stored === undefined) return null;
    let found: Awaited<ReturnType<SecretVault['decrypt']>>;
    try {
      found = await this.#vault.decrypt(Buffer.from(stored.secret, 'base64'));
    } catch (cause) {
      throw new AppError('bad_settings', `The stored password of ${names[service]} cannot be decrypted.`, {
        hint: 'Unlock the keyring of this computer, or enter the password again in Settings, Data source.',
        cause,
      });
    }
    if (found.renew) {
      await this.change(profileId, { [service]: found.text }, destinations).catch((error: unknown) =>
        this.#logger.warn('a password was not encrypted anew', { service, reason: messageOf(error) }),
      );
    }
    return found.text;
  }

  /**
   * Sets (text) and forgets (null) passwords. Errors: `AppError` not_available, data_folder_unusable; all is then as before.
   * @param destinations what those that are set may be used for
   */
  change(profileId: string, changes: SecretChanges, destinations: Destinations): Promise<void> {
    return this.#inTurn(async () => {
      const safe = await this.#vault.isSafe();
      const stored: Partial<Record<ServiceName, HeldSecret>> = { ...this.#stored.get(profileId) };
      const session: Partial<Record<ServiceName, HeldSecret>> = { ...this.#session.get(profileId) };
      for (const service of serviceNames) {
        const secret = changes[service];
        if (secret === undefined) continue;
        delete stored[service];
        delete session[service];
        if (secret === null) continue;
        const destination = destinations[service];
        if (safe) stored[service] = { secret: await this.#encrypt(secret), destination };
        else session[service] = { secret, destination };
      }
      await this.#replace(profileId, stored, session);
    });
  }

  /** Gives one profile the passwords of another. */
  copy(from: string, to: string): Promise<void> {
    return this.#inTurn(() => this.#replace(to, this.#stored.get(from) ?? {}, this.#session.get(from) ?? {}));
  }

  remove(profileId: string): Promise<void> {
    return this.#inTurn(() => this.#replace(profileId, {}, {}));
  }

  async #encrypt(secret: string): Promise<string> {
    try {
      return (await this.#vault.encrypt(secret)).toString('base64');
    } catch (cause) {
      throw new AppError('not_available', 'The system did not encrypt the password.', {
        hint: 'Unlock the keyring of this computer and save again.',
        cause,
      });
    }
  }

  async #replace(profileId: string, stored: Held, session: Held): Promise<void> {
    const next = withHeld(this.#stored, profileId, stored);
    if (!same(stored, this.#stored.get(profileId) ?? {})) await this.#save(next);
    this.#stored = next;
    this.#session = withHeld(this.#session, profileId, session);
  }

  async #save(stored: Secrets): Promise<void> {
    const content = { version: 2, secrets: Object.fromEntries(stored) } satisfies z.infer<typeof fileSchema>;
    try {
      await replaceFile(this.#file, `${JSON.stringify(content, null, 2)}\n`);
    } catch (cause) {
      throw new AppError('data_folder_unusable', `The passwords cannot be saved: ${messageOf(cause)}`, {
        hint: 'Check that you may write to the folder and that the disk is not full.',
        cause,
      });
    }
  }

  #inTurn(run: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(run);
    // The caller gets the failure; the next change is not held up by it.
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

function withHeld(all: Secrets, profileId: string, held: Held): Secrets {
  const next = new Map(all);
  if (serviceNames.some((service) => held[service] !== undefined)) next.set(profileId, held);
  else next.delete(profileId);
  return next;
}

function same(a: Held, b: Held): boolean {
  return serviceNames.every(
    (service) => a[service]?.secret === b[service]?.secret && a[service]?.destination === b[service]?.destination,
  );
}

interface Loaded {
  readonly stored: Secrets;
  readonly notices: readonly string[];
  /** Whether the file is of an older version. */
  readonly upgraded: boolean;
}

async function load(file: string, destinationsFor: (profileId: string) => Destinations | null): Promise<Loaded> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return { stored: new Map(), notices: [], upgraded: false };
    throw unusable(file, 'read', cause);
  }
  const parsed = parse(text, destinationsFor);
  if (parsed !== null) return { ...parsed, notices: [] };
  const aside = `${file}.corrupt-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  try {
    await rename(file, aside);
  } catch (cause) {
    throw unusable(file, 'moved aside', cause);
  }
  return {
    stored: new Map(),
    upgraded: false,
    notices: [
      `The stored passwords could not be read. They are kept in ${basename(aside)}; enter them again in Settings, Data source.`,
    ],
  };
}

function parse(
  text: string,
  destinationsFor: (profileId: string) => Destinations | null,
): Pick<Loaded, 'stored' | 'upgraded'> | null {
  try {
    const content = z.discriminatedUnion('version', [firstVersion, fileSchema]).parse(JSON.parse(text));
    if (content.version === 2) return { stored: new Map(Object.entries(content.secrets)), upgraded: false };
    const stored = new Map<string, Held>();
    for (const [id, secrets] of Object.entries(content.secrets)) {
      const destinations = destinationsFor(id);
      // Of a profile that is no more: nothing could use it.
      if (destinations !== null) stored.set(id, boundTo(destinations, secrets));
    }
    return { stored, upgraded: true };
  } catch {
    // Not JSON or not of our form: all the same to the user, who is told.
    return null;
  }
}

function boundTo(destinations: Destinations, secrets: Readonly<Partial<Record<ServiceName, string>>>): Held {
  const held: Partial<Record<ServiceName, HeldSecret>> = {};
  for (const service of serviceNames) {
    const secret = secrets[service];
    if (secret !== undefined) held[service] = { secret, destination: destinations[service] };
  }
  return held;
}

function forAnotherPlace(service: ServiceName): AppError {
  return new AppError(
    'bad_settings',
    `The password of ${names[service]} was entered for another address, user or encryption.`,
    {
      hint: `Enter the password of ${names[service]} again: a stored password is sent only to where it was entered for.`,
    },
  );
}

function unusable(file: string, what: string, cause: unknown): AppError {
  return new AppError('data_folder_unusable', `The file ${file} cannot be ${what}: ${messageOf(cause)}`, {
    hint: 'Check that it is yours and that you may write to its folder.',
    cause,
  });
}
