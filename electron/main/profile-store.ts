import { connectionLimits, type ServiceName, serviceNames } from '../../backend/domain/connection.ts';
import { AppError } from '../../backend/lib/app-error.ts';
import { destinationsOf } from '../../backend/settings/destination.ts';
import { type LocalServices, localServices } from '../../backend/settings/environment.ts';
import { localProfile, noSecrets, type Profile, type ProfileSecrets } from '../../backend/settings/profile.ts';
import { parseProfile, profileText } from '../../backend/settings/profile-file.ts';
import { copyName, embeddedSource, isReservedId, isSource, newProfileId } from '../../backend/settings/profiles.ts';
import type { ProfileDraft, ProfileList, SecretChanges, SecretState } from '../contract/signatures.ts';
import type { SecretsStore } from './secrets-store.ts';
import type { SettingsStore } from './settings-store.ts';

interface Parts {
  readonly settings: SettingsStore;
  readonly secrets: SecretsStore;
  /** May say where the built-in profile's services are. */
  readonly env: NodeJS.ProcessEnv;
}

/** The connection profiles: the built-in one, and the user's in the settings with their passwords in the secrets. */
export class ProfileStore {
  readonly #settings: SettingsStore;
  readonly #secrets: SecretsStore;
  readonly #env: NodeJS.ProcessEnv;

  constructor({ settings, secrets, env }: Parts) {
    this.#settings = settings;
    this.#secrets = secrets;
    this.#env = env;
  }

  /** Errors: `AppError` bad_settings when the environment names the built-in profile's services wrongly. */
  async list(): Promise<ProfileList> {
    const local = localServices(this.#env);
    const own = this.#settings.current.profiles;
    return {
      profiles: [
        { profile: local.profile, builtIn: true, secrets: statesOf(local.secrets) },
        ...own.map((profile) => ({ profile, builtIn: false, secrets: this.#secrets.states(profile.id) })),
      ],
      newSecrets: await this.#secrets.newSecrets(),
    };
  }

  isSource(id: string): boolean {
    return isSource(id, this.#settings.current.profiles);
  }

  /** How a source is called on the screen; its id when there is none such. */
  nameOf(id: string): string {
    if (id === embeddedSource) return 'Embedded';
    if (id === localProfile.id) return localProfile.name;
    return this.#settings.current.profiles.find((profile) => profile.id === id)?.name ?? id;
  }

  /** What the runtime connects with. Errors: `AppError` bad_settings. */
  async services(id: string): Promise<LocalServices> {
    if (id === localProfile.id) return localServices(this.#env);
    const profile = this.#own(id);
    return { profile, secrets: await this.#secrets.read(id, destinationsOf(profile)) };
  }

  /**
   * The passwords to try: those given, else those held for the profile, which go only where they were entered for.
   * Errors: `AppError` bad_settings, when a held one would go elsewhere too.
   * @param settings the services to try
   */
  async secretsToTry(
    id: string | null,
    given: SecretChanges,
    settings: { readonly [S in ServiceName]?: Profile[S] },
  ): Promise<ProfileSecrets> {
    // A stored password that cannot be decrypted matters only when it would be used.
    const held = serviceNames.filter((service) => settings[service] !== undefined && given[service] === undefined);
    if (id === null || held.length === 0) return { ...noSecrets, ...given };
    if (id !== localProfile.id) {
      const destinations = destinationsOf({ ...this.#own(id), ...settings });
      return { ...(await this.#secrets.read(id, destinations, held)), ...given };
    }
    const { profile, secrets } = localServices(this.#env);
    const places = destinationsOf(profile);
    const asked = destinationsOf({ ...profile, ...settings });
    const usable = held.filter((service) => places[service] === asked[service]);
    return { ...noSecrets, ...Object.fromEntries(usable.map((service) => [service, secrets[service]])), ...given };
  }

  /** Changes a profile, or makes a new one (`id` null). Its id. Errors: `AppError` bad_settings. */
  async save(id: string | null, draft: ProfileDraft, changes: SecretChanges): Promise<string> {
    // Without a sign-in its password is of no use.
    const secrets = draft.kafka.sasl === null ? { ...changes, kafka: null } : changes;
    const destinations = destinationsOf(draft);
    if (id !== null) {
      const kept = serviceNames.filter((service) => secrets[service] === undefined);
      this.#secrets.requireSamePlaces(id, destinations, kept);
    }
    let saved = '';
    await this.#settings.update(({ profiles }) => {
      if (id !== null) this.#own(id);
      else checkRoom(profiles);
      saved = id ?? newProfileId(draft.name, idsOf(profiles));
      const profile: Profile = { ...draft, id: saved };
      return {
        profiles: id === null ? [...profiles, profile] : profiles.map((other) => (other.id === id ? profile : other)),
      };
    });
    // A new profile has no passwords but its own, whatever was held under its id before.
    await this.#secrets.change(saved, id === null ? { ...noSecrets, ...secrets } : secrets, destinations);
    return saved;
  }

  /** A copy with the passwords of the original, which does not allow invented sales until that is said of it, too. Its id. Errors: `AppError` bad_settings. */
  async copy(id: string): Promise<string> {
    const local = id === localProfile.id ? localServices(this.#env) : null;
    let made = '';
    await this.#settings.update(({ profiles }) => {
      checkRoom(profiles);
      const original = local?.profile ?? this.#own(id);
      const name = copyName(
        original.name,
        profiles.map((profile) => profile.name),
      );
      made = newProfileId(name, idsOf(profiles));
      return { profiles: [...profiles, { ...original, id: made, name, simulation: false }] };
    });
    if (local === null) await this.#secrets.copy(id, made);
    else await this.#secrets.change(made, local.secrets, destinationsOf(local.profile));
    return made;
  }

  /** Deletes it with its passwords. Errors: `AppError` bad_settings while it is `inUse`, or built in. */
  async remove(id: string, inUse: string | null): Promise<void> {
    await this.#settings.update(({ profiles, dataSource }) => {
      const { name } = this.#own(id);
      if (id === inUse || id === dataSource) {
        throw new AppError('bad_settings', `${name} is in use.`, { hint: 'Use another source first, then delete it.' });
      }
      return { profiles: profiles.filter((profile) => profile.id !== id) };
    });
    await this.#secrets.remove(id);
  }

  /** A profile as a file, without passwords. Errors: `AppError` bad_settings. */
  file(id: string): { readonly suggestedName: string; readonly content: string } {
    const profile = id === localProfile.id ? localServices(this.#env).profile : this.#own(id);
    return { suggestedName: `reelmetrics-${id}.json`, content: profileText(profile) };
  }

  /** Adds the profile of a file under an id of its own. Its id. Errors: `AppError` bad_settings, naming what is wrong. */
  async add(text: string, file: string): Promise<string> {
    const { id: _, ...draft } = parseProfile(text, file);
    return this.save(null, draft, {});
  }

  #own(id: string): Profile {
    const found = this.#settings.current.profiles.find((profile) => profile.id === id);
    if (found !== undefined) return found;
    throw isReservedId(id)
      ? new AppError('bad_settings', `${this.nameOf(id)} is built in.`, { hint: 'Copy it, and change the copy.' })
      : new AppError('bad_settings', `There is no profile "${id}".`, {
          hint: 'Choose a data source in Settings, Data source.',
        });
  }
}

function idsOf(profiles: readonly Profile[]): readonly string[] {
  return profiles.map(({ id }) => id);
}

function checkRoom(profiles: readonly Profile[]): void {
  if (profiles.length < connectionLimits.profiles) return;
  throw new AppError('bad_settings', `There are ${connectionLimits.profiles} profiles already.`, {
    hint: 'Delete one that is not used any more.',
  });
}

/** Those of the built-in profile come with the program. */
function statesOf(secrets: ProfileSecrets): Readonly<Record<ServiceName, SecretState>> {
  const stateOf = (secret: string | null): SecretState => (secret === null ? 'none' : 'stored');
  return { kafka: stateOf(secrets.kafka), postgres: stateOf(secrets.postgres), redis: stateOf(secrets.redis) };
}
