import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react';
import { instantAt, plotFrame, plotMargin } from './chart-frame.ts';
import classes from './charts.module.css';
import { clockTicks } from './clock-ticks.ts';
import { HoverLayer } from './hover-layer.tsx';
import { MarksLane } from './marks-lane.tsx';
import {
  type ChartBand,
  type ChartMark,
  type ChartWords,
  extent,
  plotRows,
  type RevenuePicture,
  type SeriesNames,
} from './revenue-picture.ts';
import { RevenuePlot } from './revenue-plot.tsx';
import { useHeldAxis } from './use-held-axis.ts';
import { useSize } from './use-size.ts';
import { valueAxis } from './value-axis.ts';

interface RevenueChartProps {
  readonly picture: RevenuePicture;
  readonly names: SeriesNames;
  readonly words: ChartWords;
  /** Amber while the picture is live, grey when it is not. */
  readonly live: boolean;
  readonly marks: readonly ChartMark[];
  readonly bands: readonly ChartBand[];
  /** What the chart shows, for screen readers. */
  readonly label: string;
}

const tickWidth = 60;
const edgeWidth = 6;

/**
 * Revenue by bucket as a stepped line, with last week behind it. While the pointer or the keyboard focus is in, the
 * chart is held as it is. Left and right arrows, Home and End go from bucket to bucket; Escape lets go.
 */
export function RevenueChart(props: RevenueChartProps) {
  const [held, setHeld] = useState<RevenueChartProps | null>(null);
  const [chosenAt, setChosenAt] = useState<number | null>(null);
  const [sizeRef, size] = useSize();
  const { picture, names, words, live, marks, bands, label } = held === null ? props : { ...held, words: props.words };
  const { buckets, bucketMs } = picture;
  const from = buckets[0]?.at ?? 0;
  const to = (buckets.at(-1)?.at ?? 0) + bucketMs;
  const withGhost = names.ghost !== null;

  const wanted = useMemo(() => {
    const { lowest, highest } = extent(buckets, withGhost);
    return valueAxis(lowest, highest, words.unit);
  }, [buckets, withGhost, words.unit]);
  const axis = useHeldAxis(wanted, to, words.unit);
  const rows = useMemo(() => plotRows(picture), [picture]);
  const plotWidth = size.width - words.axisWidth - plotMargin.right;
  const xTicks = useMemo(
    () =>
      clockTicks(from, to, Math.max(2, Math.floor(plotWidth / tickWidth)), words.localMinute).filter(
        // A label at the very edge would be cut.
        (at) => ((to - at) / (to - from)) * plotWidth >= edgeWidth,
      ),
    [from, to, plotWidth, words],
  );
  const frame = useMemo(
    () => plotFrame(size, words.axisWidth, { from, to, min: axis.min, max: axis.max }),
    [size, words.axisWidth, from, to, axis],
  );

  const index = chosenAt === null ? null : Math.floor((chosenAt - from) / bucketMs);
  const chosen = index === null ? null : (buckets[index] ?? null);

  const hold = (at: number): void => {
    if (held === null) setHeld(props);
    setChosenAt(at);
  };
  const release = (): void => {
    setHeld(null);
    setChosenAt(null);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    if (x < frame.left || x > frame.right) release();
    else hold(Math.min(instantAt(x, frame), to - 1));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.key === 'Escape' && held !== null) {
      event.stopPropagation();
      release();
      return;
    }
    const next = neighbour(event.key, index, buckets.length);
    if (next === null) return;
    event.preventDefault();
    hold(from + next * bucketMs);
  };

  if (buckets.length === 0) return null;
  return (
    <div
      ref={sizeRef}
      className={classes.chart}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-roledescription="chart"
      aria-valuemin={0}
      aria-valuemax={buckets.length - 1}
      aria-valuenow={index ?? buckets.length - 1}
      aria-valuetext={spoken(chosen ?? buckets.at(-1) ?? null, bucketMs, names, words)}
      onPointerMove={onPointerMove}
      onPointerLeave={release}
      onBlur={release}
      onKeyDown={onKeyDown}
    >
      {size.width === 0 ? null : (
        <>
          <RevenuePlot
            rows={rows}
            from={from}
            to={to}
            axis={axis}
            xTicks={xTicks}
            width={size.width}
            height={size.height}
            live={live}
            withGhost={withGhost}
            marks={marks}
            bands={bands}
            words={words}
          />
          <MarksLane marks={marks} frame={frame} />
          {chosen === null ? null : (
            <HoverLayer bucket={chosen} picture={picture} frame={frame} names={names} words={words} live={live} />
          )}
        </>
      )}
    </div>
  );
}

/** The bucket a key leads to; null when the key means nothing here. */
function neighbour(key: string, index: number | null, count: number): number | null {
  const last = count - 1;
  const at = index ?? count;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, at - 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(last, at + 1);
    case 'PageUp':
      return Math.max(0, at - 10);
    case 'PageDown':
      return Math.min(last, at + 10);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

function spoken(
  bucket: { at: number; grossCents: bigint | null; ghostCents: bigint | null } | null,
  bucketMs: number,
  names: SeriesNames,
  words: ChartWords,
): string {
  if (bucket === null) return 'no data';
  const now = bucket.grossCents === null ? 'unknown' : words.cents(bucket.grossCents);
  const ghost =
    names.ghost === null
      ? ''
      : `, ${names.ghost} ${bucket.ghostCents === null ? 'unknown' : words.cents(bucket.ghostCents)}`;
  return `${words.span(bucket.at, bucket.at + bucketMs)}: ${names.now} ${now}${ghost}`;
}
