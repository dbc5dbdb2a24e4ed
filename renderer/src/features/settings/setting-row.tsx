import type { ReactNode } from 'react';
import classes from './settings.module.css';

interface SettingRowProps {
  readonly label: string;
  readonly note?: ReactNode;
  /** The control; it carries its own label for screen readers. */
  readonly children: ReactNode;
}

/** A setting: what it is, what it does, and its control. */
export function SettingRow({ label, note, children }: SettingRowProps) {
  return (
    <div className={classes.row}>
      <div className={classes.rowText}>
        <div className={classes.rowLabel}>{label}</div>
        {note === undefined ? null : <div className={classes.rowNote}>{note}</div>}
      </div>
      <div className={classes.rowControl}>{children}</div>
    </div>
  );
}
