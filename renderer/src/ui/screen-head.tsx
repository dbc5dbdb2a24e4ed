import type { ReactNode } from 'react';
import { useFrameSlots } from './frame-slots.tsx';
import classes from './ui.module.css';

interface ScreenHeadProps {
  readonly title: string;
  /** What else the screen has a state of; that of the frame stands before it. */
  readonly state?: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  /** Whether the frame's banner stands under it; false where the screen says the same in more detail. */
  readonly banner?: boolean;
}

/** First line of a screen: its name, the state of the frame, and what can be done; under it what is wrong. */
export function ScreenHead({ title, state, note, actions, banner = true }: ScreenHeadProps) {
  const slots = useFrameSlots();
  return (
    <>
      <header className={classes.screenHead}>
        <h1 className={classes.screenTitle}>{title}</h1>
        {slots.chip}
        {state}
        {note === undefined ? null : <span className={classes.screenNote}>{note}</span>}
        {actions === undefined ? null : <div className={classes.screenActions}>{actions}</div>}
      </header>
      {banner ? slots.banner : null}
    </>
  );
}
