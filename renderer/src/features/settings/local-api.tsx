import { Button, CopyButton, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import type { LocalApiState, Settings } from '../../../../electron/contract/signatures.ts';
import { asFailure, request } from '../../bridge/bridge-client.ts';
import { updateSettings } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { StateChip, type StateName } from '../../ui/state-chip.tsx';
import { WidgetError } from '../../ui/states.tsx';
import { countWords, spanWords } from '../../ui/time-words.ts';
import { LocalApiAccounts } from './local-api-accounts.tsx';
import { LocalApiAudit } from './local-api-audit.tsx';
import { SettingRow } from './setting-row.tsx';
import classes from './settings.module.css';

const lookMs = 1_000;

type ApiSettings = Settings['localApi'];

const change = (localApi: ApiSettings, patch: Partial<ApiSettings>) =>
  void updateSettings({ localApi: { ...localApi, ...patch } });

/** The interface over HTTP: off unless somebody wants it. */
export function LocalApi() {
  const settings = useConsole((state) => state.settings?.localApi ?? null);
  /** A port that both were to have, and how often that was refused: the fields then show again what is kept. */
  const [clash, setClash] = useState<{ readonly port: number; readonly times: number } | null>(null);
  const state = useQuery({
    queryKey: ['localApi.state'],
    queryFn: () => request('localApi.state'),
    refetchInterval: lookMs,
  });
  if (settings === null) return null;
  const { sqlPort, materializedPort, signIn } = settings;
  const choose = (patch: Partial<ApiSettings>): void => {
    const next = { ...settings, ...patch };
    const equal = next.sqlPort === next.materializedPort;
    setClash(equal ? { port: next.sqlPort, times: (clash?.times ?? 0) + 1 } : null);
    if (!equal) change(settings, patch);
  };
  return (
    <>
      <Card title="Local API" note="HTTP and WebSocket, on this computer only" actions={<ApiChip state={state.data} />}>
        {state.isError ? <WidgetError failure={asFailure(state.error)} onRetry={() => void state.refetch()} /> : null}
        <SettingRow
          label="Answer over HTTP"
          note="Other programs of this computer can ask what this console shows, each query backend on a port of its own. Off: nothing listens."
        >
          <Switch
            aria-label="Answer over HTTP"
            checked={settings.enabled}
            onChange={(event) => change(settings, { enabled: event.currentTarget.checked })}
          />
        </SettingRow>
        {state.data?.failure == null ? null : (
          <WidgetError failure={state.data.failure} onRetry={() => change(settings, { enabled: true })} />
        )}
        <SettingRow
          label="Ports"
          note={
            clash === null ? '1024 to 65535' : `Both backends cannot listen on one port: ${clash.port} was not kept.`
          }
        >
          {clash === null ? null : <StateChip state="warn">Not kept</StateChip>}
          <Port
            key={`sql ${clash?.times}`}
            label="Port of the sql backend"
            name="sql"
            value={sqlPort}
            onCommit={(port) => choose({ sqlPort: port })}
          />
          <Port
            key={`materialized ${clash?.times}`}
            label="Port of the materialized backend"
            name="materialized"
            value={materializedPort}
            onCommit={(port) => choose({ materializedPort: port })}
          />
        </SettingRow>
        <SettingRow
          label="Sign-in"
          note={
            signIn
              ? 'Users sign in with a password, machines with a key.'
              : 'Off: every program and every user of this computer may read the figures and operate the console.'
          }
        >
          {signIn ? null : <StateChip state="warn">Open</StateChip>}
          <Switch
            aria-label="Ask for sign-in"
            checked={signIn}
            onChange={(event) => change(settings, { signIn: event.currentTarget.checked })}
          />
        </SettingRow>
        <Curl port={sqlPort} signIn={signIn} />
        <Figures state={state.data} />
      </Card>
      {signIn ? <LocalApiAccounts /> : null}
      <LocalApiAudit />
    </>
  );
}

const chips: Readonly<Record<LocalApiState['state'], readonly [StateName, string]>> = {
  off: ['idle', 'Off'],
  waiting: ['working', 'Waiting for a data source'],
  listening: ['ok', 'Listening'],
  failed: ['error', 'Failed'],
};

function ApiChip({ state }: { readonly state: LocalApiState | undefined }) {
  const [look, words] = state === undefined ? (['unknown', 'Unknown'] as const) : chips[state.state];
  return <StateChip state={look}>{words}</StateChip>;
}

interface PortProps {
  readonly label: string;
  readonly name: string;
  readonly value: number;
  readonly onCommit: (port: number) => void;
}

function Port({ label, name, value, onCommit }: PortProps) {
  return (
    <>
      <span>{name}</span>
      <NumberField
        label={label}
        value={value}
        min={1024}
        max={65_535}
        width={92}
        separated={false}
        mono
        onCommit={onCommit}
      />
    </>
  );
}

/** A line that can be tried at once. */
function Curl({ port, signIn }: { readonly port: number; readonly signIn: boolean }) {
  const line = `curl ${signIn ? '-H "Authorization: Bearer $KEY" ' : ''}localhost:${port}/theaters`;
  return (
    <SettingRow label="Try it" note={<>Described at http://localhost:{port}/docs</>}>
      <code className={classes.path} data-selectable>
        {line}
      </code>
      <CopyButton value={line}>
        {({ copied, copy }) => (
          <Button size="sm" leftSection={<Icon of={copied ? Check : Copy} small />} onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </SettingRow>
  );
}

function Figures({ state }: { readonly state: LocalApiState | undefined }) {
  const now = useNow();
  if (state === undefined || state.state !== 'listening') return null;
  const { requestsPerSecond, requests, listeners, lastError } = state;
  return (
    <SettingRow
      label="Now"
      note={
        lastError === null
          ? 'No answer has failed since it was opened.'
          : `Last failed answer ${spanWords(Math.max(0, now - lastError.at))} ago: ${lastError.message}`
      }
    >
      <span>
        {requestsPerSecond.toFixed(1)} requests/s, {countWords(requests)} in all, {countWords(listeners)} listening live
      </span>
    </SettingRow>
  );
}
