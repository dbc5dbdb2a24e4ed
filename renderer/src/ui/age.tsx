import { Hourglass } from 'lucide-react';
import { useNow } from './clock.ts';
import { Icon } from './icon.tsx';
import { spanWords } from './time-words.ts';
import classes from './ui.module.css';

interface AgeProps {
  /** Instant whose age is shown, epoch ms; null is unknown. */
  readonly at: number | null;
  /** Age past which it is too old, ms; null never. */
  readonly limitMs: number | null;
  /** Says nothing until it is too old: for places whose head says the age already. */
  readonly onlyOld?: boolean;
}

/** How old something is; past its limit with an hourglass. Ticks once a second with all others. */
export function Age({ at, limitMs, onlyOld = false }: AgeProps) {
  const now = useNow();
  if (at === null) return onlyOld ? null : <span className={classes.age}>no age yet</span>;
  // The shared clock may be up to a second behind what has just arrived.
  const age = Math.max(0, now - at);
  if (limitMs === null || age <= limitMs) {
    return onlyOld ? null : <span className={classes.age}>{spanWords(age)} ago</span>;
  }
  return (
    <span className={classes.age} data-old>
      <Icon of={Hourglass} size={12} />
      {spanWords(age)} old
    </span>
  );
}
