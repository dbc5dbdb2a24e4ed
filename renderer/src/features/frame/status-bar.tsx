import { UnstyledButton } from '@mantine/core';
import { Database, HardDrive, Pause, Play, Server, Square, Unplug } from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { activeSourceName, activeSourceOf } from '../../store/data-sources.ts';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { pipelineWords } from '../../ui/pipeline-words.ts';
import { stateLook } from '../../ui/state-chip.tsx';
import { fullClockWords, rateWords } from '../../ui/time-words.ts';
import classes from './frame.module.css';

/** Always in this order: mode, backend, pipeline, simulator; right: the clock. Each part leads to its screen. */
export function StatusBar() {
  return (
    <footer className={classes.statusBar}>
      <Mode />
      <Backend />
      <Pipeline />
      <Simulator />
      <span className={classes.spring} />
      <Clock />
    </footer>
  );
}

function Mode() {
  const source = useConsole(activeSourceOf);
  const name = useConsole(activeSourceName);
  const showSettings = useConsole((state) => state.showSettings);
  return (
    <UnstyledButton className={classes.part} onClick={() => showSettings('data-source')}>
      <Icon of={source === null ? Unplug : source === 'embedded' ? HardDrive : Server} small />
      <strong>{name ?? 'No data source'}</strong>
    </UnstyledButton>
  );
}

function Backend() {
  const backend = useConsole((state) => state.status?.backend ?? 'none');
  const showSettings = useConsole((state) => state.showSettings);
  return (
    <UnstyledButton className={classes.part} onClick={() => showSettings('backend')}>
      <Icon of={Database} small />
      <span className={classes.word}>Backend</span> <strong>{backend}</strong>
    </UnstyledButton>
  );
}

function Pipeline() {
  const { state, words, lag } = useConsole(useShallow((console) => pipelineWords(console.status)));
  const show = useConsole((console) => console.show);
  const look = stateLook[state];
  return (
    <UnstyledButton className={classes.part} onClick={() => show('pipeline')}>
      <span className={classes.dot} data-tone={look.tone}>
        <Icon of={look.icon} small />
      </span>
      <strong>{words}</strong>
      {lag === '' ? null : <span className={classes.figures}>{lag}</span>}
    </UnstyledButton>
  );
}

const simulatorLook = {
  stopped: { icon: Square, word: 'off' },
  running: { icon: Play, word: 'running' },
  paused: { icon: Pause, word: 'paused' },
  stopping: { icon: Square, word: 'stopping' },
} as const;

function Simulator() {
  const state = useConsole((console) => console.status?.simulator.state ?? 'stopped');
  const rate = useConsole((console) => rateWords(console.status?.simulator.rate ?? 0));
  const show = useConsole((console) => console.show);
  const look = simulatorLook[state];
  return (
    <UnstyledButton className={classes.part} onClick={() => show('simulator')}>
      <Icon of={look.icon} small />
      <span>
        <span className={classes.word}>Simulator </span>
        {look.word}
      </span>
      {state === 'stopped' ? null : <strong>{rate}/s</strong>}
    </UnstyledButton>
  );
}

function Clock() {
  const zone = useConsole(zoneOf);
  const showSettings = useConsole((state) => state.showSettings);
  const now = useNow();
  return (
    <UnstyledButton
      className={classes.part}
      title={`Clock of the business zone, ${zone}`}
      onClick={() => showSettings('general')}
    >
      <time className={classes.clock}>{fullClockWords(now, zone)}</time>
    </UnstyledButton>
  );
}
