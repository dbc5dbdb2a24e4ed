import { memo } from 'react';
import { useSize } from '../../charts/use-size.ts';
import type { ShownDay } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import type { FrameKind } from '../../store/frame-state.ts';
import { useHistoryWords } from '../../store/history.ts';
import { EmptyState } from '../../ui/states.tsx';
import { dayWords } from '../../ui/time-words.ts';
import { salesRowsFor } from './layout.ts';
import classes from './live.module.css';
import { LiveHead } from './live-head.tsx';
import { LiveLeaders } from './live-leaders.tsx';
import { LiveRevenue } from './live-revenue.tsx';
import { LiveTiles } from './live-tiles.tsx';
import { SalesCard } from './sales-card.tsx';
import { useClockWords } from './use-clock-words.ts';
import { useComparedDay, usePastMinutes, whyNoGhost } from './use-compared-day.ts';
import { useSecondPicture } from './use-second-picture.ts';

const minuteMs = 60_000;

/** The current business day as sales come in. */
export function LiveDay({ shown }: { readonly shown: ShownDay }) {
  const follows = useConsole(({ frame }) => frame.follows && frame.pausedAt === null);
  const lit = useConsole(({ frame }) => frame.lit && frame.pausedAt === null);
  const noPictureSince = useNoPictureSince();
  return (
    <>
      <LiveHead />
      <div className={classes.screen}>
        <LiveBody shown={shown} live={follows} lit={lit} noPictureSince={noPictureSince} />
      </div>
    </>
  );
}

const withoutPicture: readonly FrameKind[] = ['down', 'off', 'held', 'stale', 'rebuilding'];

/** From when on there is no picture, epoch ms: the moment up to which it is complete. null while there is one. */
function useNoPictureSince(): number | null {
  return useConsole(({ frame, live }) =>
    withoutPicture.includes(frame.kind) ? (live?.completeUntil ?? frame.since) : null,
  );
}

interface LiveBodyProps {
  readonly shown: ShownDay;
  /** Whether the picture follows the sales. */
  readonly live: boolean;
  /** Whether the bulbs are lit. */
  readonly lit: boolean;
  readonly noPictureSince: number | null;
}

/** All figures. Drawn once a second; what follows each tick selects that for itself. */
const LiveBody = memo(function LiveBody({ shown, live, lit, noPictureSince }: LiveBodyProps) {
  const { day, before, compare } = shown;
  const [columnRef, column] = useSize();
  const clock = useClockWords('minute');
  const second = useSecondPicture();
  const minutesBefore = usePastMinutes(before, compare);
  const history = useHistoryWords(before);
  // Half of a day is nothing to compare with.
  const ghost = history === null ? minutesBefore.value : null;
  const today = useComparedDay(day, second?.minutes ?? null, before, ghost);
  const nothingSold = useConsole((state) => state.live !== null && state.live.totals.sales === 0);
  const rows = salesRowsFor(column.height);
  return (
    <>
      <LiveTiles
        compared={today}
        minute={Math.floor((second?.at ?? 0) / minuteMs) * minuteMs}
        before={compare ? before : null}
        why={history ?? whyNoGhost(minutesBefore, dayWords(before, 'short'))}
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
        <LiveLeaders shown={shown} at={second?.at ?? null} clock={clock} live={lit} history={history} />
      </div>
    </>
  );
});
