import { UnstyledButton } from '@mantine/core';
import { CirclePause, Database, EyeOff, HardDrive, Pause, Play, Server, Square, Unplug } from 'lucide-react';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { activeSourceName, activeSourceOf } from '../../store/data-sources.ts';
import { runCommand } from '../../store/run-command.ts';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { lagWords } from '../../ui/pipeline-words.ts';
import { stateLook } from '../../ui/state-chip.tsx';
import { fullClockWords, rateWords } from '../../ui/time-words.ts';
import classes from './frame.module.css';
import { PausedWords } from './frame-chip.tsx';

/**
 * Always in this order: mode, backend, the state of the frame with the lag, simulator; right: paused and amounts hidden,
 * each with the way back, and the clock. Each part leads to its screen.
 */
export function StatusBar() {
  const crowded = useConsole(({ frame }) => frame.hidden || frame.pausedAt !== null);
  return (
    <footer className={classes.statusBar} data-crowded={crowded || undefined}>
      <Mode />
      <Backend />
      <State />
      <Simulator />
      <span className={classes.spring} />
      <Paused />
      <Hidden />
      <Clock />
    </footer>
  );
}

function Mode() {
  const source = useConsole(activeSourceOf);
  const name = useConsole(activeSourceName);
  const showSettings = useConsole((state) => state.showSettings);
  return (
    <UnstyledButton className={classes.part} data-shrinks onClick={() => showSettings('data-source')}>
      <Icon of={source === null ? Unplug : source === 'embedded' ? HardDrive : Server} small />
      <strong className={classes.clip}>{name ?? 'No data source'}</strong>
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

/** The word of every head, with the lag. */
function State() {
  const { kind, look, word } = useConsole((console) => console.frame);
  const lag = useConsole((console) => (console.status === null ? '' : lagWords(console.status.consumer)));
  const show = useConsole((console) => console.show);
  const { icon, tone } = stateLook[look];
  return (
    <UnstyledButton className={classes.part} data-state={kind} onClick={() => show('pipeline')}>
      <span className={classes.dot} data-tone={tone}>
        <Icon of={icon} small />
      </span>
      <strong>{word}</strong>
      {lag === '' || word.toLowerCase() === lag ? null : <span className={classes.figures}>{lag}</span>}
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

function Paused() {
  const pausedAt = useConsole((console) => console.frame.pausedAt);
  if (pausedAt === null) return null;
  return (
    <UnstyledButton
      className={classes.part}
      data-mark
      title="Follow the sales again"
      onClick={() => useConsole.getState().resumeLive()}
    >
      <Icon of={CirclePause} small />
      <strong>
        <PausedWords since={pausedAt} />
      </strong>
      <span className={classes.way}>Resume</span>
    </UnstyledButton>
  );
}

function Hidden() {
  const hidden = useConsole((console) => console.frame.hidden);
  if (!hidden) return null;
  return (
    <UnstyledButton className={classes.part} data-mark onClick={() => runCommand('amounts.hide')}>
      <Icon of={EyeOff} small />
      <strong>Amounts hidden</strong>
      <span className={classes.way}>Show</span>
    </UnstyledButton>
  );
}

function Clock() {
  const zone = useConsole(zoneOf);
  const showSettings = useConsole((state) => state.showSettings);
  const now = useNow();
  const { day, time } = fullClockWords(now, zone);
  return (
    <UnstyledButton
      className={classes.part}
      title={`${day} ${time}, clock of the business zone, ${zone}`}
      onClick={() => showSettings('general')}
    >
      <time className={classes.clock}>
        <span className={classes.clockDay}>{day} </span>
        {time}
      </time>
    </UnstyledButton>
  );
}
