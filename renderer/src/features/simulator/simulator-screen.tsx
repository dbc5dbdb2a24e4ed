import { Button } from '@mantine/core';
import { Pause, Play, Square } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { SimulatorStatus } from '../../../../backend/domain/status.ts';
import { request } from '../../bridge/bridge-client.ts';
import { attempt, startSimulator, stopSimulator } from '../../store/actions.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { toCsv } from '../../store/csv.ts';
import { useScreenActions } from '../../store/screen-actions.ts';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { DownBanner } from '../../ui/states.tsx';
import { clockWords, spanWords } from '../../ui/time-words.ts';
import { whyClosed } from './backfill.tsx';
import { Controls } from './controls.tsx';
import { Produced } from './produced.tsx';
import { ReconciliationCard } from './reconciliation.tsx';
import { ResetData } from './reset-data.tsx';
import { type Gate, SimulationGate, useGate } from './simulation-gate.tsx';
import classes from './simulator.module.css';
import { useReconciliation } from './use-reconciliation.ts';

/** Makes sales, and proves that none is lost. */
export function SimulatorScreen() {
  const reconciliation = useReconciliation();
  const error = useConsole((state) => state.status?.simulator.lastError ?? null);
  const [typed, setTyped] = useState('');
  const gate = useGate(typed, setTyped);
  useScreenActions(
    useMemo(
      () => ({
        exportCsv: () => ({
          suggestedName: 'reelmetrics-produced.csv',
          content: toCsv(
            ['from', 'acknowledged_per_second', 'set_rate_per_second'],
            useConsole
              .getState()
              .produced.map(({ at, rate, target }) => [new Date(at).toISOString(), rate.toFixed(3), target]),
          ),
        }),
      }),
      [],
    ),
  );
  return (
    <div className={classes.screen}>
      <Head gate={gate} />
      <SimulationGate gate={gate} />
      {error === null ? null : (
        <DownBanner
          title="The simulator met an error"
          cause={`${error} What was acknowledged is stored; nothing is lost.`}
        />
      )}
      <div className={classes.grid}>
        <Controls gate={gate} />
        <div className={classes.column}>
          <ReconciliationCard {...reconciliation} />
          <Produced />
          <ResetData stored={reconciliation.result?.stored ?? null} onReset={reconciliation.checkNow} gate={gate} />
        </div>
      </div>
    </div>
  );
}

function Head({ gate }: { readonly gate: Gate }) {
  const state = useConsole((console) => console.status?.simulator.state ?? null);
  const since = useConsole((console) => console.status?.simulator.since ?? null);
  return (
    <ScreenHead
      title="Simulator"
      note={
        since === null || state === null ? undefined : (
          <>
            Simulator <Chip state={state} /> <Since at={since} />
          </>
        )
      }
      actions={
        <>
          <KeyHint keys="CmdOrCtrl+Shift+S" />
          {state === null ? null : <Buttons state={state} gate={gate} />}
        </>
      }
    />
  );
}

function Chip({ state }: { readonly state: SimulatorStatus['state'] }) {
  switch (state) {
    case 'running':
      return (
        <StateChip plain state="ok" icon={Play}>
          Running
        </StateChip>
      );
    case 'paused':
      return (
        <StateChip plain state="paused">
          Paused
        </StateChip>
      );
    case 'stopping':
      return (
        <StateChip plain state="working">
          Stopping
        </StateChip>
      );
    case 'stopped':
      return (
        <StateChip plain state="idle">
          Stopped
        </StateChip>
      );
    default:
      return state satisfies never;
  }
}

function Since({ at }: { readonly at: number }) {
  const zone = useConsole(zoneOf);
  const now = useNow();
  return (
    <>
      since {clockWords(at, zone)}, {spanWords(Math.max(0, now - at))}
    </>
  );
}

function Buttons({ state, gate }: { readonly state: SimulatorStatus['state']; readonly gate: Gate }) {
  if (state === 'stopped') {
    const start = async (): Promise<void> => {
      if (await startSimulator(gate.confirm === null ? undefined : gate.typed.trim())) gate.type('');
    };
    return (
      <Button
        size="sm"
        variant="filled"
        leftSection={<Icon of={Play} small />}
        disabled={!gate.open}
        title={whyClosed(gate)}
        onClick={() => void start()}
      >
        Start
      </Button>
    );
  }
  const stopping = state === 'stopping';
  return (
    <>
      {state === 'paused' ? (
        <Button
          size="sm"
          leftSection={<Icon of={Play} small />}
          onClick={() => void attempt('The simulator did not resume', () => request('simulator.resume'))}
        >
          Resume
        </Button>
      ) : (
        <Button
          size="sm"
          leftSection={<Icon of={Pause} small />}
          disabled={stopping}
          onClick={() => void attempt('The simulator did not pause', () => request('simulator.pause'))}
        >
          Pause
        </Button>
      )}
      <Button
        size="sm"
        leftSection={<Icon of={Square} small />}
        disabled={stopping}
        onClick={() => void stopSimulator()}
      >
        Stop
      </Button>
    </>
  );
}
