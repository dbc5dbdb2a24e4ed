import { Button, Progress } from '@mantine/core';
import { RotateCcw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { RebuildStatus } from '../../../../backend/domain/status.ts';
import { request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { refreshStored } from '../../store/query-client.ts';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { clockWords, countWords, rateWords, spanWords } from '../../ui/time-words.ts';
import classes from './pipeline.module.css';

type Rebuilt = 'rollups' | 'read-model';

const works: Readonly<
  Record<Rebuilt, { readonly name: string; readonly note: string; readonly unit: string; readonly ask: string }>
> = {
  'read-model': {
    name: 'Read model',
    note: 'Drops it and rebuilds every day from PostgreSQL',
    unit: 'days',
    ask: 'Storing pauses for a moment; answers come from PostgreSQL until a day is built.',
  },
  rollups: {
    name: 'Rollups',
    note: 'Recomputes all totals from the stored sales',
    unit: 'steps',
    ask: 'Storing pauses until it is done; what arrives meanwhile waits in the log.',
  },
};

/** What can be made anew, and what was dropped on the way. */
export function UpkeepCard() {
  const duplicates = useConsole((state) => state.status?.consumer.duplicates ?? null);
  const duplicateRate = useConsole((state) => state.status?.flows.duplicates.perSecond ?? null);
  const restarts = useConsole((state) => state.status?.consumer.restarts ?? null);
  const lastDuplicateAt = useConsole((state) => state.status?.flows.duplicates.lastAt ?? null);
  const zone = useConsole(zoneOf);
  return (
    <Card title="Rebuild and duplicates" className={classes.upkeep ?? ''}>
      <RebuildRow what="read-model" />
      <RebuildRow what="rollups" />
      <Row
        name="Duplicates dropped"
        note={
          lastDuplicateAt === null
            ? 'The same event again, counted once'
            : `The same event again, counted once; last at ${clockWords(lastDuplicateAt, zone)}`
        }
      >
        <Figure count={duplicates} rate={duplicateRate} />
      </Row>
      <Row name="Consumer restarts" note="Since this program started; each resumes where PostgreSQL stands">
        <Figure count={restarts} rate={null} />
      </Row>
    </Card>
  );
}

function Row({
  name,
  note,
  children,
}: {
  readonly name: string;
  readonly note: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className={classes.row}>
      <div className={classes.rowText}>
        <h3>{name}</h3>
        <p>{note}</p>
      </div>
      {children}
    </div>
  );
}

function Figure({ count, rate }: { readonly count: number | null; readonly rate: number | null }) {
  return (
    <div className={classes.rowFigure}>
      <strong>{count === null ? 'unknown' : countWords(count)}</strong>
      {rate === null ? null : <span>{rateWords(rate)}/s</span>}
    </div>
  );
}

function RebuildRow({ what }: { readonly what: Rebuilt }) {
  const work = works[what];
  const rebuild = useConsole((state) => state.status?.rebuild ?? null);
  const running = rebuild?.what === what ? rebuild : null;
  const observeOnly = useConsole((state) => state.status?.consumer.observeOnly ?? false);
  const zone = useConsole(zoneOf);
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState<{ readonly at: number; readonly tookMs: number } | null>(null);
  const run = async (): Promise<void> => {
    setAsking(false);
    const started = Date.now();
    if (!(await attempt(`${work.name} not rebuilt`, () => request('data.rebuild', { what })))) return;
    setDone({ at: Date.now(), tookMs: Date.now() - started });
    await refreshStored();
  };
  if (running !== null) return <Running work={work} rebuild={running} />;
  const note = asking
    ? work.ask
    : done === null
      ? work.note
      : `Rebuilt at ${clockWords(done.at, zone)} in ${spanWords(done.tookMs)}`;
  return (
    <Row name={work.name} note={note}>
      {asking ? (
        <div className={classes.buttons}>
          <Button size="sm" onClick={() => setAsking(false)}>
            Keep
          </Button>
          <Button size="sm" data-danger onClick={() => void run()}>
            Rebuild now
          </Button>
        </div>
      ) : (
        <Button
          size="sm"
          leftSection={<Icon of={RotateCcw} small />}
          disabled={rebuild !== null || observeOnly}
          title={observeOnly ? 'Others store here; rebuild in the console that consumes' : undefined}
          onClick={() => setAsking(true)}
        >
          {what === 'rollups' ? 'Rebuild rollups' : 'Rebuild read model'}
        </Button>
      )}
    </Row>
  );
}

function Running({ work, rebuild }: { readonly work: (typeof works)[Rebuilt]; readonly rebuild: RebuildStatus }) {
  const { done, total } = rebuild;
  const counted = total > 1;
  return (
    <div className={classes.running}>
      <div className={classes.runningTop}>
        <h3>{work.name}</h3>
        <StateChip state="working" plain>
          {counted ? `Rebuilding, ${countWords(done)} of ${countWords(total)} ${work.unit}` : 'Rebuilding'}
        </StateChip>
      </div>
      <Progress value={counted ? (done / total) * 100 : 0} aria-label={`Rebuilding: ${work.name}`} />
    </div>
  );
}
