import type { ReactNode } from 'react';
import classes from './ui.module.css';

interface ScreenHeadProps {
  readonly title: string;
  /** A state chip. */
  readonly state?: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
}

/** First line of a screen: its name, its state, and what can be done. */
export function ScreenHead({ title, state, note, actions }: ScreenHeadProps) {
  return (
    <header className={classes.screenHead}>
      <h1 className={classes.screenTitle}>{title}</h1>
      {state}
      {note === undefined ? null : <span className={classes.screenNote}>{note}</span>}
      {actions === undefined ? null : <div className={classes.screenActions}>{actions}</div>}
    </header>
  );
}
