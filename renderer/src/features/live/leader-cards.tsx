import { UnstyledButton } from '@mantine/core';
import { ArrowRight, Trophy } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { Change } from '../../../../backend/domain/change.ts';
import type { LiveLeader } from '../../../../backend/domain/live.ts';
import { averageTicketPrice, formatPercent, share } from '../../../../backend/domain/money.ts';
import { useConsole } from '../../store/console-store.ts';
import { Amount, useAmounts } from '../../ui/amount.tsx';
import { Card, Panel } from '../../ui/card.tsx';
import { DayTotal } from '../../ui/day-total.tsx';
import { Delta } from '../../ui/delta.tsx';
import { figureLength } from '../../ui/figure-length.ts';
import { Icon } from '../../ui/icon.tsx';
import { EmptyState, Skeleton, SkeletonRows } from '../../ui/states.tsx';
import tables from '../../ui/table.module.css';
import { countWords } from '../../ui/time-words.ts';
import classes from './live.module.css';

const shownRows = 5;
const leastFigures = 11;
const grossPadding = 16;
/** Advance of a tabular figure at 13 px. */
const figurePx = 8;

/** Width of a figure of so many characters, px: a column is as wide as its longest, as money is never cut. */
export function figureWidth(characters: number): number {
  return Math.ceil(characters * figurePx);
}

/** Change of a theatre against last week. */
export type ChangeOf = (theaterId: number) => Change;

interface TopTheatreCardProps {
  /** Highest gross first; null while unknown. */
  readonly leaders: readonly LiveLeader[] | null;
  readonly dayWords: string;
  readonly changeOf: ChangeOf;
  /** What the change is against, such as `vs 15 Nov, 19:30`; null compares with nothing. */
  readonly against: string | null;
  /** Whether the bulbs are lit. */
  readonly live: boolean;
}

/** The theatre with the highest gross of the day, by sale date, and how far ahead it is. */
export function TopTheatreCard({ leaders, dayWords, changeOf, against, live }: TopTheatreCardProps) {
  const catalogue = useConsole((state) => state.catalogue);
  const first = leaders?.[0];
  const tied = (leaders ?? []).filter(({ grossCents }) => grossCents === first?.grossCents);
  const next = (leaders ?? [])[tied.length];
  const name = (id: number): string => catalogue?.theaters.get(id)?.name ?? `Theatre ${id}`;
  return (
    <Panel label="Top theatre" className={classes.top ?? ''}>
      <div className={classes.bulbs} data-lit={(live && first !== undefined) || undefined} />
      <div className={classes.topLine}>
        <span>
          <Icon of={Trophy} size={13} /> Top theatre · {dayWords}
        </span>
        <span>by sale date</span>
      </div>
      {leaders === null ? (
        <div className={classes.topLoading} role="status" aria-label="Loading">
          <Skeleton width={180} height={18} />
          <Skeleton width={120} height={12} />
        </div>
      ) : first === undefined ? (
        <div className={classes.topNone}>No sales, so no theatre leads.</div>
      ) : (
        <>
          <div className={classes.topName}>
            <strong title={tied.map(({ id }) => name(id)).join(', ')}>
              {tied.length > 1 ? `${tied.length} theatres tie` : name(first.id)}
            </strong>
            <strong>
              <Amount cents={first.grossCents} />
            </strong>
          </div>
          <div className={classes.topLine}>
            <span className={classes.clip}>
              {tied.length > 1
                ? tied.map(({ id }) => name(id)).join(', ')
                : (catalogue?.theaters.get(first.id)?.city ?? '')}
            </span>
            {against === null || tied.length > 1 ? null : <Delta change={changeOf(first.id)} against={against} />}
          </div>
          <div className={classes.topFoot}>
            <span>
              Admits <b>{countWords(first.admits)}</b>
            </span>
            <span>
              ATP{' '}
              <b>
                <Amount cents={averageTicketPrice(first)} />
              </b>
            </span>
            <span>
              {tied.length > 1 ? (
                <b>Tie</b>
              ) : next === undefined ? (
                'no other sold'
              ) : (
                <>
                  Leads by{' '}
                  <b>
                    <Amount cents={first.grossCents - next.grossCents} />
                  </b>
                </>
              )}
            </span>
          </div>
        </>
      )}
    </Panel>
  );
}

/** A width that grows with the figures in wall mode. */
function scaled(width: number): string {
  return `calc(${width}px * var(--wall-scale, 1))`;
}

interface LeadersCardProps {
  readonly title: string;
  readonly column: string;
  readonly leaders: readonly LiveLeader[] | null;
  readonly nameOf: (id: number) => string;
  /** The second column; its width in px, as figures are never cut. */
  readonly second: {
    readonly head: string;
    readonly width: number;
    readonly className?: string | undefined;
    readonly cell: (leader: LiveLeader) => ReactNode;
  };
  /** The day's gross, and the version that it is of. */
  readonly total: { readonly day: string; readonly version: number | null; readonly cents: bigint };
  readonly actions?: ReactNode;
  readonly error?: ReactNode;
  readonly onOpen?: (id: number) => void;
}

/** The first five by gross, their sum, and its share of the day's gross. */
export function LeadersCard({
  title,
  column,
  leaders,
  nameOf,
  second,
  total,
  actions,
  error,
  onOpen,
}: LeadersCardProps) {
  const rows = (leaders ?? []).slice(0, shownRows);
  const amounts = useAmounts();
  const longest = Math.max(0, ...rows.map(({ grossCents }) => figureLength(amounts.exact(grossCents))));
  const grossWidth = figureWidth(Math.max(longest, leastFigures)) + grossPadding;
  const sum = rows.reduce((cents, { grossCents }) => cents + grossCents, 0n);
  return (
    <Card
      title={title}
      actions={actions}
      className={classes.leaders ?? ''}
      foot={
        rows.length === 0 ? (
          // Empty, but there: the card keeps its size.
          <span />
        ) : (
          <>
            <Amount cents={sum} />
            <span>
              {formatPercent(share(sum, total.cents))} of <DayTotal {...total} />
            </span>
          </>
        )
      }
    >
      {leaders === null ? (
        <SkeletonRows rows={shownRows + 1} />
      ) : rows.length === 0 ? (
        <div className={classes.leadersNone}>
          <EmptyState why="No sales on this day." />
        </div>
      ) : (
        <table className={tables.table}>
          <thead>
            <tr>
              <th scope="col" className={classes.rank}>
                #
              </th>
              <th scope="col">{column}</th>
              <th
                scope="col"
                className={`${tables.figure} ${second.className ?? ''}`}
                style={{ width: scaled(second.width) }}
              >
                {second.head}
              </th>
              <th scope="col" className={tables.figure} style={{ width: scaled(grossWidth) }}>
                Gross
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((leader, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the place is the identity of a row of a ranking.
              <tr key={place}>
                <td>{rankOf(rows, place)}</td>
                <td className={tables.name}>
                  {onOpen === undefined ? (
                    <span title={nameOf(leader.id)}>{nameOf(leader.id)}</span>
                  ) : (
                    <UnstyledButton
                      className={classes.nameButton}
                      title={nameOf(leader.id)}
                      onClick={() => onOpen(leader.id)}
                    >
                      {nameOf(leader.id)}
                    </UnstyledButton>
                  )}
                </td>
                <td className={`${tables.figure} ${second.className ?? ''}`}>{second.cell(leader)}</td>
                <td className={`${tables.figure} ${classes.plain}`}>
                  <Amount cents={leader.grossCents} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {error}
    </Card>
  );
}

/** Equal gross shares the rank. */
function rankOf(rows: readonly LiveLeader[], place: number): number {
  return rows.findIndex(({ grossCents }) => grossCents === rows[place]?.grossCents) + 1;
}

/** The way to the whole list. */
export const AllLink = memo(function AllLink({
  children,
  onClick,
}: {
  readonly children: ReactNode;
  readonly onClick: () => void;
}) {
  return (
    <UnstyledButton className={classes.allLink} onClick={onClick}>
      {children} <Icon of={ArrowRight} size={13} />
    </UnstyledButton>
  );
});
