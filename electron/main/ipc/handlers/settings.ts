import { resolveZone } from '../../../../backend/settings/zone.ts';
import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';

export function settingsHandlers({
  settings,
  host,
  startWithCalendar,
}: Services): Pick<
  Handlers,
  'settings.get' | 'settings.update' | 'backend.switch' | 'simulator.update' | 'calendar.change' | 'currency.change'
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
    'calendar.change': async ({ zone: chosen, cutoverHour }) => {
      const zone = resolveZone(chosen);
      if (host.state.phase === 'failed') await startWithCalendar({ zone, cutoverHour });
      if (host.state.phase !== 'no-source') {
        const runtime = host.require();
        const now = runtime.status();
        if (now.zone !== zone || now.cutoverHour !== cutoverHour) await runtime.changeCalendar(zone, cutoverHour);
      }
      return settings.update({ zone, cutoverHour });
    },
    'currency.change': async ({ currency }) => {
      if (host.state.phase !== 'no-source') await host.require().changeCurrency(currency);
      return settings.update({ currency });
    },
  };
}
