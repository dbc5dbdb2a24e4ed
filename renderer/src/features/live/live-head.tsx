import { Button } from '@mantine/core';
import { Expand, Pause, Play, Radio } from 'lucide-react';
import { useConsole } from '../../store/console-store.ts';
import { runCommand } from '../../store/run-command.ts';
import { Icon } from '../../ui/icon.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { countWords } from '../../ui/time-words.ts';
import type { LiveState } from './live-state.ts';

/** Name of the screen, how the picture stands, and what can be done about it. */
export function LiveHead({ state, clock }: { readonly state: LiveState; readonly clock: (at: number) => string }) {
  const tickRate = useConsole((console) => console.settings?.tickRate ?? 4);
  // Not the time of each tick: only of a picture that stands still.
  const at = useConsole((console) =>
    state.kind === 'receiving' || state.kind === 'quiet' ? null : (console.live?.at ?? null),
  );
  const asOf = at === null ? '' : `Last picture ${clock(at)}`;
  const waiting = useConsole((console) => console.waiting);
  const observeOnly = useConsole((console) => console.status?.consumer.observeOnly ?? false);
  const simulation = useConsole((console) => console.status?.simulation);
  const paused = state.kind === 'paused';
  const live = state.kind === 'receiving' || state.kind === 'quiet';
  const rate = state.kind === 'receiving' ? `${tickRate} ticks/s` : asOf;
  const note = live && observeOnly ? 'Observing: stored by others, read every second' : rate;
  return (
    <ScreenHead
      title="Live"
      state={<LiveChip state={state} waiting={waiting} />}
      note={note}
      actions={
        <>
          {state.kind === 'quiet' ? (
            <Button
              leftSection={<Icon of={Play} small />}
              disabled={simulation?.allowed !== true}
              title={simulation?.reason ?? undefined}
              onClick={() => runCommand('simulator.toggle')}
            >
              Start the simulator
            </Button>
          ) : null}
          {state.kind === 'down' || state.kind === 'loading' ? null : (
            <Button
              leftSection={<Icon of={paused ? Play : Pause} small />}
              rightSection={<KeyHint keys="Space" />}
              onClick={() => runCommand('live.pause')}
            >
              {paused ? 'Resume' : 'Pause'}
            </Button>
          )}
          <WallButton />
        </>
      }
    />
  );
}

/** Full screen, larger figures. */
export function WallButton() {
  const wall = useConsole((console) => console.wallMode);
  return (
    <Button
      variant="subtle"
      leftSection={<Icon of={Expand} small />}
      rightSection={<KeyHint keys="F11" />}
      onClick={() => runCommand('wall.toggle')}
    >
      {wall ? 'Leave wall mode' : 'Wall mode'}
    </Button>
  );
}

function LiveChip({ state, waiting }: { readonly state: LiveState; readonly waiting: number }) {
  switch (state.kind) {
    case 'loading':
      return <StateChip state="working">Loading</StateChip>;
    case 'receiving':
      return (
        <StateChip state="ok" icon={Radio}>
          Receiving
        </StateChip>
      );
    case 'quiet':
      return <StateChip state="idle">No sales, simulator off</StateChip>;
    case 'paused':
      return <StateChip state="paused">Paused, {countWords(waiting)} waiting</StateChip>;
    case 'down':
      return <StateChip state="error">{state.what} down</StateChip>;
    case 'held':
      return <StateChip state="paused">Consumer paused</StateChip>;
    case 'stale':
      return <StateChip state="old">Old picture</StateChip>;
    default:
      return state satisfies never;
  }
}
