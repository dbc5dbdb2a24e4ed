import { Button, TextInput } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { refreshStored } from '../../store/query-client.ts';
import { Panel } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { countWords } from '../../ui/time-words.ts';
import { whyClosed } from './backfill.tsx';
import type { Gate } from './simulation-gate.tsx';
import classes from './simulator.module.css';

const word = 'RESET';

/** Deletes everything stored; asks for a typed word in place. */
export function ResetData({
  stored,
  onReset,
  gate,
}: {
  readonly stored: number | null;
  readonly onReset: () => void;
  readonly gate: Gate;
}) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const tell = useConsole((state) => state.tell);
  const reset = async (): Promise<void> => {
    setBusy(true);
    const done = await attempt('The data was not deleted', () =>
      request('data.reset', { confirmation: word, ...(gate.confirm === null ? {} : { profile: gate.typed.trim() }) }),
    );
    setBusy(false);
    setTyped('');
    gate.type('');
    if (!done) return;
    tell('All stored data was deleted.');
    onReset();
    await refreshStored();
  };
  return (
    <Panel label="Reset data" className={classes.reset ?? ''}>
      <div>
        <h2>Reset data</h2>
        <p className={classes.note}>
          Deletes {stored === null ? 'all' : countWords(stored)} sales with the log, rollups and read model. Cannot be
          undone.
        </p>
      </div>
      <TextInput
        aria-label={`Type ${word} to confirm`}
        placeholder={`Type ${word}`}
        value={typed}
        disabled={!gate.allowed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        w={148}
        autoComplete="off"
      />
      <Button
        data-danger
        leftSection={<Icon of={Trash2} small />}
        disabled={typed !== word || !gate.open}
        title={whyClosed(gate)}
        loading={busy}
        onClick={() => void reset()}
      >
        Reset data
      </Button>
    </Panel>
  );
}
