import { Button, UnstyledButton } from '@mantine/core';
import { ArrowUpDown, Check, Eye, Send } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { DeadLetterRow } from '../../../../backend/domain/dead-letters.ts';
import type { DeadLetterReason } from '../../../../backend/domain/ticket-sale.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Segmented } from '../../ui/segmented.tsx';
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
          {list.counts === null ? null : <span className={classes.count}>{countWords(list.counts.waiting)}</span>}
          {rate === null ? null : ` ${rateWords(rate)}/s`}
        </>
      }
      className={classes.letters ?? ''}
      actions={
        <>
          {list.waitingToShow === 0 ? null : (
            <Button
              size="sm"
              className={classes.changes ?? ''}
              leftSection={<Icon of={ArrowUpDown} small />}
              onClick={() => {
                choose(null);
                refresh();
              }}
            >
              {countWords(list.waitingToShow)} new, show
            </Button>
          )}
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
      <Filters filter={filter} list={list} onChange={change} />
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
}

function Filters({ filter, list, onChange }: FiltersProps) {
  const { counts } = list;
  if (counts === null || (counts.waiting === 0 && counts.resent === 0)) return null;
  return (
    <div className={classes.filters}>
      <Segmented
        label="Which dead letters"
        value={filter.resent ? 'resent' : 'waiting'}
        options={[
          { value: 'waiting', label: `Waiting ${countWords(counts.waiting)}` },
          { value: 'resent', label: `Sent again ${countWords(counts.resent)}` },
        ]}
        onChange={(value) => onChange({ resent: value === 'resent', reason: null })}
      />
      {filter.resent ? null : (
        <ul className={classes.reasons} aria-label="Reasons">
          {counts.byReason.map(({ reason, count }) => (
            <li key={reason}>
              <UnstyledButton
                className={classes.reason}
                aria-pressed={filter.reason === reason}
                onClick={() => onChange({ resent: false, reason: filter.reason === reason ? null : reason })}
              >
                {filter.reason === reason ? <Icon of={Check} size={12} /> : null}
                {reason} <span>{countWords(count)}</span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </div>
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
