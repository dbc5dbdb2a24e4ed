import { Button, TextInput } from '@mantine/core';
import { Lock, TriangleAlert } from 'lucide-react';
import { useConsole } from '../../store/console-store.ts';
import { Panel } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import classes from './simulator.module.css';

/** What the screen may do with the data in use: invented sales are counted in a topic that others may read, too. */
export interface Gate {
  readonly allowed: boolean;
  readonly reason: string | null;
  /** The name to type before each run; null: nothing is asked. */
  readonly confirm: string | null;
  readonly typed: string;
  readonly type: (text: string) => void;
  /** Whether a run may start now. */
  readonly open: boolean;
}

/** The permit of the data in use with what was typed for it. */
export function useGate(typed: string, type: (text: string) => void): Gate {
  const allowed = useConsole((state) => state.status?.simulation.allowed ?? false);
  const reason = useConsole((state) => state.status?.simulation.reason ?? null);
  const confirm = useConsole((state) => state.status?.simulation.confirm ?? null);
  return { allowed, reason, confirm, typed, type, open: allowed && (confirm === null || typed.trim() === confirm) };
}

/** Why nothing can be produced here, or the question for the name of the profile; nothing for the built-in data. */
export function SimulationGate({ gate }: { readonly gate: Gate }) {
  const topic = useConsole((state) => state.status?.topic ?? '');
  const show = useConsole((state) => state.show);
  const known = useConsole((state) => state.status !== null);
  if (!known) return null;
  if (!gate.allowed) {
    return (
      <Panel label="Invented sales are off" className={classes.gate ?? ''}>
        <Icon of={Lock} />
        <p>
          <strong>Invented sales are off here.</strong> {gate.reason} Simulator, history and reset belong to the
          built-in data and to test systems.
        </p>
        <Button size="sm" onClick={() => show('settings')}>
          Open Settings
        </Button>
      </Panel>
    );
  }
  if (gate.confirm === null) return null;
  return (
    <Panel label="Confirm invented sales" className={classes.gate ?? ''}>
      <Icon of={TriangleAlert} />
      <p>
        Invented sales go into the topic <strong>{topic}</strong> of <strong>{gate.confirm}</strong> and are counted
        like real ones. Type the name of the profile before each run.
      </p>
      <TextInput
        aria-label={`Type ${gate.confirm} to confirm`}
        placeholder={`Type ${gate.confirm}`}
        value={gate.typed}
        onChange={(event) => gate.type(event.currentTarget.value)}
        w={180}
        autoComplete="off"
        autoFocus
      />
    </Panel>
  );
}
