import { Age } from './age.tsx';
import { clockWords } from './time-words.ts';
import classes from './ui.module.css';

interface AsOfProps {
  /** As of when figures hold, epoch ms; null while that is not known. */
  readonly at: number | null;
  readonly zone: string;
  /** Who has answered; null where no one was asked. */
  readonly by?: string | null;
  /** Age past which it is said how old they are, ms; null where they do not grow old. */
  readonly limitMs?: number | null;
}

/** As of when the figures beside it hold, by whom; and how old that is once it is too old. */
export function AsOf({ at, zone, by = null, limitMs = null }: AsOfProps) {
  if (at === null) return <span className={classes.asOf}>as of when is not known</span>;
  return (
    <span className={classes.asOf} data-as-of={at}>
      as of {clockWords(at, zone)}
      {by === null ? '' : `, ${by}`}
      {limitMs === null ? null : <Age at={at} limitMs={limitMs} onlyOld />}
    </span>
  );
}
