import type { ReactNode } from 'react';
import { Skeleton } from './states.tsx';
import classes from './ui.module.css';
import { WidgetBoundary } from './widget-boundary.tsx';

interface TileProps {
  readonly label: string;
  /** Usually an <Age>. */
  readonly age?: ReactNode;
  /** The figure; null while it is unknown. */
  readonly figure: ReactNode | null;
  readonly spark?: ReactNode;
  /** Usually a <Delta>. */
  readonly bottom?: ReactNode;
  /** Old: the figure steps back. */
  readonly old?: boolean;
  readonly loading?: boolean;
}

/** A figure with its age, shape and change; 100 px high in every state so that the grid stays. */
export function Tile({ label, age, figure, spark, bottom, old = false, loading = false }: TileProps) {
  return (
    <section className={classes.tile} data-tone={old ? 'old' : undefined} aria-label={label}>
      <WidgetBoundary>
        <div className={classes.tileTop}>
          <span>{label}</span>
          {age}
        </div>
        <div className={classes.tileMiddle}>
          {loading ? (
            <Skeleton width={110} height={26} />
          ) : (
            <span className={classes.tileFigure} data-unknown={figure === null || undefined}>
              {figure ?? '\u2014'}
            </span>
          )}
          {spark === undefined ? null : <div className={classes.tileSpark}>{loading ? null : spark}</div>}
        </div>
        <div className={classes.tileBottom}>{loading ? <Skeleton width={130} height={12} /> : bottom}</div>
      </WidgetBoundary>
    </section>
  );
}
