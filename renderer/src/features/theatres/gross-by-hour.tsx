import { useMemo } from 'react';
import type { SeriesPoint } from '../../../../backend/domain/question.ts';
import { HeatScale, HourHeatmap } from '../../charts/hour-heatmap.tsx';
import { useCalendar } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { useAmounts } from '../../ui/amount.tsx';
import { ErrorLine } from '../../ui/states.tsx';
import { dayWords } from '../../ui/time-words.ts';
import classes from './theatres.module.css';
import { dayCells, mostOf } from './week-hours.ts';

const columnCount = 24;
const refetchMs = 15_000;
const hourMs = 3_600_000;

/** Gross by the hour of the shown day and the six before it. */
export function GrossByHour({ theaterId, day }: { readonly theaterId: number; readonly day: string }) {
  const calendar = useCalendar();
  const amounts = useAmounts();
  // By the hour: what is drawn changes no sooner.
  const hour = useConsole((state) => Math.floor((state.live?.at ?? state.status?.at ?? 0) / hourMs));
  const days = useMemo(() => [-6, -5, -4, -3, -2, -1, 0].map((by) => calendar.addDays(day, by)), [calendar, day]);
  const week = useWeek(theaterId, days);

  const { rows, most } = useMemo(() => {
    const now = hour * hourMs;
    const cells = days.map((each, index) => dayCells(calendar, each, week.points[index] ?? null, now, columnCount));
    return {
      most: mostOf(cells),
      rows: days.map((each, index) => ({
        label: dayWords(each, 'weekday').split(' ').slice(0, 2).join(' '),
        strong: each === day,
        cells: cells[index] ?? [],
      })),
    };
  }, [calendar, days, day, hour, week.points]);
  const hours = useMemo(
    () =>
      Array.from({ length: columnCount }, (_, index) => String((calendar.cutoverHour + index) % 24).padStart(2, '0')),
    [calendar],
  );
  return (
    <section className={classes.part} aria-label="Gross by hour">
      <div className={classes.partHead}>
        <h3>Gross by hour</h3>
        <HeatScale least={amounts.whole(0n)} most={amounts.compact(most)} />
      </div>
      <div className={classes.heat}>
        <HourHeatmap caption="Gross by day and hour" rows={rows} hours={hours} most={most} exact={amounts.exact} />
      </div>
      {week.failed === null ? null : <ErrorLine failure={week.failed.error} onRetry={week.failed.retry} />}
    </section>
  );
}

/** The hours of seven days; a day is null until it is known. */
function useWeek(theaterId: number, days: readonly string[]) {
  const [day = '', ...rest] = days.toReversed();
  const [b = '', c = '', d = '', e = '', f = '', g = ''] = rest;
  const ask = (of: string) => ({ day: of, bucket: 'hour' as const, theaterId });
  const options = { refetchMs };
  const answers = [
    useAnswer('series', ask(g), options),
    useAnswer('series', ask(f), options),
    useAnswer('series', ask(e), options),
    useAnswer('series', ask(d), options),
    useAnswer('series', ask(c), options),
    useAnswer('series', ask(b), options),
    useAnswer('series', ask(day), options),
  ];
  const values = answers.map(({ value }) => value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is new each time, its seven values are not.
  const points = useMemo((): readonly (readonly SeriesPoint[] | null)[] => values, values);
  const broken = answers.find(({ error }) => error !== null);
  return { points, failed: broken?.error ? { error: broken.error, retry: broken.retry } : null };
}
