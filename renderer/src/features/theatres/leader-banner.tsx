import { Trophy } from 'lucide-react';
import type { RankedTheater } from '../../../../backend/domain/question.ts';
import { useCalendar } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { oldAfterMs } from '../../store/frame-state.ts';
import { Amount } from '../../ui/amount.tsx';
import { Panel } from '../../ui/card.tsx';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { dayWords } from '../../ui/time-words.ts';
import classes from './theatres.module.css';

interface LeaderBannerProps {
  readonly day: string;
  readonly isCurrent: boolean;
  readonly future: boolean;
  /** Highest gross first; null while unknown. */
  readonly board: readonly RankedTheater[] | null;
  /** As of when the board holds, epoch ms; null while unknown. */
  readonly asOf: number | null;
  readonly failed: boolean;
}

/** The answer of the screen in one sentence: which theatre leads the day, by what rule, and by how much. */
export function LeaderBanner({ day, isCurrent, future, board, asOf, failed }: LeaderBannerProps) {
  const catalogue = useConsole((state) => state.catalogue);
  const { zone, cutoverHour } = useCalendar();
  const leaders = (board ?? []).filter(({ rank }) => rank === 1);
  const next = board?.[leaders.length];
  const first = leaders[0];
  const name = (id: number): string => catalogue?.theaters.get(id)?.name ?? `Theatre ${id}`;
  const names = leaders.map(({ theaterId }) => name(theaterId)).join(', ');
  const on = dayWords(day, 'short');
  const follows = useConsole(({ frame }) => frame.lit && frame.pausedAt === null);
  const now = useNow();
  const fresh = asOf !== null && now - asOf <= oldAfterMs;
  const lit = isCurrent && first !== undefined && !failed && follows && fresh;
  return (
    <Panel label="Top theatre" className={classes.banner ?? ''}>
      <div className={classes.bulbs} data-lit={lit || undefined} />
      <div className={classes.bannerLine}>
        <Icon of={Trophy} />
        {board === null && !future ? (
          failed ? (
            <p>Top theatre on {on}: unknown, as it could not be read.</p>
          ) : (
            <Skeleton width={360} height={16} />
          )
        ) : first === undefined ? (
          <p>
            Top theatre on {on}: <strong>{future ? 'the day has not begun' : 'no sales'}</strong>
          </p>
        ) : (
          <p className={classes.sentence}>
            <span>{leaders.length === 1 ? `Top theatre on ${on}:` : `Tie of ${leaders.length} on ${on}:`}</span>
            <strong className={classes.names} title={names}>
              {names},
            </strong>
            <strong>
              <Amount cents={first.measures.grossCents} />
              {leaders.length > 1 ? ' each' : ''}
            </strong>
          </p>
        )}
        <span className={classes.rule}>
          by sale date, day starts {String(cutoverHour).padStart(2, '0')}:00, {zone}
        </span>
        {first === undefined || leaders.length > 1 ? null : (
          <span className={classes.lead}>
            {next === undefined ? (
              'no other theatre has sold'
            ) : (
              <>
                <span>ahead of</span>
                <span className={classes.names} title={name(next.theaterId)}>
                  {name(next.theaterId)}
                </span>
                <span>
                  by <Amount cents={first.measures.grossCents - next.measures.grossCents} /> · no tie
                </span>
              </>
            )}
          </span>
        )}
      </div>
    </Panel>
  );
}
