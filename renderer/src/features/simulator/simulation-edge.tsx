import { useConsole } from '../../store/console-store.ts';
import classes from './simulator.module.css';

/** A red edge around the window while invented sales go into the topic of a profile. */
export function SimulationEdge() {
  const profile = useConsole(({ status }) =>
    status !== null &&
    status.simulation.confirm !== null &&
    (status.simulator.state !== 'stopped' || status.simulator.backfill !== null)
      ? status.simulation.confirm
      : null,
  );
  if (profile === null) return null;
  return (
    <div className={classes.edge} role="status">
      <span>Invented sales go into {profile}</span>
    </div>
  );
}
