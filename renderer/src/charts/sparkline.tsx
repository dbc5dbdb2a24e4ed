import { memo } from 'react';
import classes from './charts.module.css';
import { sparkPath } from './spark-path.ts';

interface SparklineProps {
  /** Oldest first; null is a gap. Stable while nothing changed. */
  readonly values: readonly (number | null)[];
  readonly width: number;
  readonly height: number;
  /** Amber is for live money only. */
  readonly tone?: 'live' | 'plain' | 'stale';
}

/** The shape of something over time: no axis, its own scale, a dot at the end. The figure stands beside it. */
export const Sparkline = memo(function Sparkline({ values, width, height, tone = 'plain' }: SparklineProps) {
  const { path, end } = sparkPath(values, width, height);
  return (
    <svg
      className={classes.spark}
      data-tone={tone}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <path d={path} />
      {end === null ? null : <circle cx={end.x} cy={end.y} r={width > 60 ? 2 : 1.25} />}
    </svg>
  );
});
