import { VisuallyHidden } from '@mantine/core';
import { CircleQuestionMark } from 'lucide-react';
import type { ConsumerStatus, PartitionLag, TimeToClear } from '../../../../backend/domain/status.ts';
import { ShareBar } from '../../charts/share-bar.tsx';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { lateAfterSeconds } from '../../ui/pipeline-words.ts';
import { EmptyState, SkeletonRows } from '../../ui/states.tsx';
import tables from '../../ui/table.module.css';
import { countWords } from '../../ui/time-words.ts';
import { clearWords, secondsWords, slowestToClear } from './lag-words.ts';
import classes from './pipeline.module.css';

/** What waits in each partition, for how long, and how long it will take. */
export function LagCard() {
  const consumer = useConsole((state) => state.status?.consumer ?? null);
  const topic = useConsole((state) => state.status?.topic ?? '');
  return (
    <Card title="Lag per partition" note={`topic ${topic}`} className={classes.lag ?? ''}>
      {consumer === null ? (
        <SkeletonRows rows={6} rowHeight={24} />
      ) : consumer.partitions.length === 0 ? (
        <EmptyState why={`The partitions are not known. ${consumer.reason ?? 'The consumer has not read them yet.'}`} />
      ) : (
        <LagTable consumer={consumer} />
      )}
    </Card>
  );
}

function LagTable({ consumer }: { readonly consumer: ConsumerStatus }) {
  const { partitions } = consumer;
  const most = Math.max(1, ...partitions.map(({ events }) => events ?? 0));
  const known = partitions.reduce((sum, { events }) => sum + (events ?? 0), 0);
  const unknown = partitions.filter(({ events }) => events === null);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <section className={classes.tableScroll} tabIndex={0} aria-label="Lag of each partition">
        <table className={`${tables.table} ${tables.compact}`}>
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col" className={tables.figure}>
                Stored
              </th>
              <th scope="col" className={tables.figure}>
                End
              </th>
              <th scope="col" className={tables.figure}>
                Waiting
              </th>
              <th scope="col" className={classes.barColumn}>
                <VisuallyHidden>Of the longest</VisuallyHidden>
              </th>
              <th scope="col" className={`${tables.figure} ${classes.oldest}`}>
                Oldest
              </th>
              <th scope="col" className={tables.figure}>
                Time to clear
              </th>
            </tr>
          </thead>
          <tbody>
            {partitions.map((partition) => (
              <PartitionRow key={partition.partition} lag={partition} most={most} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td className={tables.figure}>{countWords(partitions.reduce((sum, { stored }) => sum + stored, 0n))}</td>
              <td />
              <td className={`${tables.figure} ${tables.strong}`}>
                {unknown.length === 0 ? countWords(known) : known === 0 ? <Unknown /> : <>{countWords(known)}+</>}
              </td>
              <td className={classes.bar} />
              <Seconds seconds={consumer.lagSeconds} />
              <Clear time={slowestToClear(partitions.map(({ timeToClear }) => timeToClear))} />
            </tr>
          </tfoot>
        </table>
      </section>
      {unknown.length === 0 ? null : (
        <p className={classes.cardNote}>
          <Icon of={CircleQuestionMark} small />
          {unknown.length === partitions.length
            ? 'The log does not tell where its ends are.'
            : `Not in the total, as the end is unknown: partition ${unknown.map(({ partition }) => partition).join(', ')}.`}
        </p>
      )}
    </>
  );
}

function PartitionRow({ lag, most }: { readonly lag: PartitionLag; readonly most: number }) {
  const { partition, stored, end, events, seconds } = lag;
  const late = seconds !== null && seconds > lateAfterSeconds;
  return (
    <tr>
      <td className={tables.name}>{partition}</td>
      <td className={tables.figure}>{countWords(stored)}</td>
      <td className={tables.figure}>{end === null ? <Unknown /> : countWords(end)}</td>
      <td className={`${tables.figure} ${late ? tables.strong : ''}`}>
        {events === null ? <Unknown /> : countWords(events)}
      </td>
      <td data-late={late || undefined} className={classes.bar}>
        {events === null ? null : <ShareBar ratio={events / most} />}
      </td>
      <Seconds seconds={seconds} />
      <Clear time={lag.timeToClear} />
    </tr>
  );
}

function Seconds({ seconds }: { readonly seconds: number | null }) {
  return <td className={`${tables.figure} ${classes.oldest}`}>{secondsWords(seconds) ?? <Unknown />}</td>;
}

function Clear({ time }: { readonly time: TimeToClear }) {
  return (
    <td className={tables.figure} data-warn={time === 'not-falling' || undefined}>
      {clearWords(time) ?? <Unknown />}
    </td>
  );
}

/** Never shown as 0. */
function Unknown() {
  return (
    <span className={classes.unknown}>
      <Icon of={CircleQuestionMark} size={12} />
      unknown
    </span>
  );
}
