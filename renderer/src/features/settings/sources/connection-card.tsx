import { serviceNames } from '../../../../../backend/domain/connection.ts';
import type { PartStatus } from '../../../../../backend/domain/status.ts';
import { useConsole } from '../../../store/console-store.ts';
import { Card } from '../../../ui/card.tsx';
import { useNow } from '../../../ui/clock.ts';
import { partLooks } from '../../../ui/pipeline-words.ts';
import { StateChip } from '../../../ui/state-chip.tsx';
import { spanWords } from '../../../ui/time-words.ts';
import { SettingRow } from '../setting-row.tsx';
import { serviceTitles } from './source-state.ts';
import classes from './sources.module.css';

type PartName = 'database' | 'log' | 'consumer' | 'readModel';

interface PartWords {
  readonly name: PartName;
  readonly label: string;
  readonly note: string;
}

const embeddedParts: readonly PartWords[] = [
  { name: 'database', label: 'Database', note: 'PostgreSQL inside ReelMetrics: sales, rollups, dead letters' },
  { name: 'log', label: 'Event log', note: 'the topic ticket-sales, with offsets and replay' },
  { name: 'consumer', label: 'Consumer', note: 'stores each event once' },
  { name: 'readModel', label: 'Read model', note: 'in memory, made from the database at start' },
];

const serviceParts: readonly PartWords[] = [
  { name: 'log', label: 'Kafka', note: 'the events, with offsets and replay' },
  { name: 'database', label: 'PostgreSQL', note: 'sales, rollups, dead letters' },
  { name: 'readModel', label: 'Redis', note: 'read model and answers; sales are stored without it, too' },
  { name: 'consumer', label: 'Consumer', note: 'stores each event once' },
];

/** The parts of the source in use: state, since when, and the reason where something is wrong. */
export function ConnectionCard({ embedded }: { readonly embedded: boolean }) {
  const starting = useConsole((state) => (state.appState?.phase === 'starting' ? state.appState : null));
  if (starting !== null) {
    return (
      <Card title="Connection" note={starting.step}>
        {serviceNames.map((service) => {
          const found = starting.services.find((state) => state.service === service);
          if (found === undefined) return null;
          const words = { label: serviceTitles[service], note: found.address };
          return <PartRow key={service} {...words} part={found.status} />;
        })}
      </Card>
    );
  }
  return (
    <Card title="Connection">
      {(embedded ? embeddedParts : serviceParts).map(({ name, label, note }) => (
        <Part key={name} name={name} label={label} note={note} />
      ))}
    </Card>
  );
}

function Part({ name, label, note }: PartWords) {
  const part = useConsole((state) => state.status?.[name] ?? null);
  const observes = useConsole((state) => name === 'consumer' && (state.status?.consumer.observeOnly ?? false));
  return <PartRow label={label} note={observes ? 'others store; this console looks' : note} part={part} />;
}

interface PartRowProps {
  readonly label: string;
  readonly note: string;
  readonly part: PartStatus | null;
}

function PartRow({ label, note, part }: PartRowProps) {
  const look = part === null ? null : partLooks[part.state];
  return (
    <SettingRow label={label} note={part?.reason == null ? note : <Reason part={part} />}>
      {part === null || look === null ? (
        <StateChip state="unknown">Unknown</StateChip>
      ) : (
        <>
          <Since at={part.since} />
          <StateChip state={look.state}>{look.word.charAt(0).toUpperCase() + look.word.slice(1)}</StateChip>
        </>
      )}
    </SettingRow>
  );
}

function Reason({ part: { reason, code, nextAttemptAt } }: { readonly part: PartStatus }) {
  return (
    <span data-selectable>
      {reason}
      {code === null ? null : <code className={classes.code}> {code}</code>}
      {nextAttemptAt === null ? null : <NextAttempt at={nextAttemptAt} />}
    </span>
  );
}

function NextAttempt({ at }: { readonly at: number }) {
  const now = useNow();
  return <> {at <= now ? 'Trying again now.' : `Next attempt in ${Math.ceil((at - now) / 1000)} s.`}</>;
}

function Since({ at }: { readonly at: number }) {
  const now = useNow();
  return <span className={classes.since}>for {spanWords(Math.max(0, now - at))}</span>;
}
