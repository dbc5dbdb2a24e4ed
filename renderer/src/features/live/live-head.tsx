import { Button } from '@mantine/core';
import { Expand, Pause, Play } from 'lucide-react';
import { useLiveAsOf } from '../../store/as-of.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { oldAfterMs } from '../../store/frame-state.ts';
import { runCommand } from '../../store/run-command.ts';
import { AsOf } from '../../ui/as-of.tsx';
import { Icon } from '../../ui/icon.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { ScreenHead } from '../../ui/screen-head.tsx';

/** Name of the screen, as of when its figures hold, and what can be done about it. */
export function LiveHead() {
  const kind = useConsole((state) => state.frame.kind);
  const simulation = useConsole((state) => state.status?.simulation);
  const paused = useConsole((state) => state.pausedAt !== null);
  return (
    <ScreenHead
      title="Live"
      note={kind === 'loading' ? undefined : <Note />}
      actions={
        <>
          {kind === 'quiet' ? (
            <Button
              leftSection={<Icon of={Play} small />}
              disabled={simulation?.allowed !== true}
              title={simulation?.reason ?? undefined}
              onClick={() => runCommand('simulator.toggle')}
            >
              Start the simulator
            </Button>
          ) : null}
          {kind === 'loading' ? null : (
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

function Note() {
  const at = useLiveAsOf();
  const zone = useConsole(zoneOf);
  const observing = useConsole((state) => state.frame.kind === 'observing');
  return (
    <>
      <AsOf at={at} zone={zone} limitMs={oldAfterMs} />
      {observing ? ' \u00b7 stored by others, read every second' : null}
    </>
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
