import { AppError } from '../../backend/lib/app-error.ts';
import type { Settings } from '../../backend/settings/settings.ts';
import type { ProfileStore } from './profile-store.ts';
import type { RuntimeHost } from './runtime-host.ts';
import type { SettingsStore } from './settings-store.ts';

/**
 * Starts a source in place of the present one and keeps the choice. The source in use starts again, with its settings of
 * now. Where nothing runs there is nothing to go back to: the choice is kept at once, and waits for its services.
 * Errors: `AppError` bad_settings, not_available (the source before runs again), cancelled (another one was chosen).
 */
export async function switchDataSource(
  {
    host,
    settings,
    profiles,
  }: {
    readonly host: Pick<RuntimeHost, 'current' | 'source' | 'restart' | 'switchTo'>;
    readonly settings: SettingsStore;
    readonly profiles: Pick<ProfileStore, 'isSource'>;
  },
  id: string,
): Promise<Settings> {
  if (!profiles.isSource(id)) {
    throw new AppError('bad_settings', `There is no profile "${id}".`, { hint: 'Choose one of the list.' });
  }
  if (host.current === null) await settings.update({ dataSource: id });
  if (host.current !== null && host.source === id) await host.restart();
  else await host.switchTo(id);
  return settings.update({ dataSource: id });
}
