import { Select } from '@mantine/core';
import { updateSettings } from '../../store/actions.ts';
import { currencyOf, cutoverOf, zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import type { Screen } from '../../store/view-slice.ts';
import { Card } from '../../ui/card.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { BusinessDaySettings } from './business-day-settings.tsx';
import { CurrencySettings } from './currency-settings.tsx';
import { SettingRow } from './setting-row.tsx';

const startScreens: readonly { readonly value: Screen; readonly label: string }[] = [
  { value: 'live', label: 'Live' },
  { value: 'theatres', label: 'Theatres' },
  { value: 'pipeline', label: 'Pipeline' },
  { value: 'simulator', label: 'Simulator' },
  { value: 'settings', label: 'Settings' },
];

export function General() {
  const settings = useConsole((state) => state.settings);
  const currency = useConsole(currencyOf);
  const zone = useConsole(zoneOf);
  const cutoverHour = useConsole(cutoverOf);
  if (settings === null) return null;
  return (
    <>
      <Card title="Appearance">
        <SettingRow label="Theme" note="System follows the computer, also when it changes by day and night.">
          <Segmented
            label="Theme"
            value={settings.theme}
            options={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'system', label: 'System' },
            ]}
            onChange={(theme) => void updateSettings({ theme })}
          />
        </SettingRow>
        <SettingRow label="Start screen" note="Shown when ReelMetrics opens.">
          <Select
            aria-label="Start screen"
            w={180}
            data={[...startScreens]}
            value={settings.startScreen}
            onChange={(startScreen) => {
              if (startScreen !== null) void updateSettings({ startScreen: startScreen as Screen });
            }}
          />
        </SettingRow>
      </Card>
      <CurrencySettings currency={currency} />
      <BusinessDaySettings zone={zone} cutoverHour={cutoverHour} />
    </>
  );
}
