import { Button, UnstyledButton } from '@mantine/core';
import { ArrowUpDown, Check, Eye, Send } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { DeadLetterRow } from '../../../../backend/domain/dead-letters.ts';
import type { DeadLetterReason } from '../../../../backend/domain/ticket-sale.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { EmptyState, ErrorLine, SkeletonRows, WidgetError } from '../../ui/states.tsx';
import { countWords, rateWords } from '../../ui/time-words.ts';
import { DeadLetterDetail } from './dead-letter-detail.tsx';
import { DeadLetterTable } from './dead-letter-table.tsx';
import classes from './pipeline.module.css';
import { RedriveBar } from './redrive-bar.tsx';
import { type DeadLetterFilter, type DeadLetterList, useDeadLetters } from './use-dead-letters.ts';
import { canSend, type RedriveChoice, useRedrive } from './use-redrive.ts';

/** Events that could not be counted: why, their bytes, and sending them again. */
export function DeadLettersCard() {
  const [filter, setFilter] = useState<DeadLetterFilter>({ resent: false, reason: null });
  const [selected, setSelected] = useState<DeadLetterRow | null>(null);
  const [pointed, setPointed] = useState(false);
  const list = useDeadLetters(filter, pointed || selected !== null);
  const { refresh } = list;
  const redrive = useRedrive(refresh);
  const rate = useConsole((state) => state.status?.flows.deadLetters.perSecond ?? null);
  const { clear } = redrive;
  const choose = useCallback(
    (row: DeadLetterRow | null): void => {
      setSelected(row);
      clear();
    },
    [clear],
  );
  const change = (next: DeadLetterFilter): void => {
    setFilter(next);
    choose(null);
  };
  const all = useMemo<RedriveChoice>(
    () => ({ selection: 'all', ...(filter.reason === null ? {} : { reason: filter.reason }) }),
    [filter.reason],
  );
  const count = list.counts === null ? 0 : countOf(list.counts, filter.reason);
  const { state } = redrive;
  const forAll = state.kind === 'done' && state.choice.selection === 'all' && canSend(state.report);
  return (
    <Card
      title="Dead letters"
      note={
        <>
          {list.counts === null ? null : (
            <span className={classes.count}>{countWords(list.counts.waiting)} waiting</span>
          )}
          {rate === null ? null : ` ${rateWords(rate)}/s`}
        </>
      }
      className={`${classes.letters} ${selected === null ? '' : classes.lettersOpen}`}
      actions={
        <>
          <Button
            size="sm"
            leftSection={<Icon of={Eye} small />}
            disabled={count === 0 || filter.resent || state.kind === 'running'}
            onClick={() => {
              choose(null);
              redrive.dryRun(all);
            }}
          >
            Dry run all{count === 0 || filter.resent ? '' : ` ${countWords(count)}`}
          </Button>
          <Button
            size="sm"
            leftSection={<Icon of={Send} small />}
            disabled={!forAll}
            title={forAll ? undefined : 'After a dry run that finds some that would be accepted'}
            onClick={redrive.ask}
          >
            Send all again
          </Button>
        </>
      }
    >
      <Filters
        filter={filter}
        list={list}
        onChange={change}
        onShowNew={() => {
          choose(null);
          refresh();
        }}
      />
      <Body list={list} filter={filter} selected={selected} onSelect={choose} onPointed={setPointed} />
      {selected === null ? null : <DeadLetterDetail row={selected} onClose={() => choose(null)} />}
      <RedriveBar redrive={redrive} selected={selected} />
    </Card>
  );
}

function countOf(counts: NonNullable<DeadLetterList['counts']>, reason: DeadLetterReason | null): number {
  if (reason === null) return counts.waiting;
  return counts.byReason.find((each) => each.reason === reason)?.count ?? 0;
}

interface FiltersProps {
  readonly filter: DeadLetterFilter;
  readonly list: DeadLetterList;
  readonly onChange: (filter: DeadLetterFilter) => void;
  readonly onShowNew: () => void;
}

function Filters({ filter, list, onChange, onShowNew }: FiltersProps) {
  const { counts } = list;
  if (counts === null || (counts.waiting === 0 && counts.resent === 0)) return null;
  const chips = [
    ...counts.byReason.map(({ reason, count }) => ({ name: reason, count, filter: { resent: false, reason } })),
    ...(counts.resent === 0
      ? []
      : [{ name: 'sent again', count: counts.resent, filter: { resent: true, reason: null } }]),
  ];
  return (
    <ul className={classes.reasons} aria-label="Reasons">
      {chips.map(({ name, count, filter: chip }) => {
        const chosen = filter.resent ? chip.resent : chip.reason !== null && chip.reason === filter.reason;
        return (
          <li key={name}>
            <UnstyledButton
              className={classes.reason}
              aria-pressed={chosen}
              onClick={() => onChange(chosen ? { resent: false, reason: null } : chip)}
            >
              {chosen ? <Icon of={Check} size={12} /> : null}
              {name} <span>{countWords(count)}</span>
            </UnstyledButton>
          </li>
        );
      })}
      {list.waitingToShow === 0 ? null : (
        <li className={classes.held}>
          <Button
            size="xs"
            className={classes.changes ?? ''}
            leftSection={<Icon of={ArrowUpDown} size={12} />}
            onClick={onShowNew}
          >
            {countWords(list.waitingToShow)} new, show
          </Button>
        </li>
      )}
    </ul>
  );
}

interface BodyProps {
  readonly list: DeadLetterList;
  readonly filter: DeadLetterFilter;
  readonly selected: DeadLetterRow | null;
  readonly onSelect: (row: DeadLetterRow | null) => void;
  readonly onPointed: (pointed: boolean) => void;
}

function Body({ list, filter, selected, onSelect, onPointed }: BodyProps) {
  const { rows, counts, error, refresh } = list;
  if (rows === null) {
    return error === null ? <SkeletonRows rows={6} /> : <WidgetError failure={error} onRetry={refresh} />;
  }
  if (rows.length === 0) {
    const why = filter.resent
      ? 'None was sent again.'
      : counts !== null && counts.resent > 0
        ? 'No dead letter waits: all were sent again.'
        : 'No dead letters: every event that arrived could be read and counted.';
    return (
      <>
        <EmptyState why={why} />
        {error === null ? null : <ErrorLine failure={error} onRetry={refresh} />}
      </>
    );
  }
  return (
    <>
      <DeadLetterTable
        rows={rows}
        selectedId={selected?.id ?? null}
        onSelect={onSelect}
        onPointed={onPointed}
        {...(list.hasOlder ? { older: { loading: list.loadingOlder, load: list.loadOlder } } : {})}
      />
      {error === null ? null : <ErrorLine failure={error} onRetry={refresh} />}
    </>
  );
}
