import { Pause } from 'lucide-react';
import { Delta } from '../ui/delta.tsx';
import { Icon } from '../ui/icon.tsx';
import { countWords } from '../ui/time-words.ts';
import { bucketChange } from './bucket-change.ts';
import { type PlotFrame, xOf, yOf } from './chart-frame.ts';
import classes from './charts.module.css';
import type { ChartWords, RevenueBucket, RevenuePicture, SeriesNames } from './revenue-picture.ts';
import { SeriesKey } from './series-key.tsx';

const tooltipWidth = 212;
const tooltipHeight = 120;
const distance = 16;

interface HoverLayerProps {
  readonly bucket: RevenueBucket;
  readonly picture: RevenuePicture;
  readonly frame: PlotFrame;
  readonly names: SeriesNames;
  readonly words: ChartWords;
  readonly live: boolean;
}

/** The line, the points and the figures of the bucket under the pointer. */
export function HoverLayer({ bucket, picture, frame, names, words, live }: HoverLayerProps) {
  const { grossCents, ghostCents, sales, admits } = bucket;
  const x = Math.round(xOf(bucket.at + picture.bucketMs / 2, frame));
  const place = tooltipPlace(x, picture, frame);
  const withGhost = names.ghost !== null;
  return (
    <div className={classes.hover} aria-hidden="true">
      <div className={classes.cursor} style={{ left: x, top: frame.top, height: frame.bottom - frame.top }} />
      {withGhost && ghostCents !== null ? (
        <div className={classes.point} data-series="ghost" style={{ left: x, top: yOf(Number(ghostCents), frame) }} />
      ) : null}
      {grossCents === null ? null : (
        <div
          className={classes.point}
          data-series={live ? 'live' : 'stale'}
          style={{ left: x, top: yOf(Number(grossCents), frame) }}
        />
      )}
      <div className={classes.tooltip} style={{ ...place, width: tooltipWidth }}>
        <div className={classes.tooltipHead}>
          <strong>{words.span(bucket.at, bucket.at + picture.bucketMs)}</strong>
          <span>
            <Icon of={Pause} size={12} /> chart held
          </span>
        </div>
        <Row name={<SeriesKey kind={live ? 'live' : 'stale'}>{names.now}</SeriesKey>}>
          {grossCents === null ? 'unknown' : words.cents(grossCents)}
        </Row>
        {withGhost ? (
          <>
            <Row name={<SeriesKey kind="ghost">{names.ghost}</SeriesKey>}>
              {ghostCents === null ? 'unknown' : words.cents(ghostCents)}
            </Row>
            <Row name="Change">
              <Delta {...bucketChange(bucket)} />
            </Row>
          </>
        ) : null}
        <Row name="Sales · admits">
          {sales === null || admits === null ? 'unknown' : `${countWords(sales)} · ${countWords(admits)}`}
        </Row>
      </div>
    </div>
  );
}

function Row({ name, children }: { readonly name: React.ReactNode; readonly children: React.ReactNode }) {
  return (
    <div className={classes.tooltipRow}>
      <span>{name}</span>
      <span>{children}</span>
    </div>
  );
}

/** Beside the pointer inside the plot, and below or above the lines there, whichever leaves them free. */
function tooltipPlace(x: number, picture: RevenuePicture, frame: PlotFrame): { left: number; top: number } {
  const left = x - distance - tooltipWidth >= frame.left ? x - distance - tooltipWidth : x + distance;
  let lowest = frame.top;
  let highest = frame.bottom;
  for (const { at, grossCents, ghostCents } of picture.buckets) {
    const at0 = xOf(at, frame);
    if (at0 + 1 < left || at0 > left + tooltipWidth) continue;
    for (const cents of [grossCents, ghostCents]) {
      if (cents === null) continue;
      lowest = Math.max(lowest, yOf(Number(cents), frame));
      highest = Math.min(highest, yOf(Number(cents), frame));
    }
  }
  const roomAbove = highest - frame.top;
  const roomBelow = frame.bottom - lowest;
  return { left, top: roomAbove > roomBelow ? frame.top + 4 : frame.bottom - tooltipHeight - 4 };
}
