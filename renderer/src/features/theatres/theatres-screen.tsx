import { Button, Drawer, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { ArrowUpDown, Search } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useAsOf } from '../../store/as-of.ts';
import { useCalendar, useShownDay, zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { oldAfterMs } from '../../store/frame-state.ts';
import { runCommand } from '../../store/run-command.ts';
import { useScreenActions } from '../../store/screen-actions.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { useTheatreChanges } from '../../store/use-theatre-changes.ts';
import { useAmounts } from '../../ui/amount.tsx';
import { AsOf } from '../../ui/as-of.tsx';
import { Panel } from '../../ui/card.tsx';
import { DayTotal } from '../../ui/day-total.tsx';
import { Icon } from '../../ui/icon.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { EmptyState, ErrorLine, SkeletonRows, WidgetError } from '../../ui/states.tsx';
import { dayWords } from '../../ui/time-words.ts';
import { LeaderBanner } from './leader-banner.tsx';
import { TheatreDrawer } from './theatre-drawer.tsx';
import { filterRows, type Sort, sortRows, theatreRows, totalOf } from './theatre-rows.ts';
import { changeHead, TheatreTable } from './theatre-table.tsx';
import classes from './theatres.module.css';
import { theatresCsv } from './theatres-csv.ts';
import { useHolding } from './use-holding.ts';
import { useHourShapes } from './use-hour-shapes.ts';
import { useRowOrder } from './use-row-order.ts';

const hoursRefetchMs = 30_000;

/** All theatres of a business day, who leads, and beside them the one that was opened. */
export function TheatresScreen() {
  const shown = useShownDay();
  const { day, isCurrent, compare, before } = shown;
  const catalogue = useConsole((state) => state.catalogue);
  const current = useConsole((state) => state.live?.day ?? state.status?.businessDay ?? null);
  const quarterAt = useConsole((state) =>
    isCurrent && state.live !== null ? Math.floor(state.live.at / 900_000) * 900_000 : null,
  );
  const filter = useConsole((state) => state.filter);
  const setFilter = useConsole((state) => state.setFilter);
  const drawerId = useConsole((state) => state.drawerTheaterId);
  const openDrawer = useConsole((state) => state.openDrawer);
  const docked = useMediaQuery('(min-width: 1200px)', undefined, { getInitialValueInEffect: false });
  const [sort, setSort] = useState<Sort>({ key: 'gross', descending: true });
  const { held, handlers } = useHolding();

  const board = useAnswer('theaterLeaderboard', { day });
  const { changeOf, gapOf, quarter } = useTheatreChanges(shown, quarterAt);
  const calendar = useCalendar();
  const amounts = useAmounts();
  const zone = useConsole(zoneOf);
  const showings = useMemo(() => ({ calendar, day, at: quarterAt ?? calendar.endOf(day) }), [calendar, day, quarterAt]);
  const hours = useAnswer('theaterHours', { day }, { refetchMs: hoursRefetchMs });
  const shapes = useHourShapes(hours.value, day, isCurrent);

  const all = useMemo(
    () =>
      board.value === null || catalogue === null
        ? null
        : theatreRows(catalogue.theaters.values(), board.value, { changeOf, gapOf, showings }),
    [board.value, catalogue, changeOf, gapOf, showings],
  );
  const wanted = useMemo(() => sortRows(filterRows(all ?? [], filter), sort), [all, filter, sort]);
  const { rows, changes, apply } = useRowOrder(wanted, held, `${day} ${filter} ${sort.key} ${sort.descending}`);
  const total = useMemo(() => totalOf(all ?? []), [all]);
  const version = board.watermark?.version ?? null;
  const asOf = useAsOf(day, board.watermark);

  const filterRef = useRef<HTMLInputElement>(null);
  const file = { rows, options: { day, changeHead: changeHead(quarter, zone), decimal: amounts.decimal } };
  const exported = useRef(file);
  exported.current = file;
  const known = all !== null;
  useScreenActions(
    useMemo(
      () => ({
        focusFilter: () => filterRef.current?.select(),
        ...(known ? { exportCsv: () => theatresCsv(exported.current.rows, exported.current.options) } : {}),
      }),
      [known],
    ),
  );

  const selected =
    rows.find(({ theater }) => theater.id === drawerId) ?? all?.find(({ theater }) => theater.id === drawerId) ?? null;
  const close = useCallback((): void => {
    openDrawer(null);
    if (drawerId !== null) document.querySelector<HTMLElement>(`[data-theatre="${drawerId}"]`)?.focus();
  }, [openDrawer, drawerId]);
  const step = (by: number): void => {
    const index = rows.findIndex(({ theater }) => theater.id === drawerId);
    const next = rows[index + by];
    if (index !== -1 && next !== undefined) openDrawer(next.theater.id);
  };
  const drawer =
    selected === null ? null : (
      <TheatreDrawer
        row={selected}
        shown={shown}
        count={all?.length ?? 0}
        asOf={asOf}
        backend={board.backend}
        onStep={step}
        onClose={close}
      />
    );
  const future = current !== null && day > current;
  const nothing = board.value !== null && board.value.length === 0;
  const today = <Button onClick={() => runCommand('day.today')}>Back to today</Button>;

  return (
    <>
      <ScreenHead
        title="Theatres"
        note={
          all === null ? undefined : (
            <>
              {all.length} theatres · <DayTotal day={day} version={version} cents={total.grossCents} /> ·{' '}
              <AsOf at={asOf} zone={zone} by={board.backend} limitMs={isCurrent ? oldAfterMs : null} />
            </>
          )
        }
        actions={
          <>
            {held && changes > 0 ? (
              <Button className={classes.changes ?? ''} leftSection={<Icon of={ArrowUpDown} small />} onClick={apply}>
                {changes} changes, apply
              </Button>
            ) : null}
            <TextInput
              ref={filterRef}
              className={classes.filter ?? ''}
              aria-label="Filter theatres by name or city"
              placeholder="Filter theatres"
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Escape' && filter !== '') {
                  event.stopPropagation();
                  setFilter('');
                }
              }}
              leftSection={<Icon of={Search} small />}
              rightSection={<KeyHint keys="CmdOrCtrl+F" />}
              rightSectionWidth={58}
            />
          </>
        }
      />
      <LeaderBanner
        day={day}
        isCurrent={isCurrent}
        future={future}
        board={board.value}
        asOf={asOf}
        failed={board.error !== null}
      />
      <div className={classes.body}>
        <Panel label="Theatres" className={classes.card ?? ''}>
          {future ? (
            <EmptyState why={`${dayWords(day, 'full')} has not begun.`} action={today} />
          ) : all === null ? (
            board.error === null ? (
              <SkeletonRows rows={20} />
            ) : (
              <WidgetError failure={board.error} onRetry={board.retry} />
            )
          ) : nothing ? (
            <EmptyState
              why={
                isCurrent ? 'No sales yet on this business day.' : `No sales are recorded on ${dayWords(day, 'full')}.`
              }
              action={
                isCurrent ? <Button onClick={() => runCommand('screen.simulator')}>Open the simulator</Button> : today
              }
            />
          ) : rows.length === 0 ? (
            <EmptyState
              why={`No theatre or city has "${filter}" in its name.`}
              action={<Button onClick={() => setFilter('')}>Clear the filter</Button>}
            />
          ) : (
            <TheatreTable
              rows={rows}
              count={all.length}
              total={total}
              day={day}
              version={version}
              shapes={shapes}
              sort={sort}
              onSort={setSort}
              selectedId={drawerId}
              onOpen={openDrawer}
              onClose={close}
              against={compare ? `against ${dayWords(before, 'short')}` : null}
              quarter={quarter}
              holdHandlers={handlers}
            />
          )}
          {all !== null && board.error !== null ? <ErrorLine failure={board.error} onRetry={board.retry} /> : null}
        </Panel>
        {docked ? drawer : null}
      </div>
      {docked ? null : (
        <Drawer
          opened={drawer !== null}
          onClose={close}
          position="right"
          size={400}
          withCloseButton={false}
          padding={0}
          overlayProps={{ backgroundOpacity: 0.4 }}
          transitionProps={{ duration: 140 }}
          title={null}
          aria-label={selected?.theater.name ?? 'Theatre'}
          classNames={{ body: classes.overlayBody ?? '', content: classes.overlay ?? '' }}
        >
          {drawer}
        </Drawer>
      )}
    </>
  );
}
