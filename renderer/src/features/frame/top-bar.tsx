import { Button, Switch, UnstyledButton } from '@mantine/core';
import { Download, Globe, Search } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { cutoverOf, useShownDay, zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { runCommand } from '../../store/run-command.ts';
import { onScreenActions, screenAction } from '../../store/screen-actions.ts';
import { Icon } from '../../ui/icon.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { dayWords } from '../../ui/time-words.ts';
import { DayPicker } from './day-picker.tsx';
import classes from './frame.module.css';

export function TopBar() {
  const zone = useConsole(zoneOf);
  const cutover = useConsole(cutoverOf);
  const running = useConsole((state) => state.appState?.phase === 'running');
  return (
    <section className={classes.topBar} aria-label="Day and commands">
      <DayPicker />
      <span className={classes.zone} title={`Business days are those of ${zone} and start at ${hourWords(cutover)}`}>
        <Icon of={Globe} small />
        <span>
          {zone} · day starts {hourWords(cutover)}
        </span>
      </span>
      <span className={classes.spring} />
      <Compare running={running} />
      <UnstyledButton className={classes.find} onClick={() => runCommand('palette.open')}>
        <Icon of={Search} small />
        <span className={classes.findWords}>Find or run a command</span>
        <KeyHint keys="CmdOrCtrl+K" />
      </UnstyledButton>
      <Export running={running} />
    </section>
  );
}

function hourWords(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

function Compare({ running }: { readonly running: boolean }) {
  const { before, compare } = useShownDay();
  const toggle = useConsole((state) => state.toggleCompare);
  return (
    <Switch
      className={classes.compare}
      checked={running && compare}
      disabled={!running}
      onChange={toggle}
      label={`Compare with ${dayWords(before, 'weekday')}`}
    />
  );
}

function Export({ running }: { readonly running: boolean }) {
  const available = useSyncExternalStore(onScreenActions, () => screenAction('exportCsv') !== undefined);
  return (
    <Button
      leftSection={<Icon of={Download} />}
      disabled={!running || !available}
      onClick={() => runCommand('export.csv')}
    >
      Export
    </Button>
  );
}
