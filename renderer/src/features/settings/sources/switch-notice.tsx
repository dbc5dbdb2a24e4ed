import { Progress } from '@mantine/core';
import { useConsole } from '../../../store/console-store.ts';
import { sourceNameOf } from '../../../store/data-sources.ts';
import { StateChip } from '../../../ui/state-chip.tsx';
import classes from './sources.module.css';
import { useSources } from './sources-store.ts';

/** A change of source under way. What comes of it is told by the frame, on every screen. */
export function SwitchNotice() {
  const switching = useSources((state) => state.switching);
  const step = useConsole((state) => (state.appState?.phase === 'starting' ? state.appState.step : null));
  const share = useConsole((state) => (state.appState?.phase === 'starting' ? state.appState.share : null));
  const target = useConsole((state) => (switching === null ? '' : sourceNameOf(state, switching.id)));
  const before = useConsole((state) => (switching?.before == null ? null : sourceNameOf(state, switching.before)));
  const current = useConsole((state) => (state.appState?.phase === 'starting' ? state.appState.source : null));
  if (switching === null) return null;
  const again = switching.before === switching.id;
  const goingBack = !again && current !== null && current === switching.before;
  return (
    <div className={classes.switching} role="status">
      <div className={classes.switchingLine}>
        <StateChip state="working" plain>
          {goingBack ? `Going back to ${before}` : again ? `Connecting ${target} again` : `Changing to ${target}`}
        </StateChip>
        <span className={classes.since}>{step ?? 'Asking'}</span>
      </div>
      <Progress value={(share ?? 0) * 100} aria-label={`Starting ${target}`} />
      {before === null || again || goingBack ? null : (
        <p className={classes.hint}>
          Sales on their way are stored first. If {target} does not start within 20 s, ReelMetrics returns to {before}.
        </p>
      )}
    </div>
  );
}
