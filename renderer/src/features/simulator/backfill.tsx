import { Button, Progress } from '@mantine/core';
import { History, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { Icon } from '../../ui/icon.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { countWords } from '../../ui/time-words.ts';
import classes from './simulator.module.css';

/** Makes the sales of days gone by, with progress. */
export function Backfill() {
  const [days, setDays] = useState(14);
  const progress = useConsole((state) => state.status?.simulator.backfill ?? null);
  const start = (): void => {
    void attempt('The history was not started', () => request('simulator.startBackfill', { days }));
  };
  const cancel = (): void => {
    void attempt('The history was not cancelled', () => request('simulator.cancelBackfill'));
  };
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
          <Button size="sm" leftSection={<Icon of={History} small />} onClick={start}>
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
          ? 'Adds the sales of the days before today, and of today so far.'
          : `${countWords(progress.produced)} of about ${countWords(progress.total)} sales${progress.secondsLeft === null ? '' : `, about ${Math.ceil(progress.secondsLeft)} s left`}`}
      </p>
    </div>
  );
}
