import type { ReactNode } from 'react';
import classes from './charts.module.css';

type SeriesKind = 'live' | 'stale' | 'ghost' | 'open' | 'open-stale' | 'none';

/** A legend entry: the series' stroke or hatch, and its name. */
export function SeriesKey({ kind, children }: { readonly kind: SeriesKind; readonly children: ReactNode }) {
  return (
    <span className={classes.key}>
      <i className={classes.keySign} data-kind={kind} aria-hidden="true" />
      {children}
    </span>
  );
}
