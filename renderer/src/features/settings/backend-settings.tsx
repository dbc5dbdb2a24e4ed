import { Button, Switch, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Check, Scale } from 'lucide-react';
import type { BackendName } from '../../../../backend/domain/question.ts';
import { asFailure, request } from '../../bridge/bridge-client.ts';
import { switchBackend, updateSettings } from '../../store/actions.ts';
import { currentDayOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { WidgetError } from '../../ui/states.tsx';
import { dayWords } from '../../ui/time-words.ts';
import { ComparisonView } from './comparison-view.tsx';
import { SettingRow } from './setting-row.tsx';
import classes from './settings.module.css';

const backends: readonly { readonly name: BackendName; readonly what: string }[] = [
  {
    name: 'sql',
    what: 'Asks PostgreSQL’s rollups and keeps answers in a cache. An answer of an older version of the day is never served.',
  },
  {
    name: 'materialized',
    what: 'Reads the model that the consumer keeps up to date with every batch. Quickest; asks PostgreSQL for days not built.',
  },
];

export function BackendSettings() {
  const chosen = useConsole((state) => state.status?.backend ?? state.settings?.backend ?? null);
  const fallback = useConsole((state) => state.settings?.fallback ?? false);
  return (
    <>
      <Card title="Answering now" actions={<KeyHint keys="CmdOrCtrl+Shift+B" />}>
        <fieldset className={classes.switch} aria-label="Query backend">
          {backends.map(({ name, what }) => (
            <UnstyledButton
              key={name}
              className={classes.backend}
              aria-pressed={name === chosen}
              onClick={() => {
                if (name !== chosen) void switchBackend(name);
              }}
            >
              <span className={classes.backendName}>
                {name === chosen ? <Icon of={Check} /> : null}
                {name}
              </span>
              <span className={classes.backendWhat}>{what}</span>
            </UnstyledButton>
          ))}
        </fieldset>
        <SettingRow
          label="Fallback"
          note="When the chosen backend fails, the other one answers, and the answer says so. Off: the failure is shown."
        >
          <Switch
            aria-label="Let the other backend answer when the chosen one fails"
            checked={fallback}
            onChange={(event) => void updateSettings({ fallback: event.currentTarget.checked })}
          />
        </SettingRow>
      </Card>
      <Compare />
    </>
  );
}

function Compare() {
  const running = useConsole((state) => state.appState?.phase === 'running');
  const day = useConsole(currentDayOf);
  const comparison = useMutation({
    mutationFn: () => request('query.compare', { name: 'theaterLeaderboard', params: { day } }),
  });
  return (
    <Card
      title="Do they agree?"
      note={`theatre leaderboard of ${dayWords(day, 'weekday')}`}
      actions={
        <Button
          size="sm"
          leftSection={<Icon of={Scale} small />}
          disabled={!running}
          loading={comparison.isPending}
          onClick={() => comparison.mutate()}
        >
          Compare now
        </Button>
      }
    >
      {comparison.isError ? (
        <WidgetError failure={asFailure(comparison.error)} onRetry={() => comparison.mutate()} />
      ) : comparison.data === undefined ? (
        <div className={classes.text}>
          <p>Asks both backends the same question and compares the answers to the cent.</p>
        </div>
      ) : (
        <ComparisonView comparison={comparison.data} />
      )}
    </Card>
  );
}
