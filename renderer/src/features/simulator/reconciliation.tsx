import { VisuallyHidden } from '@mantine/core';
import { Check, CircleQuestionMark, type LucideIcon, RefreshCw, TriangleAlert, X } from 'lucide-react';
import type { Reconciliation } from '../../../../backend/domain/status.ts';
import { Amount } from '../../ui/amount.tsx';
import { Panel } from '../../ui/card.tsx';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { ErrorLine, SkeletonRows, WidgetError } from '../../ui/states.tsx';
import table from '../../ui/table.module.css';
import { countWords, spanWords } from '../../ui/time-words.ts';
import classes from './simulator.module.css';
import type { ReconciliationState } from './use-reconciliation.ts';

const looks: Readonly<
  Record<Reconciliation['verdict'], { readonly word: string; readonly tone: string; readonly icon: LucideIcon }>
> = {
  reconciled: { word: 'Reconciled', tone: 'ok', icon: Check },
  'in-flight': { word: 'In flight', tone: 'warn', icon: RefreshCw },
  unknown: { word: 'Unknown', tone: 'warn', icon: CircleQuestionMark },
  broken: { word: 'Broken', tone: 'error', icon: X },
};

const places: Readonly<Record<Reconciliation['places'][number]['place'], string>> = {
  stored: 'Stored',
  rollups: 'Rollups',
  'read-model': 'Read model',
  window: 'Window',
};

/** The light: everything produced is accounted for, and every place holds the same sales and money. */
export function ReconciliationCard({ result, unbroken, error, checkNow }: ReconciliationState) {
  return (
    <Panel label="Reconciliation" className={classes.light ?? ''}>
      {result !== null ? (
        <div className={classes.lightGrid}>
          <Verdict result={result} unbroken={unbroken} />
          <NothingLost result={result} />
          <SameEverywhere result={result} />
        </div>
      ) : error === null ? (
        <SkeletonRows rows={8} />
      ) : (
        <WidgetError failure={error} onRetry={checkNow} />
      )}
      {result !== null && error !== null ? <ErrorLine failure={error} onRetry={checkNow} /> : null}
    </Panel>
  );
}

function Verdict({ result, unbroken }: { readonly result: Reconciliation; readonly unbroken: number }) {
  const look = looks[result.verdict];
  return (
    <div className={classes.verdict} data-tone={look.tone} role="status">
      <span className={classes.sign}>
        <Icon of={look.icon} size={44} />
      </span>
      <strong>{look.word}</strong>
      <span className={classes.note}>
        {result.verdict !== 'in-flight'
          ? ''
          : result.inFlight === 0 || result.inFlight === null
            ? 'a place is a moment behind, '
            : `${countWords(result.inFlight)} on the way, `}
        <CheckedAgo at={result.at} />
        {unbroken === 0
          ? ''
          : unbroken === 1
            ? ', 1 check without a difference'
            : `, ${countWords(unbroken)} checks without a difference`}
      </span>
    </div>
  );
}

function CheckedAgo({ at }: { readonly at: number }) {
  const now = useNow();
  return <>checked {spanWords(Math.max(0, now - at))} ago</>;
}

function NothingLost({ result }: { readonly result: Reconciliation }) {
  const { stored, duplicates, deadLettered, produced, inFlight } = result;
  const sum = stored + duplicates + deadLettered;
  return (
    <div className={classes.proof}>
      <h2>Nothing lost</h2>
      <p className={classes.note}>Every produced event is accounted for</p>
      <table className={classes.sum}>
        <tbody>
          <SumRow sign="" label="Stored" count={stored} />
          <SumRow sign="+" label="Duplicates dropped" count={duplicates} />
          <SumRow sign="+" label="Dead-lettered" count={deadLettered} />
          <SumRow sign="=" label="Sum" count={sum} strong />
          <SumRow sign={sum === produced ? 'same' : ''} label="Produced" count={produced} strong />
          <SumRow sign="" label="In flight" count={inFlight} faint />
        </tbody>
      </table>
    </div>
  );
}

interface SumRowProps {
  readonly sign: '' | '+' | '=' | 'same';
  readonly label: string;
  /** null: unknown. */
  readonly count: number | null;
  readonly strong?: boolean;
  readonly faint?: boolean;
}

function SumRow({ sign, label, count, strong = false, faint = false }: SumRowProps) {
  return (
    <tr data-sign={sign || undefined} data-strong={strong || undefined} data-faint={faint || undefined}>
      <td className={classes.sumSign}>{sign === 'same' ? '' : sign}</td>
      <th scope="row">{label}</th>
      <td>
        {sign === 'same' ? <Icon of={Check} size={15} label="equal to the sum" className={classes.same} /> : null}
        {count === null ? 'unknown' : countWords(count)}
      </td>
    </tr>
  );
}

function SameEverywhere({ result }: { readonly result: Reconciliation }) {
  const first = result.places[0];
  // While sales are on the way a place may be behind, which is no difference yet.
  const moving = result.verdict === 'in-flight';
  return (
    <div className={classes.proof}>
      <h2>Same everywhere</h2>
      <p className={classes.note}>Four places hold the same sales and money</p>
      <table className={`${table.table} ${classes.places}`}>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col" className={table.figure}>
              Events
            </th>
            <th scope="col" className={table.figure}>
              Gross
            </th>
            <th scope="col" style={{ width: 32 }}>
              <VisuallyHidden>Agrees</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {result.places.map(({ place, events, grossCents }) => {
            const known = events !== null && grossCents !== null;
            const same = known && events === first?.events && grossCents === first.grossCents;
            return (
              <tr key={place} data-differs={(known && !same && !moving) || undefined} className={classes.place}>
                <td>{places[place]}</td>
                <td className={`${table.figure} ${table.name}`}>{events === null ? 'unknown' : countWords(events)}</td>
                <td className={`${table.figure} ${table.name}`}>
                  <Amount cents={grossCents} />
                </td>
                <td>
                  {same ? (
                    <Icon of={Check} size={15} label="same" className={classes.same} />
                  ) : known && moving ? (
                    <Icon of={RefreshCw} size={15} label="on the way" className={classes.behind} />
                  ) : known ? (
                    <Icon of={TriangleAlert} size={15} label="differs" className={classes.differs} />
                  ) : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className={classes.differences} data-selectable>
        {result.differences.length === 0
          ? 'Differences: none'
          : result.differences.map((difference) => <div key={difference}>{difference}</div>)}
        {result.unknown.map((reason) => (
          <div key={reason}>{reason}</div>
        ))}
      </div>
    </div>
  );
}
