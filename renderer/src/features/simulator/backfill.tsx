import { Button, Progress } from '@mantine/core';
import { History, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { RequestFailure } from '../../../../electron/contract/signatures.ts';
import { asFailure, request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { Icon } from '../../ui/icon.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { countWords } from '../../ui/time-words.ts';
import type { Gate } from './simulation-gate.tsx';
import classes from './simulator.module.css';

/** Makes the sales of days gone by, with progress. Where some of them have sales, it asks before it adds the others. */
export function Backfill({ gate }: { readonly gate: Gate }) {
  const [days, setDays] = useState(14);
  const [question, setQuestion] = useState<RequestFailure | null>(null);
  const progress = useConsole((state) => state.status?.simulator.backfill ?? null);
  const start = async (extend: boolean): Promise<void> => {
    const named = gate.confirm === null ? {} : { profile: gate.typed.trim() };
    setQuestion(null);
    try {
      await request('simulator.startBackfill', { days, extend, ...named });
      gate.type('');
    } catch (error) {
      const failure = asFailure(error);
      if (failure.code === 'history_present') setQuestion(failure);
      else useConsole.getState().tellFailure('The history was not started', failure);
    }
  };
  const cancel = (): void => {
    void attempt('The history was not cancelled', () => request('simulator.cancelBackfill'));
  };
  if (question !== null && progress === null) {
    return <Present question={question} onExtend={() => void start(true)} onCancel={() => setQuestion(null)} />;
  }
  return (
    <div className={classes.section} data-last>
      <div className={classes.line}>
        <h2>Backfill</h2>
        <NumberField
          label="Days of history"
          value={progress?.days ?? days}
          min={1}
          max={366}
          unit="days"
          unitWidth={42}
          width={92}
          disabled={progress !== null}
          onCommit={setDays}
        />
        <span className={classes.spring} />
        {progress === null ? (
          <Button
            size="sm"
            leftSection={<Icon of={History} small />}
            disabled={!gate.open}
            title={whyClosed(gate)}
            onClick={() => void start(false)}
          >
            Make history
          </Button>
        ) : (
          <>
            <StateChip state="working" icon={RefreshCw} plain>
              Day {progress.day} of {progress.days}
            </StateChip>
            <Button size="xs" onClick={cancel}>
              Cancel
            </Button>
          </>
        )}
      </div>
      <Progress
        value={progress === null || progress.total === 0 ? 0 : (progress.produced / progress.total) * 100}
        aria-label="Backfill"
        mt={8}
      />
      <p className={classes.note}>
        {progress === null
          ? 'Adds the sales of the days before today, and of today so far. Days that have sales stay as they are.'
          : `${countWords(progress.produced)} of about ${countWords(progress.total)} sales${progress.secondsLeft === null ? '' : `, about ${Math.ceil(progress.secondsLeft)} s left`}`}
      </p>
    </div>
  );
}

/** Some of the days are there already: the others can be added. They are never replaced, as the log keeps their sales. */
function Present({
  question,
  onExtend,
  onCancel,
}: {
  readonly question: RequestFailure;
  readonly onExtend: () => void;
  readonly onCancel: () => void;
}) {
  const complete = /^(All|This)\b/.test(question.message);
  return (
    <div className={classes.section} data-last role="alertdialog" aria-label="Days are there already">
      <p className={classes.words}>
        <strong>{question.message}</strong> They cannot be replaced: counted sales stay in the log. Reset the data to
        begin again.
      </p>
      <div className={classes.line}>
        <span className={classes.spring} />
        {complete ? null : (
          <Button size="sm" leftSection={<Icon of={History} small />} onClick={onExtend}>
            Add the missing days
          </Button>
        )}
        <Button size="sm" autoFocus onClick={onCancel}>
          {complete ? 'Close' : 'Cancel'}
        </Button>
      </div>
    </div>
  );
}

/** Why a button of the screen does nothing now; undefined when it does. */
export function whyClosed(gate: Gate): string | undefined {
  if (gate.open) return undefined;
  return gate.allowed ? `Type ${gate.confirm ?? ''} above first` : (gate.reason ?? undefined);
}
