import classes from './charts.module.css';

/** A part of a whole as a bar; its percentage is printed beside it. `ratio` 0..1 of the longest bar; null is unknown. */
export function ShareBar({ ratio }: { readonly ratio: number | null }) {
  const percent = Math.round(Math.min(Math.max(ratio ?? 0, 0), 1) * 1000) / 10;
  return (
    <span className={classes.share} aria-hidden="true">
      <i style={{ width: `${percent}%` }} />
    </span>
  );
}
