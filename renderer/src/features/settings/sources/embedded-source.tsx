import { Button } from '@mantine/core';
import { FolderOpen, HardDrive } from 'lucide-react';
import { request } from '../../../bridge/bridge-client.ts';
import { attempt, startEmbedded } from '../../../store/actions.ts';
import { useConsole } from '../../../store/console-store.ts';
import { activeSourceOf } from '../../../store/data-sources.ts';
import { Card, Panel } from '../../../ui/card.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { SettingRow } from '../setting-row.tsx';
import settings from '../settings.module.css';
import { ConnectionCard } from './connection-card.tsx';
import { Use } from './editor-bar.tsx';
import classes from './sources.module.css';
import { SwitchNotice } from './switch-notice.tsx';

/** The source that needs no services. */
export function EmbeddedSource() {
  const isActive = useConsole((state) => activeSourceOf(state) === 'embedded');
  const unchosen = useConsole((state) => state.appState?.phase === 'no-source');
  const folder = useConsole((state) => state.info?.dataFolder ?? '');
  const open = (): void => {
    void attempt('The folder was not opened', () => request('folder.open', { which: 'data' }));
  };
  return (
    <div className={classes.detail}>
      <div className={classes.scroll}>
        <SwitchNotice />
        <Panel label="Source" className={classes.head ?? ''}>
          <div className={classes.headLine}>
            <div className={classes.headName}>
              <h2>Embedded</h2>
              <p className={classes.hint}>
                {unchosen
                  ? 'Everything inside ReelMetrics. A fortnight of invented history is made, and the simulator starts.'
                  : 'Everything inside ReelMetrics, kept on this computer. Nothing to install.'}
              </p>
            </div>
          </div>
        </Panel>
        {isActive ? <ConnectionCard embedded /> : null}
        <Card title="Data">
          <SettingRow label="Folder" note="Copy it while the app is closed to keep a backup.">
            <code className={settings.path} title={folder}>
              <Icon of={HardDrive} small /> {folder}
            </code>
            <Button size="sm" leftSection={<Icon of={FolderOpen} small />} onClick={open}>
              Open folder
            </Button>
          </SettingRow>
        </Card>
      </div>
      <div className={classes.bar}>
        <span className={classes.spring} />
        {unchosen ? (
          <Button variant="filled" onClick={() => void startEmbedded(true)}>
            Try with built-in data
          </Button>
        ) : (
          <Use id="embedded" isActive={isActive} />
        )}
      </div>
    </div>
  );
}
