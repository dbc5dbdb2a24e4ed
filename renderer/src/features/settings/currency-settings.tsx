import { Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { refreshStored } from '../../store/query-client.ts';
import { Card } from '../../ui/card.tsx';
import { SettingRow } from './setting-row.tsx';

/** The currency of the data, which all programs that share them follow. */
export function CurrencySettings({ currency }: { readonly currency: string }) {
  const [busy, setBusy] = useState(false);
  const currencies = useMemo(() => {
    const names = new Intl.DisplayNames('en', { type: 'currency' });
    const codes = new Set([...Intl.supportedValuesOf('currency'), currency]);
    return [...codes].sort().map((value) => ({ value, label: `${value}  ${names.of(value) ?? ''}`.trimEnd() }));
  }, [currency]);
  const change = async (next: string): Promise<void> => {
    setBusy(true);
    await attempt('The currency was not changed', async () => {
      useConsole.getState().takeSettings(await request('currency.change', { currency: next }));
    });
    setBusy(false);
    await refreshStored();
  };
  return (
    <Card title="Currency" note="of all amounts of this data">
      <SettingRow
        label="Currency"
        note="It can be changed until the first sale is stored. Sales in another currency become dead letters."
      >
        <Select
          aria-label="Currency"
          w={280}
          searchable
          nothingFoundMessage="No currency of that code or name"
          data={currencies}
          value={currency}
          disabled={busy}
          onChange={(next) => {
            if (next !== null && next !== currency) void change(next);
          }}
        />
      </SettingRow>
    </Card>
  );
}
