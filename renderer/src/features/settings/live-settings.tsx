import { updateSettings } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { SettingRow } from './setting-row.tsx';

export function LiveSettings() {
  const tickRate = useConsole((state) => state.settings?.tickRate ?? 4);
  return (
    <Card title="Live picture">
      <SettingRow
        label="Ticks per second"
        note="How often the picture is renewed, at most. Fewer ticks spare the processor; no sale is missed either way."
      >
        <Segmented
          label="Ticks per second"
          value={String(tickRate)}
          options={['1', '2', '3', '4'].map((value) => ({ value, label: value }))}
          onChange={(value) => void updateSettings({ tickRate: Number(value) })}
        />
      </SettingRow>
    </Card>
  );
}
