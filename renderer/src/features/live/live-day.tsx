import { memo } from 'react';
import { useSize } from '../../charts/use-size.ts';
import type { ShownDay } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { EmptyState } from '../../ui/states.tsx';
import { dayWords } from '../../ui/time-words.ts';
import { salesRowsFor } from './layout.ts';
import classes from './live.module.css';
import { LiveBanner } from './live-banner.tsx';
import { LiveHead } from './live-head.tsx';
import { LiveLeaders } from './live-leaders.tsx';
import { LiveRevenue } from './live-revenue.tsx';
import { isLive, noPictureSince, useLiveState } from './live-state.ts';
import { LiveTiles } from './live-tiles.tsx';
import { SalesCard } from './sales-card.tsx';
import { useClockWords } from './use-clock-words.ts';
import { useComparedDay, usePastMinutes, whyNoGhost } from './use-compared-day.ts';
import { useSecondPicture } from './use-second-picture.ts';

const minuteMs = 60_000;

/** The current business day as sales come in. */
export function LiveDay({ shown }: { readonly shown: ShownDay }) {
  const state = useLiveState();
  const clock = useClockWords('second');
  return (
    <>
      <LiveHead state={state} clock={clock} />
      <div className={classes.screen}>
        <LiveBanner state={state} clock={clock} />
        <LiveBody shown={shown} live={isLive(state)} noPictureSince={noPictureSince(state)} />
      </div>
    </>
  );
}

interface LiveBodyProps {
  readonly shown: ShownDay;
  readonly live: boolean;
  readonly noPictureSince: number | null;
}

/** All figures. Drawn once a second; what follows each tick selects that for itself. */
const LiveBody = memo(function LiveBody({ shown, live, noPictureSince }: LiveBodyProps) {
  const { day, before, compare } = shown;
  const [columnRef, column] = useSize();
  const clock = useClockWords('minute');
  const second = useSecondPicture();
  const minutesBefore = usePastMinutes(before, compare);
  const today = useComparedDay(day, second?.minutes ?? null, before, minutesBefore.value);
  const nothingSold = useConsole((state) => state.live !== null && state.live.totals.sales === 0);
  const rows = salesRowsFor(column.height);
  return (
    <>
      <LiveTiles
        compared={today}
        minute={Math.floor((second?.at ?? 0) / minuteMs) * minuteMs}
        before={compare ? before : null}
        why={whyNoGhost(minutesBefore, dayWords(before, 'short'))}
        clock={clock}
        live={live}
        rateKnown={noPictureSince === null}
      />
      <div className={classes.body}>
        <div className={classes.left} ref={columnRef}>
          <LiveRevenue
            shown={shown}
            today={today}
            picture={second}
            minutesBefore={minutesBefore}
            live={live}
            noPictureSince={noPictureSince}
          />
          {rows === 0 ? null : (
            <SalesCard
              rows={rows}
              live={live}
              empty={nothingSold ? <EmptyState why="Sales are listed here as they come in." /> : null}
            />
          )}
        </div>
        <LiveLeaders shown={shown} at={second?.at ?? null} clock={clock} live={live} />
      </div>
    </>
  );
});
