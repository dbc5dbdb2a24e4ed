import { Button } from '@mantine/core';
import { FolderOpen, ShieldCheck } from 'lucide-react';
import { request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { AppMark } from '../../ui/app-mark.tsx';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { SettingRow } from './setting-row.tsx';
import classes from './settings.module.css';

export function About() {
  const info = useConsole((state) => state.info);
  if (info === null) return null;
  const open = (): void => {
    void attempt('The folder was not opened', () => request('folder.open', { which: 'logs' }));
  };
  return (
    <>
      <Card title="ReelMetrics" note={`version ${info.version}`}>
        <div className={classes.text}>
          <AppMark size={28} />
          <p>Live box-office operations console: ticket sales streamed, stored exactly once, charted as they happen.</p>
        </div>
        <div className={classes.text}>
          <Icon of={ShieldCheck} />
          <p>No account, no telemetry. ReelMetrics contacts only the services you name.</p>
        </div>
        <SettingRow label="Licence" note="The licences of the parts it is made of come with the program.">
          <span>MIT</span>
        </SettingRow>
      </Card>
      <Card title="Runtime">
        <SettingRow
          label={`Electron ${info.electron}`}
          note={
            info.supportedRuntime
              ? 'A supported version.'
              : 'A stand-in for building and testing only: it no longer gets security fixes.'
          }
        >
          {info.supportedRuntime ? (
            <StateChip state="ok">Supported</StateChip>
          ) : (
            <StateChip state="warn">Stand-in</StateChip>
          )}
        </SettingRow>
        <SettingRow label="Chromium">
          <code className={classes.path}>{info.chrome}</code>
        </SettingRow>
        <SettingRow label="Node">
          <code className={classes.path}>{info.node}</code>
        </SettingRow>
        <SettingRow label="Platform">
          <span>
            {info.platform}, {info.packaged ? 'installed' : 'run from its sources'}
          </span>
        </SettingRow>
      </Card>
      <Card title="Log">
        <SettingRow label="Log file" note="What happened and what failed; no amounts, no secrets.">
          <code className={classes.path} title={info.logFile}>
            {info.logFile}
          </code>
          <Button size="sm" leftSection={<Icon of={FolderOpen} small />} onClick={open}>
            Open log folder
          </Button>
        </SettingRow>
      </Card>
    </>
  );
}
