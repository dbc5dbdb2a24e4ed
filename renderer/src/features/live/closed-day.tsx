import { Button } from '@mantine/core';
import { CalendarCheck } from 'lucide-react';
import { useMemo, useState } from 'react';
import { unknownChange } from '../../../../backend/domain/change.ts';
import type { LiveLeader } from '../../../../backend/domain/live.ts';
import type { Measures } from '../../../../backend/domain/measures.ts';
import { averageTicketPrice } from '../../../../backend/domain/money.ts';
import { useAsOf } from '../../store/as-of.ts';
import type { ShownDay } from '../../store/business-days.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { runCommand } from '../../store/run-command.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { useTheatreChanges } from '../../store/use-theatre-changes.ts';
import { Amount } from '../../ui/amount.tsx';
import { AsOf } from '../../ui/as-of.tsx';
import { DayTotal } from '../../ui/day-total.tsx';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { EmptyState, ErrorLine, WidgetError } from '../../ui/states.tsx';
import { Tile } from '../../ui/tile.tsx';
import { dayWords } from '../../ui/time-words.ts';
import classes from './live.module.css';
import { useRevenueExport } from './live-csv.ts';
import { WallButton } from './live-head.tsx';
import { Leaders } from './live-leaders.tsx';
import { Count, Spark, TileChange } from './live-tiles.tsx';
import { type Mode, RevenueCard } from './revenue-card.tsx';
import { spanPicture } from './revenue-spans.ts';
import { changesOf, shapesOfDay, type TileChanges } from './tile-figures.ts';
import { useChartWords } from './use-chart-words.ts';
import { useComparedDay, usePastMinutes, whyNoGhost } from './use-compared-day.ts';

/** A business day gone by: its final figures. Nothing here is live, so nothing is amber. */
export function ClosedDay({ shown }: { readonly shown: ShownDay }) {
  const { day, before, compare } = shown;
  const [mode, setMode] = useState<Mode>('bucket');
  const words = useChartWords(false);
  const summary = useAnswer('summary', { day });
  const summaryBefore = useAnswer('summary', { day: before }, { enabled: compare });
  const minutes = useAnswer('series', { day, bucket: 'minute' });
  const minutesBefore = usePastMinutes(before, compare);
  const theaters = useAnswer('theaterLeaderboard', { day });
  const movies = useAnswer('movieLeaderboard', { day });
  const compared = useComparedDay(day, minutes.value, before, minutesBefore.value);
  const { changeOf } = useTheatreChanges(shown, null);

  const picture = useMemo(() => {
    if (compared === null) return null;
    const { end } = compared.now;
    return spanPicture({
      span: 'day',
      cumulative: mode === 'cumulative',
      now: end,
      until: end,
      days: [compared],
      seconds: [],
    });
  }, [compared, mode]);
  const hasGhost = compared !== null && compared.ghost !== null;
  const names = useMemo(
    () => ({ now: dayWords(day, 'weekday'), ghost: hasGhost ? dayWords(before, 'weekday') : null }),
    [day, before, hasGhost],
  );
  useRevenueExport(day, picture, names);

  const failed = [summary, minutes, theaters, movies, minutesBefore].find(({ error }) => error !== null);
  const nothing = summary.value !== null && isEmpty(summary.value);
  const leaders = useMemo(
    () => theaters.value?.map(({ theaterId, measures }) => leaderOf(theaterId, measures)) ?? null,
    [theaters.value],
  );
  const titles = useMemo(
    () => movies.value?.map(({ movieId, measures }) => leaderOf(movieId, measures)) ?? null,
    [movies.value],
  );
  const retry = (): void => {
    for (const asked of [summary, minutes, theaters, movies, minutesBefore]) if (asked.error !== null) asked.retry();
  };
  const error = failed?.error ?? null;
  const asOf = useAsOf(day, summary.watermark);
  const zone = useConsole(zoneOf);
  return (
    <>
      <ScreenHead
        title="Live"
        state={
          <StateChip state="idle" icon={CalendarCheck}>
            {dayWords(day, 'short')}, final
          </StateChip>
        }
        note={
          <>
            <AsOf at={asOf} zone={zone} by={summary.backend} /> · by sale date
          </>
        }
        actions={
          <>
            <Button onClick={() => runCommand('day.today')}>Back to today</Button>
            <WallButton />
          </>
        }
      />
      <div className={classes.screen}>
        <ClosedTiles
          day={day}
          version={summary.watermark?.version ?? null}
          totals={summary.value}
          failed={summary.error !== null}
          changes={
            summary.value === null || summaryBefore.value === null
              ? null
              : changesOf(summary.value, summaryBefore.value)
          }
          against={compare ? dayWords(before, 'short') : null}
          why={whyNoGhost(minutesBefore, dayWords(before, 'short'))}
          compared={compared}
        />
        <div className={classes.body}>
          <div className={classes.left}>
            <RevenueCard
              span="day"
              onSpan={null}
              mode={mode}
              onMode={setMode}
              picture={picture}
              names={names}
              words={words}
              live={false}
              marks={[]}
              bands={[]}
              empty={
                nothing ? (
                  <EmptyState
                    why={`No sales are recorded on ${dayWords(day, 'full')}.`}
                    action={<Button onClick={() => runCommand('day.today')}>Back to today</Button>}
                  />
                ) : picture === null && error !== null ? (
                  <WidgetError failure={error} onRetry={retry} />
                ) : null
              }
              error={picture !== null && error !== null ? <ErrorLine failure={error} onRetry={retry} /> : null}
            />
          </div>
          <Leaders
            day={day}
            theaters={leaders}
            movies={titles}
            totalCents={summary.value?.grossCents ?? 0n}
            version={summary.watermark?.version ?? null}
            changeOf={changeOf}
            against={compare ? `vs ${dayWords(before, 'short')}` : null}
            changeHead="Change"
            live={false}
          />
        </div>
      </div>
    </>
  );
}

/** Whether nothing was recorded. */
function isEmpty({ sales, refunds }: Measures): boolean {
  return sales === 0 && refunds === 0;
}

function leaderOf(id: number, { grossCents, admits }: Measures): LiveLeader {
  return { id, grossCents, admits };
}

interface ClosedTilesProps {
  readonly day: string;
  readonly version: number | null;
  readonly totals: Measures | null;
  readonly failed: boolean;
  readonly changes: TileChanges | null;
  /** Name of the day compared with; null compares with nothing. */
  readonly against: string | null;
  readonly why: string;
  readonly compared: ReturnType<typeof useComparedDay>;
}

function ClosedTiles({ day, version, totals, failed, changes, against, why, compared }: ClosedTilesProps) {
  // Zero would be measured; of a day without records nothing is known.
  const nothing = totals !== null && isEmpty(totals);
  const known = nothing ? null : totals;
  const shapes = useMemo(() => (nothing || compared === null ? null : shapesOfDay(compared.now)), [nothing, compared]);
  const price = known === null ? null : averageTicketPrice(known);
  const bottom = (key: Exclude<keyof TileChanges, 'gap'>, gap: bigint | null = null) =>
    nothing ? (
      'no sales recorded'
    ) : against === null ? null : (
      <TileChange
        change={changes?.[key] ?? unknownChange}
        gap={gap}
        until="whole day"
        day={`vs ${against}`}
        why={why}
      />
    );
  const shared = { loading: totals === null && !failed, age: null };
  return (
    <div className={classes.tiles}>
      <Tile
        {...shared}
        label="Gross"
        figure={known === null ? null : <DayTotal day={day} version={version} cents={known.grossCents} compact />}
        spark={<Spark values={shapes?.gross} />}
        bottom={bottom('gross', changes?.gap ?? null)}
      />
      <Tile
        {...shared}
        label="Admits"
        figure={known === null ? null : <Count value={known.admits} />}
        spark={<Spark values={shapes?.admits} />}
        bottom={bottom('admits')}
      />
      <Tile
        {...shared}
        label="ATP"
        figure={price === null ? null : <Amount cents={price} />}
        spark={<Spark values={shapes?.price} />}
        bottom={price === null && known !== null ? 'no tickets sold' : bottom('price')}
      />
      <Tile
        {...shared}
        label="Transactions"
        figure={known === null ? null : <Count value={known.sales} />}
        spark={<Spark values={shapes?.sales} />}
        bottom={bottom('sales')}
      />
    </div>
  );
}
