import { Button, Progress, Select } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { refreshStored } from '../../store/query-client.ts';
import { Card } from '../../ui/card.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { countWords } from '../../ui/time-words.ts';
import { SettingRow } from './setting-row.tsx';
import classes from './settings.module.css';

const cinemaHour = 6;
const hours = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: `${String(hour).padStart(2, '0')}:00`,
}));

interface BusinessDaySettingsProps {
  /** IANA name. */
  readonly zone: string;
  readonly cutoverHour: number;
}

/** Zone and cut-over. They are part of every stored sale, so a change is a rebuild and asks for one click more. */
export function BusinessDaySettings({ zone, cutoverHour }: BusinessDaySettingsProps) {
  const hostZone = useConsole((state) => state.info?.hostZone ?? 'UTC');
  const [draft, setDraft] = useState({ zone, cutoverHour });
  const [busy, setBusy] = useState(false);
  useEffect(() => setDraft({ zone, cutoverHour }), [zone, cutoverHour]);
  const zones = useMemo(
    () => [
      { value: hostZone, label: `This computer's (${hostZone})` },
      ...[...new Set([...Intl.supportedValuesOf('timeZone'), zone])]
        .filter((name) => name !== hostZone)
        .map((name) => ({ value: name, label: name.replaceAll('_', ' ') })),
    ],
    [hostZone, zone],
  );
  // Data whose own zone is not known here do not start; whatever is chosen is another one.
  const failed = useConsole((state) => state.appState?.phase === 'failed');
  const changed = failed || draft.zone !== zone || draft.cutoverHour !== cutoverHour;
  const apply = async (): Promise<void> => {
    setBusy(true);
    await attempt('Zone and cut-over were not changed', async () => {
      useConsole.getState().takeSettings(await request('calendar.change', draft));
    });
    setBusy(false);
    await refreshStored();
  };
  return (
    <Card title="Business day" note="the day a sale counts for">
      <SettingRow label="Zone" note="The clock that business days and all times on the screens go by.">
        <Select
          aria-label="Business zone"
          w={280}
          searchable
          nothingFoundMessage="No zone of that name"
          limit={200}
          data={zones}
          value={draft.zone}
          disabled={busy}
          onChange={(next) => {
            if (next !== null) setDraft({ ...draft, zone: next });
          }}
        />
      </SettingRow>
      <SettingRow
        label="Day starts at"
        note="A late show's sales after midnight belong to the evening before when the day starts at 06:00."
      >
        <Button
          size="sm"
          disabled={busy || draft.cutoverHour === cinemaHour}
          onClick={() => setDraft({ ...draft, cutoverHour: cinemaHour })}
        >
          Cinema 06:00
        </Button>
        <Select
          aria-label="Hour at which the business day starts"
          w={96}
          data={hours}
          value={String(draft.cutoverHour)}
          disabled={busy}
          onChange={(next) => {
            if (next !== null) setDraft({ ...draft, cutoverHour: Number(next) });
          }}
        />
      </SettingRow>
      <div className={classes.apply}>
        {busy ? (
          <RebuildProgress />
        ) : (
          <>
            <p className={classes.rowNote}>
              Every stored sale gets its business day again and all totals are rebuilt. Sales that arrive meanwhile wait
              in the log; none is lost.
            </p>
            <Button disabled={!changed} onClick={() => setDraft({ zone, cutoverHour })}>
              Discard
            </Button>
            <Button variant="filled" disabled={!changed} onClick={() => void apply()}>
              Rebuild with this day
            </Button>
          </>
        )}
      </div>
    </Card>
  );
}

const rebuilt = { 'business-day': 'business days', rollups: 'rollups', 'read-model': 'read model' } as const;

function RebuildProgress() {
  const rebuild = useConsole((state) => state.status?.rebuild ?? null);
  const share = rebuild === null || rebuild.total === 0 ? 0 : rebuild.done / rebuild.total;
  return (
    <div className={classes.rebuild} role="status">
      <div className={classes.rebuildLine}>
        <StateChip state="working" plain>
          Rebuilding {rebuild === null ? '' : rebuilt[rebuild.what]}
        </StateChip>
        <span className={classes.rowNote}>
          {rebuild === null
            ? 'Waiting for the batch in progress'
            : `${countWords(rebuild.done)} of ${countWords(rebuild.total)}`}
        </span>
      </div>
      <Progress value={share * 100} aria-label="Rebuild" />
    </div>
  );
}
