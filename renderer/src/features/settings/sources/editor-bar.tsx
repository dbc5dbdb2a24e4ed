import { Button } from '@mantine/core';
import { Info, KeyRound, PlugZap, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ProfileEntry, ProfileList } from '../../../../../electron/contract/signatures.ts';
import { useConsole } from '../../../store/console-store.ts';
import { Icon } from '../../../ui/icon.tsx';
import { changeOf, type Draft } from './profile-draft.ts';
import { applySource, saveDraft } from './source-actions.ts';
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
        <Use id={key} isActive={isActive} />
      ) : (
        <>
          {isActive && change === 'connection' ? null : (
            <Button loading={saving} onClick={() => void save(false)}>
              Save
            </Button>
          )}
          {isActive && change === 'name' ? null : (
            <Button variant="filled" disabled={saving} onClick={() => void save(true)}>
              {isActive ? 'Save and reconnect' : 'Save and use'}
            </Button>
          )}
        </>
      )}
    </div>
  );
}

interface UseProps {
  readonly id: string;
  readonly isActive: boolean;
}

/** Takes a source into use; the one in use is connected again, which is wanted most when it failed. */
export function Use({ id, isActive }: UseProps) {
  const failed = useConsole((state) => state.appState?.phase === 'failed');
  // While one that can be gone back from is being started, main takes no other.
  const blocked = useSources((state) => state.switching !== null && state.switching.before !== null);
  if (!isActive || failed) {
    return (
      <Button variant="filled" disabled={blocked} onClick={() => void applySource(id)}>
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
