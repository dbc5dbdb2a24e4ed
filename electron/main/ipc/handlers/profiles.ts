import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function profileHandlers({
  profiles,
  host,
  desktop,
  switchDataSource,
}: Services): Pick<
  Handlers,
  | 'profiles.list'
  | 'profiles.save'
  | 'profiles.copy'
  | 'profiles.delete'
  | 'profiles.export'
  | 'profiles.import'
  | 'profiles.test'
  | 'dataSource.switch'
> {
  return {
    'profiles.list': () => profiles.list(),
    'profiles.save': async ({ id, profile, secrets }) => ({ id: await profiles.save(id, profile, secrets) }),
    'profiles.copy': async ({ id }) => ({ id: await profiles.copy(id) }),
    'profiles.delete': ({ id }) => profiles.remove(id, host.source),
    'profiles.export': ({ id }) => {
      const { suggestedName, content } = profiles.file(id);
      return desktop.saveFile(suggestedName, content);
    },
    'profiles.import': async () => {
      const file = await desktop.openFile({ name: 'ReelMetrics profile', extension: 'json' });
      return file === null ? null : { id: await profiles.add(file.text, file.name) };
    },
    'profiles.test': async ({ id, settings, secrets }) => {
      const toTry = await profiles.secretsToTry(id, secrets, settings);
      // Loaded when it is needed: the clients of the services are large, and embedded data does without.
      const { testServices } = await import('../../../../backend/runtime.ts');
      return testServices(settings, toTry);
    },
    'dataSource.switch': ({ id }) => switchDataSource(id),
  };
}
