import { memo, useId } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ReferenceArea, ReferenceLine, XAxis, YAxis } from 'recharts';
import { plotMargin, timeAxisHeight } from './chart-frame.ts';
import type { ChartBand, ChartMark, ChartWords, PlotRow } from './revenue-picture.ts';
import type { ValueAxis } from './value-axis.ts';

interface RevenuePlotProps {
  readonly rows: readonly PlotRow[];
  readonly from: number;
  readonly to: number;
  readonly axis: ValueAxis;
  readonly xTicks: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly live: boolean;
  readonly withGhost: boolean;
  readonly marks: readonly ChartMark[];
  readonly bands: readonly ChartBand[];
  readonly words: ChartWords;
}

const tick = { fontSize: 11, fill: 'var(--rm-chart-axis)' };

/**
 * The drawing of the revenue chart. Drawn anew only when one of its properties is another object: the pointer's layer,
 * the lane of marks and the tooltip lie beside it, so that hovering does not draw 300 points.
 */
export const RevenuePlot = memo(function RevenuePlot(props: RevenuePlotProps) {
  const { rows, from, to, axis, xTicks, width, height, live, withGhost, marks, bands, words } = props;
  const id = useId().replace(/\W/g, '');
  const line = live ? 'var(--rm-accent-line)' : 'var(--rm-chart-stale)';
  return (
    <ComposedChart
      data={rows as PlotRow[]}
      width={width}
      height={height}
      margin={plotMargin}
      accessibilityLayer={false}
    >
      <defs>
        <Hatch id={`${id}open`} colour={line} opacity={0.7} />
        <Hatch id={`${id}none`} colour="var(--rm-error)" opacity={0.5} />
      </defs>
      <CartesianGrid vertical={false} stroke="var(--rm-chart-grid)" />
      <XAxis
        dataKey="at"
        type="number"
        domain={[from, to]}
        allowDataOverflow
        ticks={xTicks as number[]}
        interval={0}
        tickFormatter={words.tick}
        tickLine={false}
        axisLine={false}
        tick={tick}
        height={timeAxisHeight}
        tickMargin={6}
      />
      <YAxis
        domain={[axis.min, axis.max]}
        allowDataOverflow
        ticks={axis.ticks as number[]}
        interval={0}
        tickFormatter={words.axis}
        tickLine={false}
        axisLine={false}
        tick={tick}
        width={words.axisWidth}
        tickMargin={6}
      />
      {bands.map((band) => (
        <ReferenceArea
          key={`${band.kind} ${band.from}`}
          x1={Math.max(band.from, from)}
          x2={Math.min(band.to, to)}
          y1={axis.min}
          y2={axis.max}
          fill={band.kind === 'outage' ? 'var(--rm-chart-axis)' : `url(#${id}none)`}
          fillOpacity={band.kind === 'outage' ? 0.2 : 1}
          stroke="none"
        />
      ))}
      <Area
        type="stepAfter"
        dataKey="now"
        stroke={line}
        strokeWidth={1.75}
        fill={line}
        fillOpacity={0.1}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
        zIndex={420}
      />
      <Area
        type="stepAfter"
        dataKey="open"
        stroke={line}
        strokeWidth={1.5}
        strokeDasharray="2 2"
        fill={`url(#${id}open)`}
        fillOpacity={1}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
        zIndex={430}
      />
      {withGhost ? (
        <Line
          type="stepAfter"
          dataKey="ghost"
          stroke="var(--rm-chart-ghost)"
          strokeWidth={1.25}
          strokeDasharray="4 3"
          dot={false}
          activeDot={false}
          isAnimationActive={false}
          zIndex={410}
        />
      ) : null}
      {marks.map((mark) => (
        <ReferenceLine
          key={`${mark.kind} ${mark.at}`}
          x={mark.at}
          stroke={mark.kind === 'no-picture' ? 'var(--rm-error)' : 'var(--rm-text-secondary)'}
          strokeDasharray="1 3"
        />
      ))}
    </ComposedChart>
  );
});

function Hatch({ id, colour, opacity }: { readonly id: string; readonly colour: string; readonly opacity: number }) {
  return (
    <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <line x1="0" y1="0" x2="0" y2="6" stroke={colour} strokeOpacity={opacity} strokeWidth="1.4" />
    </pattern>
  );
}
