import { Button } from '@mantine/core';
import { FolderOpen, HardDrive, Server } from 'lucide-react';
import type { PartStatus } from '../../../../backend/domain/status.ts';
import { request } from '../../bridge/bridge-client.ts';
import { attempt, startEmbedded } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { StateChip, type StateName } from '../../ui/state-chip.tsx';
import { spanWords } from '../../ui/time-words.ts';
import { SettingRow } from './setting-row.tsx';
import classes from './settings.module.css';

export function DataSource() {
  return (
    <>
      <Embedded />
      <Card title="Your services">
        <div className={classes.text}>
          <Icon of={Server} />
          <p>
            Kafka, PostgreSQL and Redis are reached through service profiles, which this version does not have yet.
            Nothing here connects to any host.
          </p>
        </div>
      </Card>
    </>
  );
}

function Embedded() {
  const phase = useConsole((state) => state.appState?.phase ?? 'starting');
  const folder = useConsole((state) => state.info?.dataFolder ?? '');
  const open = (): void => {
    void attempt('The folder was not opened', () => request('folder.open', { which: 'data' }));
  };
  return (
    <Card
      title="Embedded"
      note="everything inside ReelMetrics, kept on this computer"
      actions={phase === 'no-source' ? null : <span className={classes.tag}>in use</span>}
    >
      {phase === 'no-source' ? (
        <SettingRow label="Not chosen yet" note="A fortnight of invented history is made, and the simulator starts.">
          <Button variant="filled" onClick={() => void startEmbedded(true)}>
            Try with built-in data
          </Button>
        </SettingRow>
      ) : (
        <Parts />
      )}
      <SettingRow label="Folder" note="Copy it while the app is closed to keep a backup.">
        <code className={classes.path} title={folder}>
          <Icon of={HardDrive} small /> {folder}
        </code>
        <Button size="sm" leftSection={<Icon of={FolderOpen} small />} onClick={open}>
          Open folder
        </Button>
      </SettingRow>
    </Card>
  );
}

const states: Readonly<Record<PartStatus['state'], { readonly state: StateName; readonly word: string }>> = {
  off: { state: 'idle', word: 'Off' },
  connecting: { state: 'working', word: 'Connecting' },
  up: { state: 'ok', word: 'Up' },
  degraded: { state: 'warn', word: 'Degraded' },
  down: { state: 'error', word: 'Down' },
};

function Parts() {
  return (
    <>
      <Part name="database" label="Database" note="PostgreSQL inside ReelMetrics: sales, rollups, dead letters" />
      <Part name="log" label="Event log" note="the topic ticket-sales, with offsets and replay" />
      <Part name="consumer" label="Consumer" note="stores each event once" />
      <Part name="readModel" label="Read model" note="in memory, made from the database at start" />
    </>
  );
}

interface PartProps {
  readonly name: 'database' | 'log' | 'consumer' | 'readModel';
  readonly label: string;
  readonly note: string;
}

function Part({ name, label, note }: PartProps) {
  const part = useConsole((state) => state.status?.[name] ?? null);
  const reason = part?.reason ?? null;
  return (
    <SettingRow label={label} note={reason === null ? note : `${reason}${part?.code == null ? '' : ` (${part.code})`}`}>
      {part === null ? (
        <StateChip state="unknown">Unknown</StateChip>
      ) : (
        <>
          <Since at={part.since} />
          <StateChip state={states[part.state].state}>{states[part.state].word}</StateChip>
        </>
      )}
    </SettingRow>
  );
}

function Since({ at }: { readonly at: number }) {
  const now = useNow();
  return <span className={classes.rowNote}>for {spanWords(Math.max(0, now - at))}</span>;
}
