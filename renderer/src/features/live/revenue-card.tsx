import { ActionIcon, Tooltip } from '@mantine/core';
import { ChartColumn, Table2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { RevenueChart } from '../../charts/revenue-chart.tsx';
import type { ChartBand, ChartMark, ChartWords, RevenuePicture, SeriesNames } from '../../charts/revenue-picture.ts';
import { RevenueTable } from '../../charts/revenue-table.tsx';
import { SeriesKey } from '../../charts/series-key.tsx';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Skeleton } from '../../ui/states.tsx';
import classes from './live.module.css';
import type { Span } from './revenue-spans.ts';

export type Mode = 'bucket' | 'cumulative';

const spanOptions = [
  { value: '5min', label: '5 min' },
  { value: '1h', label: '1 h' },
  { value: 'day', label: 'Day' },
] as const satisfies readonly { value: Span; label: string }[];

const modeOptions = [
  { value: 'bucket', label: 'Per bucket' },
  { value: 'cumulative', label: 'Cumulative' },
] as const satisfies readonly { value: Mode; label: string }[];

const bucketNames: Readonly<Record<Span, string>> = { '5min': 'second', '1h': 'minute', day: '5 minutes' };

interface RevenueCardProps {
  readonly span: Span;
  /** null: only the whole day can be shown. */
  readonly onSpan: ((span: Span) => void) | null;
  readonly mode: Mode;
  readonly onMode: (mode: Mode) => void;
  /** null while it is not known. */
  readonly picture: RevenuePicture | null;
  readonly names: SeriesNames;
  readonly words: ChartWords;
  readonly live: boolean;
  readonly marks: readonly ChartMark[];
  readonly bands: readonly ChartBand[];
  /** Instead of the chart: why there is nothing. */
  readonly empty: ReactNode | null;
  /** Under the chart: why it was not renewed. */
  readonly error: ReactNode | null;
}

/** Revenue over time, as a chart or as a table of the same numbers. */
export function RevenueCard(props: RevenueCardProps) {
  const { span, onSpan, mode, onMode, picture, names, words, live, marks, bands, empty, error } = props;
  const [asTable, setAsTable] = useState(false);
  const note = mode === 'bucket' ? `per ${bucketNames[span]}` : `since the day began, by ${bucketNames[span]}`;
  const toggle = asTable ? 'Show as a chart' : 'Show as a table';
  return (
    <Card
      title="Revenue"
      note={note}
      className={classes.revenue ?? ''}
      actions={
        <>
          {onSpan === null ? null : <Segmented label="Span" value={span} options={spanOptions} onChange={onSpan} />}
          <Segmented label="Buckets" value={mode} options={modeOptions} onChange={onMode} />
          <Tooltip label={toggle}>
            <ActionIcon
              variant="subtle"
              size={28}
              aria-label={toggle}
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            >
              <Icon of={asTable ? ChartColumn : Table2} />
            </ActionIcon>
          </Tooltip>
        </>
      }
    >
      {empty ??
        (picture === null ? (
          <div className={classes.chartLoading} role="status" aria-label="Loading">
            <Skeleton height="100%" />
          </div>
        ) : asTable ? (
          <RevenueTable picture={picture} names={names} words={words} />
        ) : (
          <>
            <Legend
              span={span}
              names={names}
              live={live}
              open={picture.openAt !== null}
              bands={bands}
              averaged={span === '5min'}
            />
            <RevenueChart
              key={`${span} ${mode}`}
              picture={picture}
              names={names}
              words={words}
              live={live}
              marks={marks}
              bands={bands}
              label={`Revenue of ${names.now}, ${note}${names.ghost === null ? '' : `, beside ${names.ghost}`}`}
            />
          </>
        ))}
      {error}
    </Card>
  );
}

interface LegendProps {
  readonly span: Span;
  readonly names: SeriesNames;
  readonly live: boolean;
  readonly open: boolean;
  readonly bands: readonly ChartBand[];
  /** Whether the comparison is finer than what is kept of the past. */
  readonly averaged: boolean;
}

function Legend({ span, names, live, open, bands, averaged }: LegendProps) {
  return (
    <div className={classes.legend}>
      <SeriesKey kind={live ? 'live' : 'stale'}>{names.now}</SeriesKey>
      {names.ghost === null ? null : (
        <SeriesKey kind="ghost">{averaged ? `${names.ghost}, minute average` : names.ghost}</SeriesKey>
      )}
      {open ? <SeriesKey kind={live ? 'open' : 'open-stale'}>{`${bucketNames[span]} still open`}</SeriesKey> : null}
      {bands.some(({ kind }) => kind === 'no-picture') ? <SeriesKey kind="none">no picture</SeriesKey> : null}
    </div>
  );
}
