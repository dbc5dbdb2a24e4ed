import { Button } from '@mantine/core';
import { Info, KeyRound, PlugZap, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { ProfileEntry, ProfileList } from '../../../../../electron/contract/signatures.ts';
import { useConsole } from '../../../store/console-store.ts';
import { activeSourceName } from '../../../store/data-sources.ts';
import { Icon } from '../../../ui/icon.tsx';
import { changeOf, type Draft } from './profile-draft.ts';
import { applySource, saveDraft } from './source-actions.ts';
import { failedTests } from './source-state.ts';
import classes from './sources.module.css';
import { newProfile, useSources } from './sources-store.ts';

interface EditorBarProps {
  readonly entry: ProfileEntry | null;
  readonly draft: Draft;
  /** Fields whose errors are shown. */
  readonly wrong: number;
  readonly isActive: boolean;
  readonly newSecrets: ProfileList['newSecrets'];
  readonly testing: boolean;
  readonly onTestAll: () => void;
}

/** What can be done with what is typed: discard, try, save, use. One primary button at most. */
export function EditorBar({ entry, draft, wrong, isActive, newSecrets, testing, onTestAll }: EditorBarProps) {
  const key = entry?.profile.id ?? newProfile;
  const [saving, setSaving] = useState(false);
  const discard = useSources((state) => state.discard);
  const select = useSources((state) => state.select);
  const change = entry === null ? 'connection' : changeOf(draft, entry.profile);
  const save = async (use: boolean): Promise<void> => {
    setSaving(true);
    const id = await saveDraft(key, draft);
    setSaving(false);
    if (id !== null && use) await applySource(id);
  };
  const question = useUseQuestion(key);
  if (question.asked !== null) return question.asked;
  const drop = (): void => {
    discard(key);
    if (entry === null) select(null);
  };
  return (
    <div className={classes.bar}>
      <Hint wrong={wrong} change={change} isActive={isActive} newSecrets={newSecrets} />
      {change === 'none' ? null : <Button onClick={drop}>Discard</Button>}
      <Button leftSection={<Icon of={PlugZap} small />} loading={testing} onClick={onTestAll}>
        Test all
      </Button>
      {change === 'none' ? (
        <Use id={key} isActive={isActive} ask={question.ask} />
      ) : (
        <>
          {isActive && change === 'connection' ? null : (
            <Button loading={saving} onClick={() => void save(false)}>
              Save
            </Button>
          )}
          {isActive && change === 'name' ? null : (
            <Button variant="filled" disabled={saving} onClick={() => question.ask(() => void save(true))}>
              {isActive ? 'Save and reconnect' : 'Save and use'}
            </Button>
          )}
        </>
      )}
    </div>
  );
}

/**
 * Stands between the button and leaving a source that works: where tests have failed, says so and asks. `asked` is the
 * question while it is open.
 */
function useUseQuestion(key: string): { readonly ask: (use: () => void) => void; readonly asked: ReactNode | null } {
  const [pending, setPending] = useState<(() => void) | null>(null);
  const { failed, of } = failedTests(useSources((state) => state.tests[key]) ?? {});
  const before = useConsole((state) => (state.appState?.phase === 'running' ? activeSourceName(state) : null));
  const ask = (use: () => void): void => {
    if (failed === 0 || before === null) use();
    else setPending(() => use);
  };
  const answer = (use: boolean) => () => {
    setPending(null);
    if (use) pending?.();
  };
  const asked =
    pending === null ? null : (
      <div className={classes.bar} role="alertdialog" aria-label="Use a source whose tests failed">
        <span className={classes.barHint} data-tone="error">
          <Icon of={TriangleAlert} small />
          {failed} of {of} tests failed. {before} stops meanwhile; ReelMetrics returns to it if this one does not start
          within 20 s.
        </span>
        <Button autoFocus onClick={answer(false)}>
          Stay on {before}
        </Button>
        <Button data-danger onClick={answer(true)}>
          Use it anyway
        </Button>
      </div>
    );
  return { ask, asked };
}

interface UseProps {
  readonly id: string;
  readonly isActive: boolean;
  /** Asks first where tests have failed. */
  readonly ask?: (use: () => void) => void;
}

/** Takes a source into use; the one in use is connected again, which is wanted most when it failed. */
export function Use({ id, isActive, ask = (use) => use() }: UseProps) {
  const failed = useConsole((state) => state.appState?.phase === 'failed');
  // While one that can be gone back from is being started, main takes no other.
  const blocked = useSources((state) => state.switching !== null && state.switching.before !== null);
  if (!isActive || failed) {
    return (
      <Button variant="filled" disabled={blocked} onClick={() => ask(() => void applySource(id))}>
        {isActive ? 'Try again' : 'Use this source'}
      </Button>
    );
  }
  return (
    <Button disabled={blocked} onClick={() => void applySource(id)}>
      Reconnect
    </Button>
  );
}

function Hint({
  wrong,
  change,
  isActive,
  newSecrets,
}: {
  readonly wrong: number;
  readonly change: ReturnType<typeof changeOf>;
  readonly isActive: boolean;
  readonly newSecrets: ProfileList['newSecrets'];
}) {
  if (wrong > 0) {
    return (
      <span className={classes.barHint} data-tone="error" role="status">
        <Icon of={TriangleAlert} small />
        {wrong === 1 ? 'One field is not in order.' : `${wrong} fields are not in order.`}
      </span>
    );
  }
  if (newSecrets === 'session') {
    return (
      <span className={classes.barHint}>
        <Icon of={KeyRound} small />
        This computer has no keyring: passwords are kept until ReelMetrics closes.
      </span>
    );
  }
  return (
    <span className={classes.barHint}>
      <Icon of={Info} small />
      {change !== 'none' && isActive
        ? 'In use as it was saved before.'
        : 'Without Redis every sale is still stored; answers come from PostgreSQL.'}
    </span>
  );
}
