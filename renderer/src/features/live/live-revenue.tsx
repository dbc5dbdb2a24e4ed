import { Button } from '@mantine/core';
import { Play } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';
import type { Mark } from '../../../../backend/domain/status.ts';
import type { RevenuePicture } from '../../charts/revenue-picture.ts';
import { type ShownDay, useCalendar } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import type { LivePicture } from '../../store/live-picture.ts';
import { runCommand } from '../../store/run-command.ts';
import type { Asked } from '../../store/use-answer.ts';
import { Icon } from '../../ui/icon.tsx';
import { EmptyState, ErrorLine } from '../../ui/states.tsx';
import { dayWords } from '../../ui/time-words.ts';
import { chartMarks } from './chart-marks.ts';
import { useRevenueExport } from './live-csv.ts';
import { type Mode, RevenueCard } from './revenue-card.tsx';
import { type ComparedDay, type Span, spanPicture } from './revenue-spans.ts';
import { useChartWords } from './use-chart-words.ts';
import { useClockWords } from './use-clock-words.ts';
import { useComparedDay, usePastMinutes } from './use-compared-day.ts';

const hourMs = 3_600_000;
const noMarks: readonly Mark[] = [];

interface LiveRevenueProps {
  readonly shown: ShownDay;
  /** null until the first picture. */
  readonly today: ComparedDay | null;
  readonly picture: LivePicture | null;
  readonly minutesBefore: Asked<readonly SeriesPoint[]>;
  readonly live: boolean;
  readonly noPictureSince: number | null;
}

/** The revenue chart of the live day. */
export function LiveRevenue({ shown, today, picture, minutesBefore, live, noPictureSince }: LiveRevenueProps) {
  const { day, before, compare } = shown;
  const [span, setSpan] = useState<Span>('1h');
  const [mode, setMode] = useState<Mode>('bucket');
  const words = useChartWords(span === '5min');
  const clock = useClockWords('second');
  const yesterday = useDayBefore(shown, picture?.at ?? null);
  const wall = useWallClock(noPictureSince !== null);

  const until = noPictureSince ?? picture?.at ?? 0;
  const now = wall ?? picture?.at ?? 0;
  const seconds = picture?.seconds;
  const drawn = useMemo((): RevenuePicture | null => {
    if (today === null || seconds === undefined) return null;
    const days = yesterday === null ? [today] : [today, yesterday];
    return spanPicture({ span, cumulative: mode === 'cumulative', now, until, days, seconds });
  }, [span, mode, today, yesterday, seconds, now, until]);

  const hasGhost = compare && today !== null && today.ghost !== null;
  const names = useMemo(
    () => ({ now: dayWords(day, 'weekday'), ghost: hasGhost ? dayWords(before, 'weekday') : null }),
    [day, before, hasGhost],
  );
  const { marks, bands } = useMarks(drawn, noPictureSince, clock);
  useRevenueExport(day, drawn, names);

  return (
    <RevenueCard
      span={span}
      onSpan={setSpan}
      mode={mode}
      onMode={setMode}
      picture={drawn}
      names={names}
      words={words}
      live={live}
      marks={marks}
      bands={bands}
      empty={useWhyEmpty()}
      error={
        minutesBefore.error === null ? null : <ErrorLine failure={minutesBefore.error} onRetry={minutesBefore.retry} />
      }
    />
  );
}

/** The day before, while the last hour reaches back over the start of the day. */
function useDayBefore({ day, compare }: ShownDay, at: number | null): ComparedDay | null {
  const calendar = useCalendar();
  const [previous, previousBefore, start] = useMemo(
    () => [calendar.addDays(day, -1), calendar.addDays(day, -8), calendar.startOf(day)],
    [calendar, day],
  );
  const reachesBack = at !== null && at - hourMs < start;
  const minutes = usePastMinutes(previous, reachesBack);
  const minutesBefore = usePastMinutes(previousBefore, reachesBack && compare);
  return useComparedDay(previous, minutes.value, previousBefore, minutesBefore.value);
}

/** The present, once a second, while it goes on without a picture; null otherwise. */
function useWallClock(running: boolean): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    if (!running) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => {
      clearInterval(timer);
      setNow(null);
    };
  }, [running]);
  return now;
}

/** Marks and bands of what is drawn; the same objects until they change, as the chart is drawn anew with them. */
function useMarks(drawn: RevenuePicture | null, noPictureSince: number | null, clock: (at: number) => string) {
  const marks = useConsole((state) => state.status?.marks ?? noMarks);
  const from = drawn?.buckets[0]?.at ?? 0;
  const to = (drawn?.buckets.at(-1)?.at ?? 0) + (drawn?.bucketMs ?? 0);
  const next = chartMarks(marks, { from, to, noPictureSince, clock });
  const key = JSON.stringify(next);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is the content of `next`.
  return useMemo(() => next, [key]);
}

/** Why there is nothing to draw, with the one thing to do about it; null when there is. */
function useWhyEmpty() {
  const nothingSold = useConsole((state) => state.live !== null && state.live.totals.sales === 0);
  const off = useConsole((state) => state.status?.simulator.state === 'stopped');
  const allowed = useConsole((state) => state.status?.simulation.allowed ?? false);
  if (!nothingSold) return null;
  if (!off || !allowed)
    return <EmptyState why="No sales yet on this business day. They appear here within a second of the first one." />;
  return (
    <EmptyState
      why="No sales yet on this business day, and the simulator is off."
      action={
        <Button variant="filled" leftSection={<Icon of={Play} small />} onClick={() => runCommand('simulator.toggle')}>
          Start the simulator
        </Button>
      }
    />
  );
}
