import { Button } from '@mantine/core';
import { Eye, Send } from 'lucide-react';
import type { DeadLetterRow } from '../../../../backend/domain/dead-letters.ts';
import { useConsole } from '../../store/console-store.ts';
import { Icon } from '../../ui/icon.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { countWords } from '../../ui/time-words.ts';
import classes from './pipeline.module.css';
import { redriveWords } from './redrive-words.ts';
import { canSend, type Redrive, type RedriveState } from './use-redrive.ts';

/** What a dry run found, the question before sending, and what came of it; with the buttons of the opened message. */
export function RedriveBar({
  redrive,
  selected,
}: {
  readonly redrive: Redrive;
  readonly selected: DeadLetterRow | null;
}) {
  const { state } = redrive;
  if (state.kind === 'none' && selected === null) return null;
  if (state.kind === 'asking') return <Question redrive={redrive} count={state.report.valid} />;
  const forSelected =
    selected !== null && state.kind === 'done' && state.choice.selection !== 'all' && canSend(state.report);
  return (
    <div className={classes.redrive}>
      <span role="status" className={classes.outcome}>
        <Outcome state={state} known={selected?.detail ?? null} />
      </span>
      {selected === null ? (
        <Button size="sm" disabled={state.kind === 'running'} onClick={redrive.clear}>
          Dismiss
        </Button>
      ) : (
        <>
          <Button
            size="sm"
            leftSection={<Icon of={Eye} small />}
            loading={state.kind === 'running'}
            onClick={() => redrive.dryRun({ selection: [selected.id] })}
          >
            Dry run
          </Button>
          <Button
            size="sm"
            leftSection={<Icon of={Send} small />}
            disabled={!forSelected}
            title={forSelected ? undefined : 'After a dry run that finds it would be accepted'}
            onClick={redrive.ask}
          >
            Send again
          </Button>
        </>
      )}
    </div>
  );
}

/** @param known what is told of the opened message already */
function Outcome({ state, known }: { readonly state: RedriveState; readonly known: string | null }) {
  switch (state.kind) {
    case 'none':
    case 'asking':
      return null;
    case 'running':
      return (
        <StateChip state="working" plain>
          {state.dryRun ? 'Dry run: decoding by today’s rules' : 'Sending again'}
        </StateChip>
      );
    case 'failed':
      return (
        <StateChip state="error" plain>
          <span title={state.failure.hint ?? undefined}>
            {state.failure.message} ({state.failure.code})
          </span>
        </StateChip>
      );
    case 'done': {
      const { state: look, words } = redriveWords(state.report);
      const [still] = state.report.stillBadRows;
      const told = state.report.checked !== 1 || still === undefined || still.detail === known;
      const cause = told ? '' : `: ${still.detail}`;
      return (
        <StateChip state={look} plain>
          <span title={`${words}${cause}`}>
            {words}
            {cause}
          </span>
        </StateChip>
      );
    }
    default:
      return state satisfies never;
  }
}

function Question({ redrive, count }: { readonly redrive: Redrive; readonly count: number }) {
  const topic = useConsole((state) => state.status?.topic ?? 'the log');
  return (
    <div className={classes.redrive} role="alertdialog" aria-label="Send again">
      <span className={classes.outcome}>
        Append {count === 1 ? 'this event' : `${countWords(count)} events`} to {topic} once more, with the same key and
        bytes?
      </span>
      <Button size="sm" onClick={redrive.clear}>
        Keep
      </Button>
      <Button size="sm" variant="filled" leftSection={<Icon of={Send} small />} onClick={redrive.confirm}>
        Send {count === 1 ? 'it' : countWords(count)} again
      </Button>
    </div>
  );
}
