import { Button } from '@mantine/core';
import { Pause, RefreshCw } from 'lucide-react';
import type { PartStatus, SystemStatus } from '../../../../backend/domain/status.ts';
import { request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { refreshStored } from '../../store/query-client.ts';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { Notice } from '../../ui/notice.tsx';
import { lagWords } from '../../ui/pipeline-words.ts';
import { StaleBanner } from '../../ui/states.tsx';
import { clockWords, spanWords } from '../../ui/time-words.ts';
import { queryFailure } from './boxes.ts';
import classes from './pipeline.module.css';

/** Each part that does not work as it should: since when, why, what is safe, when it is tried again. */
export function Troubles({ old }: { readonly old: boolean }) {
  const status = useConsole((state) => state.status);
  if (status === null) return null;
  const troubled = troubledParts(status);
  const failure = queryFailure(status.flows.queries[status.backend]);
  const asked = failure !== null && troubled.length === 0;
  if (!old && !asked && troubled.length === 0 && !status.consumer.paused) return null;
  return (
    <div className={classes.troubles}>
      {old ? <Old /> : null}
      {status.consumer.paused ? <Paused status={status} /> : null}
      {troubled.map(({ name, part }) => (
        <Trouble key={name} name={name} part={part} />
      ))}
      {asked ? <FailedQuestion backend={status.backend} at={failure.at} reason={failure.reason} /> : null}
    </div>
  );
}

interface TroubledPart {
  readonly name: string;
  readonly part: PartStatus;
}

const readModelName = 'The read model';
const consumerName = 'The consumer';
const isConsumer = ({ name }: TroubledPart): boolean => name === consumerName;

function troubledParts(status: SystemStatus): readonly TroubledPart[] {
  const parts: readonly TroubledPart[] = [
    { name: 'PostgreSQL', part: status.database },
    { name: 'The event log', part: status.log },
    { name: readModelName, part: status.readModel },
    { name: consumerName, part: status.consumer },
  ];
  const troubled = parts.filter(({ part }) => part.state === 'down' || part.state === 'degraded');
  // A consumer whose services are away says what they say: it only knows when they are tried again.
  const [consumer, services] = [troubled.find(isConsumer), troubled.filter((each) => !isConsumer(each))];
  const cause = services.some(({ name }) => name !== readModelName);
  if (consumer === undefined || !cause) return troubled;
  const { nextAttemptAt } = consumer.part;
  return services.map(({ name, part }) => ({
    name,
    part: { ...part, nextAttemptAt: part.nextAttemptAt ?? nextAttemptAt },
  }));
}

function Trouble({ name, part }: TroubledPart) {
  const zone = useConsole(zoneOf);
  const now = useNow();
  const down = part.state === 'down';
  return (
    <Notice
      tone={down ? 'error' : 'warn'}
      title={`${name} has been ${down ? 'down' : 'degraded'} since ${clockWords(part.since, zone)}`}
      text={`${part.reason ?? 'No reason was told.'}${part.code === null ? '' : ` (${part.code})`} ${nextWords(part.nextAttemptAt, now)}`}
      actions={
        <Button
          size="sm"
          leftSection={<Icon of={RefreshCw} small />}
          onClick={() => void attempt('It was not tried again', () => request('consumer.retry'))}
        >
          Retry now
        </Button>
      }
    />
  );
}

function nextWords(at: number | null, now: number): string {
  return at === null ? '' : `Next attempt in ${Math.max(0, Math.ceil((at - now) / 1000))} s.`;
}

interface FailedQuestionProps {
  readonly backend: string;
  readonly at: number;
  readonly reason: string;
}

function FailedQuestion({ backend, at, reason }: FailedQuestionProps) {
  const zone = useConsole(zoneOf);
  return (
    <Notice
      tone="error"
      title={`The last question to ${backend} failed at ${clockWords(at, zone)}`}
      text={reason}
      actions={
        <Button size="sm" leftSection={<Icon of={RefreshCw} small />} onClick={() => void refreshStored()}>
          Ask again
        </Button>
      }
    />
  );
}

function Paused({ status }: { readonly status: SystemStatus }) {
  const zone = useConsole(zoneOf);
  const { pausedAt } = status.consumer;
  return (
    <Notice
      tone="idle"
      icon={Pause}
      title={
        pausedAt === null
          ? 'The consumer is paused'
          : `The consumer has been paused since ${clockWords(pausedAt, zone)}`
      }
      text={`Nothing is stored: ${lagWords(status.consumer)}. What arrives waits in the log; nothing is lost.`}
    />
  );
}

function Old() {
  const at = useConsole((state) => state.latest?.at ?? 0);
  const zone = useConsole(zoneOf);
  const now = useNow();
  return (
    <StaleBanner
      title={`No news for ${spanWords(now - at)}. You are looking at the picture of ${clockWords(at, zone)}.`}
      cause="The console’s main process is silent. Sales are still being stored if it works."
    />
  );
}
