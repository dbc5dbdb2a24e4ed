import { ActionIcon } from '@mantine/core';
import { ChevronDown, ChevronUp, Undo2, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatPercent, share } from '../../../../backend/domain/money.ts';
import type { TheaterMovie } from '../../../../backend/domain/question.ts';
import { ShareBar } from '../../charts/share-bar.tsx';
import { useAsOf } from '../../store/as-of.ts';
import { type ShownDay, useCalendar, zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { oldAfterMs } from '../../store/frame-state.ts';
import { type Asked, useAnswer, useRecentSales } from '../../store/use-answer.ts';
import { Amount, useAmounts } from '../../ui/amount.tsx';
import { AsOf } from '../../ui/as-of.tsx';
import { figureLength } from '../../ui/figure-length.ts';
import { useFrameSlots } from '../../ui/frame-slots.tsx';
import { Icon } from '../../ui/icon.tsx';
import { ErrorLine, SkeletonRows, WidgetError } from '../../ui/states.tsx';
import tables from '../../ui/table.module.css';
import { clockWords, countWords, dayWords } from '../../ui/time-words.ts';
import { WidgetBoundary } from '../../ui/widget-boundary.tsx';
import { GrossByHour } from './gross-by-hour.tsx';
import { type TheatreRow, totalOf } from './theatre-rows.ts';
import { OccupancyFigure } from './theatre-table.tsx';
import classes from './theatres.module.css';

const shownMovies = 6;
const shownSales = 5;

interface TheatreDrawerProps {
  readonly row: TheatreRow;
  readonly shown: ShownDay;
  /** Theatres in all. */
  readonly count: number;
  /** As of when the figures of the row hold, epoch ms; null while unknown. */
  readonly asOf: number | null;
  readonly backend: string | null;
  /** To the row above (-1) or below (1). */
  readonly onStep: (by: number) => void;
  readonly onClose: () => void;
}

/** One theatre of the day: its figures, movies, hours of the week and last sales. */
export function TheatreDrawer({ row, shown, count, asOf, backend, onStep, onClose }: TheatreDrawerProps) {
  const { theater, measures, rank, price, occupancy } = row;
  const { chip } = useFrameSlots();
  const zone = useConsole(zoneOf);
  return (
    <aside
      className={classes.drawer}
      aria-label={`${theater.name} on ${dayWords(shown.day, 'short')}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className={classes.drawerHead}>
        <div>
          <h2 title={theater.name}>{theater.name}</h2>
          <p>
            <span className={classes.clip} title={theater.city}>
              {theater.city}
            </span>
            <span>
              · {theater.screens} screens · {rank === null ? 'nothing sold' : `rank ${rank} of ${count}`}
            </span>
          </p>
        </div>
        <div className={classes.drawerActions}>
          <ActionIcon variant="subtle" size={28} aria-label="Theatre above" onClick={() => onStep(-1)}>
            <Icon of={ChevronUp} />
          </ActionIcon>
          <ActionIcon variant="subtle" size={28} aria-label="Theatre below" onClick={() => onStep(1)}>
            <Icon of={ChevronDown} />
          </ActionIcon>
          <ActionIcon variant="subtle" size={28} aria-label="Close" onClick={onClose}>
            <Icon of={X} />
          </ActionIcon>
        </div>
      </header>
      <div className={classes.drawerState}>
        {chip}
        <AsOf at={asOf} zone={zone} by={backend} limitMs={shown.isCurrent ? oldAfterMs : null} />
      </div>
      <dl className={classes.figures}>
        <Figure name="Gross">
          <Amount cents={measures.grossCents} />
        </Figure>
        <Figure name="Admits">{countWords(measures.admits)}</Figure>
        <Figure name="ATP">{price === null ? 'n/a' : <Amount cents={price} />}</Figure>
        <Figure name="Occupancy">
          <OccupancyFigure occupancy={occupancy} />
        </Figure>
      </dl>
      <WidgetBoundary>
        <Movies theaterId={theater.id} day={shown.day} />
      </WidgetBoundary>
      <WidgetBoundary>
        <GrossByHour theaterId={theater.id} day={shown.day} />
      </WidgetBoundary>
      <WidgetBoundary>
        <LastSales theaterId={theater.id} shown={shown} />
      </WidgetBoundary>
    </aside>
  );
}

function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Head of a part, and its content once known: loading, failure with Retry, or why there is nothing. */
function Part<T>({
  title,
  note,
  asked,
  rows,
  empty,
  children,
}: {
  readonly title: string;
  readonly note: ReactNode;
  readonly asked: Asked<readonly T[]>;
  /** Rows it usually has, for its size while loading. */
  readonly rows: number;
  readonly empty: string;
  readonly children: (value: readonly T[]) => ReactNode;
}) {
  const { value, error, retry } = asked;
  return (
    <section className={classes.part} aria-label={title}>
      <div className={classes.partHead}>
        <h3>{title}</h3>
        <span>{note}</span>
      </div>
      {value === null ? (
        error === null ? (
          <SkeletonRows rows={rows} rowHeight={24} />
        ) : (
          <WidgetError failure={error} onRetry={retry} />
        )
      ) : value.length === 0 ? (
        <p className={classes.partNone}>{empty}</p>
      ) : (
        children(value)
      )}
      {value !== null && error !== null ? <ErrorLine failure={error} onRetry={retry} /> : null}
    </section>
  );
}

/** Advance of a tabular figure at 12 px and weight 560. */
const figurePx = 7.7;

/** Width of a column of amounts, px: as its longest figure at 12 px with its padding, as money is never cut. */
function useAmountWidth(): (cents: readonly (bigint | number)[]) => number {
  const { exact } = useAmounts();
  return (cents) => Math.max(80, ...cents.map((each) => Math.ceil(figureLength(exact(each)) * figurePx) + 24));
}

function Movies({ theaterId, day }: { readonly theaterId: number; readonly day: string }) {
  const amountWidth = useAmountWidth();
  const movies = useAnswer('theaterMovies', { theaterId, day });
  const asOf = useAsOf(day, movies.watermark);
  const zone = useConsole(zoneOf);
  const titles = useConsole((state) => state.catalogue?.movies);
  return (
    <Part
      title="Movies"
      note={
        movies.value === null ? (
          ''
        ) : (
          <>
            {movies.value.length} {movies.value.length === 1 ? 'film' : 'films'} · <AsOf at={asOf} zone={zone} />
          </>
        )
      }
      asked={movies}
      rows={shownMovies + 2}
      empty="No movie has sold here on this day."
    >
      {(value) => {
        const total = totalOf(value).grossCents;
        const top = value.slice(0, shownMovies);
        const rest = value.slice(shownMovies);
        const restSum = totalOf(rest);
        const longest = share(top[0]?.measures.grossCents ?? 0n, total);
        return (
          <table className={`${tables.table} ${tables.compact} ${classes.movies}`}>
            <thead>
              <tr>
                <th scope="col">Movie</th>
                <th scope="col" className={`${tables.figure} ${classes.movieAdmits}`}>
                  Admits
                </th>
                <th scope="col" className={`${tables.figure} ${classes.movieShare}`}>
                  Share
                </th>
                <th
                  scope="col"
                  className={tables.figure}
                  style={{
                    width: amountWidth([restSum.grossCents, ...value.map(({ measures }) => measures.grossCents)]),
                  }}
                >
                  Gross
                </th>
              </tr>
            </thead>
            <tbody>
              {top.map((movie) => (
                <MovieRow
                  key={movie.movieId}
                  movie={movie}
                  title={titles?.get(movie.movieId)?.title}
                  total={total}
                  longest={longest}
                />
              ))}
              {rest.length === 0 ? null : (
                <tr className={classes.rest}>
                  <td>{rest.length} more</td>
                  <td className={tables.figure}>{countWords(restSum.admits)}</td>
                  <td className={tables.figure}>{formatPercent(share(restSum.grossCents, total))}</td>
                  <td className={tables.figure}>
                    <Amount cents={restSum.grossCents} />
                  </td>
                </tr>
              )}
            </tbody>
          </table>
        );
      }}
    </Part>
  );
}

function MovieRow({
  movie,
  title,
  total,
  longest,
}: {
  readonly movie: TheaterMovie;
  readonly title: string | undefined;
  readonly total: bigint;
  readonly longest: number | null;
}) {
  const part = share(movie.measures.grossCents, total);
  return (
    <tr>
      <td className={tables.name} title={title}>
        {title ?? `Movie ${movie.movieId}`}
      </td>
      <td className={tables.figure}>{countWords(movie.measures.admits)}</td>
      <td className={tables.figure}>
        <ShareBar ratio={part === null || longest === null || longest === 0 ? null : part / longest} />
        <span className={classes.percent}>{formatPercent(part)}</span>
      </td>
      <td className={`${tables.figure} ${classes.plain}`}>
        <Amount cents={movie.measures.grossCents} />
      </td>
    </tr>
  );
}

/** The newest sales; a sale of another day than the one shown says its day. */
function LastSales({ theaterId, shown }: { readonly theaterId: number; readonly shown: ShownDay }) {
  const amountWidth = useAmountWidth();
  const sales = useRecentSales({ theaterId, limit: shownSales });
  const titles = useConsole((state) => state.catalogue?.movies);
  const zone = useConsole(zoneOf);
  const calendar = useCalendar();
  return (
    <Part
      title="Last sales"
      note={shown.isCurrent ? 'newest first' : 'newest of any day'}
      asked={sales}
      rows={shownSales}
      empty="Nothing has been sold here yet."
    >
      {(value) => (
        <table className={`${tables.table} ${tables.compact}`}>
          <colgroup>
            <col className={classes.saleAt} />
            <col />
            <col className={value.some(({ kind }) => kind === -1) ? classes.saleKind : classes.none} />
            <col className={classes.saleTickets} />
            <col style={{ width: amountWidth(value.map(({ amountCents }) => -amountCents)) }} />
          </colgroup>
          <thead className={classes.unseen}>
            <tr>
              <th scope="col">Sold at</th>
              <th scope="col">Movie</th>
              <th scope="col">Kind</th>
              <th scope="col">Tickets</th>
              <th scope="col">Amount</th>
            </tr>
          </thead>
          <tbody>
            {value.map((sale) => {
              const day = calendar.dayOf(sale.soldAt);
              return (
                <tr key={sale.id}>
                  <td className={tables.mono}>
                    {day === shown.day ? (
                      clockWords(sale.soldAt, zone)
                    ) : (
                      <span title={clockWords(sale.soldAt, zone)}>{dayWords(day, 'short')}</span>
                    )}
                  </td>
                  <td className={tables.name} title={titles?.get(sale.movieId)?.title}>
                    {titles?.get(sale.movieId)?.title ?? `Movie ${sale.movieId}`}
                  </td>
                  <td className={classes.kind}>
                    {sale.kind === -1 ? (
                      <span className={classes.refund}>
                        <Icon of={Undo2} size={12} /> Refund
                      </span>
                    ) : null}
                  </td>
                  <td className={tables.figure}>{countWords(sale.kind * sale.tickets)}</td>
                  <td className={`${tables.figure} ${classes.plain}`}>
                    <Amount cents={sale.kind * sale.amountCents} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Part>
  );
}
