import { resolveZone } from '../../../../backend/settings/zone.ts';
import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function settingsHandlers({
  settings,
  host,
}: Services): Pick<
  Handlers,
  'settings.get' | 'settings.update' | 'backend.switch' | 'simulator.update' | 'calendar.change'
> {
  return {
    'settings.get': () => settings.current,
    'settings.update': (patch) => settings.update(patch),
    'backend.switch': async ({ backend }) => {
      await settings.update({ backend });
    },
    'simulator.update': async (simulator) => {
      await settings.update({ simulator });
    },
    // Kept only once the stored days are recomputed: a setting that ran ahead of the data would show wrong days.
    'calendar.change': async ({ zone, cutoverHour }) => {
      if (host.state.phase !== 'no-source') await host.require().changeCalendar(resolveZone(zone), cutoverHour);
      return settings.update({ zone, cutoverHour });
    },
  };
}
