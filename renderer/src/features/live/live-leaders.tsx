import { changeWords } from '../../../../backend/domain/change.ts';
import type { LiveLeader } from '../../../../backend/domain/live.ts';
import { formatPercent, share } from '../../../../backend/domain/money.ts';
import type { ShownDay } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { useTheatreChanges } from '../../store/use-theatre-changes.ts';
import { Delta } from '../../ui/delta.tsx';
import { dayWords } from '../../ui/time-words.ts';
import { AllLink, type ChangeOf, figureWidth, LeadersCard, TopTheatreCard } from './leader-cards.tsx';
import classes from './live.module.css';

const shareWidth = 62;
const usualChange = 6;
/** `+999.9%`: what is more is shorter, as a factor. */
const longestPercent = 7;
/** Advance of a letter of a head at 12 px. */
const headPx = 6.6;
/** The arrow before a change, and the padding of its cell. */
const arrowWidth = 36;

interface LiveLeadersProps {
  readonly shown: ShownDay;
  /** Time of the live picture; null before the first one. */
  readonly at: number | null;
  readonly clock: (at: number) => string;
  readonly live: boolean;
  /** Words for why the compared day is not whole; null when it is. */
  readonly history: string | null;
}

/** Top theatre, top five theatres and movies of the live day, by the tick. */
export function LiveLeaders({ shown, at, clock, live, history }: LiveLeadersProps) {
  const { day, before, compare } = shown;
  const theaters = useConsole((state) => state.live?.topTheaters ?? null);
  const movies = useConsole((state) => state.live?.topMovies ?? null);
  const totalCents = useConsole((state) => state.live?.totals.grossCents ?? 0n);
  const version = useConsole((state) => state.live?.dayVersion ?? null);
  const { changeOf, quarter } = useTheatreChanges(shown, at);
  const against =
    compare && history === null
      ? `vs ${dayWords(before, 'short')}${quarter === null ? '' : `, ${clock(quarter)}`}`
      : null;
  return (
    <Leaders
      day={day}
      theaters={theaters}
      movies={movies}
      totalCents={totalCents}
      version={version}
      changeOf={changeOf}
      against={against}
      changeHead={quarter === null ? 'Change' : `Change to ${clock(quarter)}`}
      live={live}
    />
  );
}

interface LeadersProps {
  readonly day: string;
  readonly theaters: readonly LiveLeader[] | null;
  readonly movies: readonly LiveLeader[] | null;
  readonly totalCents: bigint;
  /** Version of the day that the total holds. */
  readonly version: number | null;
  readonly changeOf: ChangeOf;
  readonly against: string | null;
  /** Says up to when changes count. */
  readonly changeHead: string;
  readonly live: boolean;
}

/** The three cards of leaders of a day. */
export function Leaders({
  day,
  theaters,
  movies,
  totalCents,
  version,
  changeOf,
  against,
  changeHead,
  live,
}: LeadersProps) {
  const catalogue = useConsole((state) => state.catalogue);
  const show = useConsole((state) => state.show);
  const openDrawer = useConsole((state) => state.openDrawer);
  const toTheatres = (theaterId: number | null): void => {
    show('theatres');
    openDrawer(theaterId);
  };
  const shareOf = ({ grossCents }: LiveLeader): string => formatPercent(share(grossCents, totalCents));
  const shareColumn = { head: 'Share', width: shareWidth, className: classes.share, cell: shareOf };
  const longestChange = Math.max(usualChange, ...(theaters ?? []).map(({ id }) => changeWords(changeOf(id)).length));
  const changeWidth = Math.max(
    figureWidth(Math.min(longestChange, longestPercent)) + arrowWidth,
    changeHead.length * headPx + 12,
  );
  return (
    <div className={classes.right}>
      <TopTheatreCard
        leaders={theaters}
        dayWords={dayWords(day, 'weekday')}
        changeOf={changeOf}
        against={against}
        live={live}
      />
      <LeadersCard
        title="Top 5 theatres"
        column="Theatre"
        leaders={theaters}
        nameOf={(id) => catalogue?.theaters.get(id)?.name ?? `Theatre ${id}`}
        second={
          against === null
            ? shareColumn
            : {
                head: changeHead,
                width: changeWidth,
                className: classes.change,
                cell: ({ id }) => <Delta change={changeOf(id)} brief />,
              }
        }
        total={{ day, version, cents: totalCents }}
        actions={<AllLink onClick={() => toTheatres(null)}>All {catalogue?.theaters.size ?? ''}</AllLink>}
        onOpen={toTheatres}
      />
      <LeadersCard
        title="Top 5 movies"
        column="Movie"
        leaders={movies}
        nameOf={(id) => catalogue?.movies.get(id)?.title ?? `Movie ${id}`}
        second={shareColumn}
        total={{ day, version, cents: totalCents }}
      />
    </div>
  );
}
