import { Button, Select, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { type AuditEntry, type AuditOutcome, auditOutcomes } from '../../../../backend/domain/account.ts';
import { asFailure, request } from '../../bridge/bridge-client.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { StateChip, type StateName } from '../../ui/state-chip.tsx';
import { EmptyState, SkeletonRows, WidgetError } from '../../ui/states.tsx';
import tables from '../../ui/table.module.css';
import { clockWords, countWords, dateWords } from '../../ui/time-words.ts';
import classes from './settings.module.css';

const lookMs = 5_000;
/** As many as come at a time: with fewer there are no older ones. */
const page = 50;

/** Who did what to these data, and what was refused: newest first. */
export function LocalApiAudit() {
  const running = useConsole((state) => state.appState?.phase === 'running');
  const [words, setWords] = useState('');
  const [outcome, setOutcome] = useState<AuditOutcome | null>(null);
  const [before, setBefore] = useState<string | null>(null);
  const wanted = useDeferredValue(words.trim());
  const query = {
    ...(wanted === '' ? {} : { words: wanted }),
    ...(outcome === null ? {} : { outcome }),
    ...(before === null ? {} : { before }),
  };
  const entries = useQuery({
    queryKey: ['localApi.audit', query],
    queryFn: () => request('localApi.audit', query),
    enabled: running,
    refetchInterval: before === null ? lookMs : false,
    placeholderData: keepPreviousData,
  });
  if (!running) return null;
  const rows = entries.data;
  const last = rows?.at(-1);
  return (
    <Card
      title="Audit trail"
      note="over HTTP, in this window and on the command line"
      actions={
        <>
          <TextInput
            aria-label="Words in the audit trail"
            placeholder="Filter"
            w={160}
            maxLength={60}
            value={words}
            onChange={(event) => {
              setWords(event.currentTarget.value);
              setBefore(null);
            }}
          />
          <Select
            aria-label="Outcome"
            placeholder="Any outcome"
            w={128}
            clearable
            data={[...auditOutcomes]}
            value={outcome}
            onChange={(chosen) => {
              setOutcome(auditOutcomes.find((each) => each === chosen) ?? null);
              setBefore(null);
            }}
          />
        </>
      }
      foot={
        <div className={classes.accountForm}>
          <Button size="sm" disabled={before === null} onClick={() => setBefore(null)}>
            Newest
          </Button>
          <Button
            size="sm"
            disabled={last === undefined || (rows?.length ?? 0) < page}
            onClick={() => setBefore(last?.id ?? null)}
          >
            Older
          </Button>
        </div>
      }
    >
      {entries.isError ? (
        <WidgetError failure={asFailure(entries.error)} onRetry={() => void entries.refetch()} />
      ) : rows === undefined ? (
        <SkeletonRows rows={5} />
      ) : rows.length === 0 ? (
        <EmptyState
          why={wanted === '' && outcome === null ? 'Nothing was changed or refused yet.' : 'No entry is like that.'}
        />
      ) : (
        <Entries rows={rows} />
      )}
    </Card>
  );
}

const looks: Readonly<Record<AuditOutcome, StateName>> = { done: 'ok', refused: 'warn', failed: 'error' };

function Entries({ rows }: { readonly rows: readonly AuditEntry[] }) {
  const zone = useConsole(zoneOf);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <section className={classes.auditScroll} tabIndex={0} aria-label="Entries of the audit trail">
      <table className={`${tables.table} ${tables.compact} ${classes.audit}`}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">From</th>
            <th scope="col">Action</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((entry) => (
            <tr key={entry.id}>
              <td className={tables.mono}>
                {dateWords(entry.lastAt, zone)} {clockWords(entry.lastAt, zone)}
              </td>
              <td className={tables.name} title={whoOf(entry)}>
                {whoOf(entry)}
              </td>
              <td className={tables.mono} title={entry.actor.address ?? undefined}>
                {entry.actor.address ?? '–'}
              </td>
              <td title={whatOf(entry)}>{whatOf(entry)}</td>
              <td>
                <StateChip state={looks[entry.outcome]}>
                  {entry.times > 1 ? `${entry.outcome}, ${countWords(entry.times)} times` : entry.outcome}
                </StateChip>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function whoOf({ actor: { kind, name, id } }: AuditEntry): string {
  if (kind === 'anonymous') return 'not signed in';
  if (kind === 'anyone') return name;
  return `${kind} ${name}${id === null ? '' : ` (${id})`}`;
}

function whatOf({ action, target, detail }: AuditEntry): string {
  return [action, target, detail].filter((part) => part !== '').join(', ');
}
