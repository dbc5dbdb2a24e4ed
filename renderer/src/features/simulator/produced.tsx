import { ActionIcon } from '@mantine/core';
import { ChartArea, Table2 } from 'lucide-react';
import { memo, useRef, useState } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import type { ProducedSample } from '../../store/status-slice.ts';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { EmptyState } from '../../ui/states.tsx';
import table from '../../ui/table.module.css';
import { clockWords, countWords, minuteWords, rateWords } from '../../ui/time-words.ts';
import { rateAxis } from './produced-axis.ts';
import classes from './simulator.module.css';

/** Shown at least, ms: a run of seconds should not fill the width. */
const leastSpanMs = 2 * 60_000;
/** The last sample holds until the next one, 2 s later. */
const sampleMs = 2000;
/** An axis that fits less follows only after this long, ms. */
const shrinkAfterMs = 60_000;

export function Produced() {
  const [asTable, setAsTable] = useState(false);
  const samples = useConsole((state) => state.produced);
  return (
    <Card
      title="Produced"
      note="counts of this run, chart of the last 10 minutes"
      className={classes.produced ?? ''}
      actions={
        <>
          <span className={classes.key}>
            <svg width="14" height="8" aria-hidden="true">
              <path d="M0 4h14" stroke="var(--rm-chart-1)" strokeWidth="2" />
            </svg>
            acknowledged per second
          </span>
          <span className={classes.key}>
            <svg width="14" height="8" aria-hidden="true">
              <path d="M0 4h14" stroke="var(--rm-chart-ghost)" strokeWidth="1.5" strokeDasharray="4 3" />
            </svg>
            set rate
          </span>
          <ActionIcon
            variant="subtle"
            aria-label={asTable ? 'Show as chart' : 'Show as table'}
            onClick={() => setAsTable((shown) => !shown)}
          >
            <Icon of={asTable ? ChartArea : Table2} />
          </ActionIcon>
        </>
      }
    >
      <Counters />
      {samples.length === 0 ? (
        <EmptyState why="Nothing produced since the window was opened. Start the simulator." />
      ) : asTable ? (
        <SampleTable samples={samples} />
      ) : (
        <Chart samples={samples} />
      )}
    </Card>
  );
}

function Counters() {
  return (
    <dl className={classes.counters}>
      <Counter label="Produced" name="produced" />
      <Counter label="Acknowledged" name="acknowledged" />
      <Counter label="Failed" name="failed" />
      <Waited />
    </dl>
  );
}

function Counter({ label, name }: { readonly label: string; readonly name: 'produced' | 'acknowledged' | 'failed' }) {
  const count = useConsole((state) => state.status?.simulator[name] ?? null);
  return (
    <div>
      <dt>{label}</dt>
      <dd>{count === null ? '\u2014' : countWords(count)}</dd>
    </div>
  );
}

function Waited() {
  const ms = useConsole((state) => state.status?.simulator.backPressureMs ?? null);
  return (
    <div>
      <dt>Waited for the log</dt>
      <dd>{ms === null ? '\u2014' : `${(ms / 1000).toFixed(1)} s`}</dd>
    </div>
  );
}

/** Redrawn once per sample, every 2 s. */
const Chart = memo(function Chart({ samples }: { readonly samples: readonly ProducedSample[] }) {
  const zone = useConsole(zoneOf);
  const max = useHeldMax(samples);
  const last = samples.at(-1);
  if (last === undefined) return null;
  const to = last.at + sampleMs;
  const from = Math.min(samples[0]?.at ?? to, to - leastSpanMs);
  // stepAfter gives the last bucket no width of its own.
  const data = [...samples, { ...last, at: to }];
  const axis = rateAxis(max);
  return (
    <div className={classes.chart}>
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart data={data} margin={{ top: 12, right: 16, bottom: 0, left: 0 }}>
          <CartesianGrid vertical={false} stroke="var(--rm-chart-grid)" />
          <XAxis
            dataKey="at"
            type="number"
            scale="time"
            domain={[from, to]}
            ticks={timeTicks(from, to)}
            tickFormatter={(at: number) => minuteWords(at, zone)}
            tickLine={false}
            axisLine={false}
            tick={{ fontSize: 11, fill: 'var(--rm-chart-axis)' }}
            height={26}
          />
          <YAxis
            width={52}
            domain={[0, axis.max]}
            ticks={[...axis.ticks]}
            tickFormatter={rateWords}
            tickLine={false}
            axisLine={false}
            tick={{ fontSize: 11, fill: 'var(--rm-chart-axis)' }}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--rm-chart-cursor)' }}
            content={({ active, payload }) => {
              const sample = active ? (payload[0]?.payload as ProducedSample | undefined) : undefined;
              return sample === undefined ? null : <SampleTip sample={sample} zone={zone} />;
            }}
          />
          <Area
            type="stepAfter"
            dataKey="rate"
            stroke="var(--rm-chart-1)"
            strokeWidth={1.75}
            fill="var(--rm-chart-1)"
            fillOpacity={0.1}
            dot={false}
            isAnimationActive={false}
          />
          <Line
            type="stepAfter"
            dataKey="target"
            stroke="var(--rm-chart-ghost)"
            strokeWidth={1.25}
            strokeDasharray="4 3"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
});

/** The highest value the axis has to hold: grows at once, shrinks after 60 s. */
function useHeldMax(samples: readonly ProducedSample[]): number {
  const held = useRef({ max: 0, smallerSince: Number.POSITIVE_INFINITY });
  const wanted = samples.reduce((max, { rate, target }) => Math.max(max, rate, target), 0);
  const now = samples.at(-1)?.at ?? 0;
  const { current } = held;
  if (wanted >= current.max) held.current = { max: wanted, smallerSince: Number.POSITIVE_INFINITY };
  else if (current.smallerSince === Number.POSITIVE_INFINITY) held.current = { ...current, smallerSince: now };
  else if (now - current.smallerSince >= shrinkAfterMs)
    held.current = { max: wanted, smallerSince: Number.POSITIVE_INFINITY };
  return held.current.max;
}

function timeTicks(from: number, to: number): number[] {
  const minute = 60_000;
  const step = (to - from > 6 * minute ? 2 : 1) * minute;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}

function SampleTip({ sample, zone }: { readonly sample: ProducedSample; readonly zone: string }) {
  return (
    <div className={classes.tip}>
      <strong>{clockWords(sample.at, zone)}</strong>
      <span>acknowledged</span>
      <span>{rateWords(sample.rate)}/s</span>
      <span>set rate</span>
      <span>{rateWords(sample.target)}/s</span>
    </div>
  );
}

function SampleTable({ samples }: { readonly samples: readonly ProducedSample[] }) {
  const zone = useConsole(zoneOf);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard.
    <section className={classes.tableScroll} tabIndex={0} aria-label="Produced, as a table">
      <table className={`${table.table} ${table.compact}`}>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" className={table.figure}>
              Acknowledged /s
            </th>
            <th scope="col" className={table.figure}>
              Set rate /s
            </th>
          </tr>
        </thead>
        <tbody>
          {[...samples].reverse().map((sample) => (
            <tr key={sample.at}>
              <td className={table.mono}>{clockWords(sample.at, zone)}</td>
              <td className={table.figure}>{rateWords(sample.rate)}</td>
              <td className={table.figure}>{rateWords(sample.target)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
