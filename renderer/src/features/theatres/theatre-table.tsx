import { UnstyledButton } from '@mantine/core';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, memo, type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { changeWords } from '../../../../backend/domain/change.ts';
import type { Measures } from '../../../../backend/domain/measures.ts';
import { averageTicketPrice, formatPercent } from '../../../../backend/domain/money.ts';
import type { Occupancy } from '../../../../backend/domain/occupancy.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { useSize } from '../../charts/use-size.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { Amount, useAmounts } from '../../ui/amount.tsx';
import { DayTotal } from '../../ui/day-total.tsx';
import { Delta } from '../../ui/delta.tsx';
import { figureLength } from '../../ui/figure-length.ts';
import { Icon } from '../../ui/icon.tsx';
import tables from '../../ui/table.module.css';
import { countWords, minuteWords } from '../../ui/time-words.ts';
import { type Column, fitColumns } from './columns.ts';
import type { Sort, SortKey, TheatreRow } from './theatre-rows.ts';
import { totalOf } from './theatre-rows.ts';
import classes from './theatres.module.css';
import type { HoldHandlers } from './use-holding.ts';
import type { HourShapes } from './use-hour-shapes.ts';

const rowHeight = 28;
const headHeight = 29;
const footHeight = 33;
const sparkPadding = 18;

const heads: Readonly<
  Record<
    Column,
    { readonly word: string; readonly sort: SortKey | null; readonly figure: boolean; readonly title?: string }
  >
> = {
  rank: { word: '#', sort: 'rank', figure: true, title: 'Rank by gross; equal gross shares the rank' },
  theatre: { word: 'Theatre', sort: 'theatre', figure: false },
  city: { word: 'City', sort: 'city', figure: false },
  gross: { word: 'Gross', sort: 'gross', figure: true, title: 'Sales minus refunds, by sale date' },
  gap: { word: 'Gap', sort: 'gap', figure: true },
  change: { word: 'Change', sort: 'change', figure: true },
  admits: { word: 'Admits', sort: 'admits', figure: true, title: 'Tickets sold minus tickets refunded' },
  price: { word: 'ATP', sort: 'price', figure: true, title: 'Average ticket price: gross / admits' },
  occupancy: {
    word: 'Occ.',
    sort: 'occupancy',
    figure: true,
    title:
      'Admits of the seats of the showings begun so far, taken to be spread evenly from 10:00 to 22:45; n/a where the seats are not told',
  },
  refunds: { word: 'Refunds', sort: 'refunds', figure: true },
  share: { word: 'Share', sort: 'share', figure: true, title: 'Share of the gross of all theatres' },
  hours: { word: '24 h', sort: null, figure: false, title: 'Gross by the hour of the business day' },
};

interface TheatreTableProps {
  readonly rows: readonly TheatreRow[];
  /** Theatres in all. */
  readonly count: number;
  /** Of all theatres. */
  readonly total: Measures;
  readonly shapes: HourShapes | null;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  /** Day and version that the total is of. */
  readonly day: string;
  readonly version: number | null;
  readonly selectedId: number | null;
  readonly onOpen: (theaterId: number) => void;
  readonly onClose: () => void;
  /** What changes are against; null compares with nothing. */
  readonly against: string | null;
  /** Up to when both days count, epoch ms; null: whole days. */
  readonly quarter: number | null;
  readonly holdHandlers: HoldHandlers;
}

/** The theatres of the day. Up and down go from row to row, Enter opens, Escape closes. */
export function TheatreTable(props: TheatreTableProps) {
  const {
    rows,
    count,
    total,
    day,
    version,
    shapes,
    sort,
    onSort,
    selectedId,
    onOpen,
    onClose,
    against,
    quarter,
    holdHandlers,
  } = props;
  const [sizeRef, size] = useSize();
  const [first, setFirst] = useState(0);
  const [focusId, setFocusId] = useState<number | null>(null);
  const bodyRef = useRef<HTMLTableSectionElement>(null);
  const amounts = useAmounts();
  const zone = useConsole(zoneOf);

  const longest = useMemo(
    () => ({
      gross: Math.max(...rows.map(({ measures }) => figureLength(amounts.exact(measures.grossCents)))),
      refunds: Math.max(...rows.map(({ measures }) => figureLength(amounts.exact(-measures.refundCents)))),
      admits: Math.max(...rows.map(({ measures }) => countWords(measures.admits).length)),
      price: Math.max(...rows.map(({ price }) => (price === null ? 0 : figureLength(amounts.exact(price))))),
      occupancy: Math.max(...rows.map(({ occupancy }) => occupancyWords(occupancy).length)),
      gap: Math.max(...rows.map(({ gap }) => (gap === null ? 1 : figureLength(amounts.gap(gap))))),
      change: Math.max(...rows.map(({ change }) => (change.kind === 'too-few' ? 7 : changeWords(change).length))),
      changeHead: changeHead(quarter, zone).length,
    }),
    [rows, amounts, quarter, zone],
  );
  const { shown, widthOf } = useMemo(() => fitColumns(size.width, longest), [size.width, longest]);

  // Cut between rows, never through one.
  const fitting = Math.max(1, Math.floor((size.height - headHeight - footHeight) / rowHeight));
  const height = headHeight + Math.min(fitting, rows.length) * rowHeight;
  const last = Math.min(first + fitting, rows.length);
  const tabId = rows.some(({ theater }) => theater.id === focusId)
    ? focusId
    : (selectedId ?? rows[0]?.theater.id ?? null);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === 'Escape' && selectedId !== null) {
      event.stopPropagation();
      onClose();
      return;
    }
    const index = rows.findIndex(({ theater }) => theater.id === tabId);
    const next = rows[nextIndex(event.key, index, rows.length, fitting) ?? -1];
    if (next === undefined || !(event.target instanceof HTMLTableRowElement)) return;
    event.preventDefault();
    bodyRef.current?.querySelector<HTMLElement>(`[data-theatre="${next.theater.id}"]`)?.focus();
    if (selectedId !== null) onOpen(next.theater.id);
  };
  const onFocusRow = useCallback((id: number) => setFocusId(id), []);
  const shownTotal = rows.length === count ? total : totalOf(rows);

  return (
    <div className={classes.tableArea} ref={sizeRef}>
      <div
        className={classes.scroll}
        style={{ height }}
        onScroll={(event) => setFirst(Math.round(event.currentTarget.scrollTop / rowHeight))}
        {...holdHandlers}
      >
        <table
          className={`${tables.table} ${classes.table}`}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows can be focused and selected, which is a grid.
          role="grid"
          aria-label="Theatres"
          aria-rowcount={rows.length + 1}
          onKeyDown={onKeyDown}
        >
          <colgroup>
            {shown.map((column) => (
              <col key={column} style={{ width: widthOf(column) }} />
            ))}
          </colgroup>
          <thead>
            <tr>
              {shown.map((column) => (
                <Head
                  key={column}
                  column={column}
                  sort={sort}
                  onSort={onSort}
                  word={column === 'change' ? changeHead(quarter, zone) : heads[column].word}
                  title={
                    column === 'change' || column === 'gap' ? changeTitle(against, quarter, zone) : heads[column].title
                  }
                />
              ))}
            </tr>
          </thead>
          <tbody ref={bodyRef}>
            {rows.map((row) => (
              <Row
                key={row.theater.id}
                row={row}
                columns={shown}
                shape={shapes?.get(row.theater.id)}
                sparkWidth={widthOf('hours') - sparkPadding}
                sorted={sort.key}
                selected={row.theater.id === selectedId}
                tabbable={row.theater.id === tabId}
                hidden={amounts.hidden}
                onOpen={onOpen}
                onFocusRow={onFocusRow}
              />
            ))}
          </tbody>
        </table>
      </div>
      <footer className={classes.foot}>
        <span>
          {last - first < rows.length ? `Rows ${first + 1}\u2013${last} of ${rows.length}` : `${rows.length} rows`}
          {rows.length === count ? '' : `, filtered from ${count}`}
        </span>
        <span>
          {rows.length === count ? 'Total ' : 'Total of these '}
          {rows.length === count ? (
            <DayTotal day={day} version={version} cents={shownTotal.grossCents} />
          ) : (
            <Amount cents={shownTotal.grossCents} />
          )}{' '}
          · {countWords(shownTotal.admits)} admits · ATP <Amount cents={averageTicketPrice(shownTotal)} />
        </span>
      </footer>
    </div>
  );
}

/** Says up to when changes count: they are renewed each quarter hour, the gross beside them with each sale. */
export function changeHead(quarter: number | null, zone: string): string {
  return quarter === null ? 'Change' : `Change to ${minuteWords(quarter, zone)}`;
}

function changeTitle(against: string | null, quarter: number | null, zone: string): string {
  if (against === null) return 'Not compared: switch on Compare above';
  return quarter === null ? `Whole day ${against}` : `Both days until ${minuteWords(quarter, zone)}, ${against}`;
}

function nextIndex(key: string, index: number, count: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, count - 1);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'PageDown':
      return Math.min(index + page, count - 1);
    case 'PageUp':
      return Math.max(index - page, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

interface HeadProps {
  readonly word: string;
  readonly column: Column;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly title: string | undefined;
}

function Head({ column, word, sort, onSort, title }: HeadProps) {
  const { sort: key, figure } = heads[column];
  const sorted = key !== null && key === sort.key;
  const className = `${figure ? tables.figure : ''} ${sorted ? tables.sorted : ''}`;
  if (key === null) {
    return (
      <th scope="col" className={className} title={title}>
        {word}
      </th>
    );
  }
  // Names and ranks read from the start, figures from the largest.
  const descendingFirst = figure && key !== 'rank';
  const choose = (): void => onSort({ key, descending: sorted ? !sort.descending : descendingFirst });
  return (
    <th
      scope="col"
      className={className}
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      title={title}
    >
      <UnstyledButton className={classes.sortButton} onClick={choose}>
        {word}
        {sorted ? <Icon of={sort.descending ? ArrowDown : ArrowUp} size={12} /> : null}
      </UnstyledButton>
    </th>
  );
}

interface RowProps {
  readonly row: TheatreRow;
  readonly columns: readonly Column[];
  readonly shape: readonly number[] | undefined;
  readonly sparkWidth: number;
  readonly sorted: SortKey;
  readonly selected: boolean;
  readonly tabbable: boolean;
  readonly hidden: boolean;
  readonly onOpen: (theaterId: number) => void;
  readonly onFocusRow: (theaterId: number) => void;
}

const Row = memo(
  function Row({ row, columns, shape, sparkWidth, sorted, selected, tabbable, hidden, onOpen, onFocusRow }: RowProps) {
    const { id } = row.theater;
    return (
      <tr
        data-theatre={id}
        data-selected={selected || undefined}
        data-clickable
        aria-selected={selected}
        tabIndex={tabbable ? 0 : -1}
        onClick={() => onOpen(id)}
        onFocus={() => onFocusRow(id)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          // Space would pause the live picture.
          event.preventDefault();
          event.stopPropagation();
          onOpen(id);
        }}
      >
        {columns.map((column) => (
          <td key={column} className={cellClass(column, sorted)}>
            {cell(column, row, hidden ? undefined : shape, sparkWidth)}
          </td>
        ))}
      </tr>
    );
  },
  (before, after) =>
    sameRow(before.row, after.row) &&
    (Object.keys(after) as (keyof RowProps)[]).every((key) => key === 'row' || before[key] === after[key]),
);

/** Rows are made anew with each answer; most of them say the same as before. */
function sameRow(a: TheatreRow, b: TheatreRow): boolean {
  return (
    a.theater === b.theater &&
    a.rank === b.rank &&
    changeWords(a.change) === changeWords(b.change) &&
    a.gap === b.gap &&
    occupancyWords(a.occupancy) === occupancyWords(b.occupancy) &&
    a.share === b.share &&
    a.measures.grossCents === b.measures.grossCents &&
    a.measures.refundCents === b.measures.refundCents &&
    a.measures.admits === b.measures.admits
  );
}

function cellClass(column: Column, sorted: SortKey): string {
  const figure = heads[column].figure ? tables.figure : '';
  if (column === 'theatre') return `${figure} ${tables.name}`;
  return `${figure} ${heads[column].sort === sorted || column === 'gross' ? tables.strong : ''} ${column === 'rank' ? classes.rank : ''}`;
}

function cell(column: Column, row: TheatreRow, shape: readonly number[] | undefined, sparkWidth: number): ReactNode {
  const { theater, measures } = row;
  switch (column) {
    case 'rank':
      return row.rank ?? '\u2014';
    case 'theatre':
      return <span title={theater.name}>{theater.name}</span>;
    case 'city':
      return theater.city;
    case 'gross':
      return <Amount cents={measures.grossCents} />;
    case 'change':
      return <Delta change={row.change} brief />;
    case 'gap':
      return <Gap cents={row.gap} />;
    case 'admits':
      return countWords(measures.admits);
    case 'price':
      return row.price === null ? 'n/a' : <Amount cents={row.price} />;
    case 'occupancy':
      return <OccupancyFigure occupancy={row.occupancy} />;
    case 'refunds':
      return <Amount cents={-measures.refundCents} />;
    case 'share':
      return formatPercent(row.share);
    case 'hours':
      return shape === undefined ? null : <Sparkline values={shape} width={sparkWidth} height={18} />;
    default:
      return column satisfies never;
  }
}

const wholePercent = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 0 });

/** Gained or lost, short, with the exact amount on hover. */
function Gap({ cents }: { readonly cents: bigint | null }) {
  const amounts = useAmounts();
  return cents === null ? '\u2014' : <span title={amounts.exact(cents)}>{amounts.gap(cents)}</span>;
}

/** Occupancy in whole percent; below one percent it says so, as 0% would be no one; more than all seats is an error. */
function occupancyWords(occupancy: Occupancy): string {
  switch (occupancy.kind) {
    case 'known':
      return occupancy.ratio > 0 && occupancy.ratio < 0.01 ? '<1%' : wholePercent.format(occupancy.ratio);
    case 'over':
      return 'over 100%';
    case 'unknown':
      return 'n/a';
    case 'not-begun':
      return '\u2014';
    default:
      return occupancy satisfies never;
  }
}

/** The words of an occupancy, and on hover what they mean. */
export function OccupancyFigure({ occupancy }: { readonly occupancy: Occupancy }) {
  const words = occupancyWords(occupancy);
  switch (occupancy.kind) {
    case 'known':
      return words;
    case 'over':
      return (
        <span
          className={classes.over}
          title={`Error: ${wholePercent.format(occupancy.ratio)}. More admits than seats of the showings begun so far: look at the seats and showings of the theatre`}
        >
          {words}
        </span>
      );
    case 'unknown':
      return <span title="The house has not told its seats">{words}</span>;
    case 'not-begun':
      return <span title="No showing of the day has begun">{words}</span>;
    default:
      return occupancy satisfies never;
  }
}
